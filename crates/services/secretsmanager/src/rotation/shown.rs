//! A secret's rotation as DescribeSecret and ListSecrets show it.

use contract::{RotationRecord, SecretRecord};
use terms::Timestamp;

use super::run;
use crate::shapes::RotationRulesType;

/// The members of rotation. All are absent until it was first configured.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ShownRotation {
    pub(crate) enabled: Option<bool>,
    pub(crate) lambda_arn: Option<String>,
    pub(crate) rules: Option<RotationRulesType>,
    pub(crate) last_rotated_date: Option<Timestamp>,
    pub(crate) next_rotation_date: Option<Timestamp>,
}

impl ShownRotation {
    pub(crate) fn of(secret: &SecretRecord, now: Timestamp) -> Self {
        let Some(rotation) = secret.rotation.as_deref() else { return Self::default() };
        Self {
            enabled: Some(rotation.is_enabled),
            // A service's own rotation has none.
            lambda_arn: (!rotation.is_managed).then(|| rotation.function_arn.to_string()),
            rules: shown_rules(rotation),
            last_rotated_date: rotation.last_rotated_at,
            next_rotation_date: run::shown_next(rotation, now),
        }
    }
}

/// As they were given, and always with a number of days.
fn shown_rules(rotation: &RotationRecord) -> Option<RotationRulesType> {
    let rules = rotation.rules.as_ref()?;
    let computed = || run::schedule(rotation).map(|schedule| schedule.shown_days());
    Some(RotationRulesType {
        automatically_after_days: rules.automatically_after_days.or_else(computed),
        duration: rules.duration.clone(),
        schedule_expression: rules.schedule_expression.clone(),
    })
}
