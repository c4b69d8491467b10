//! By which rules a secret rotates: its own, or those of the profile that fits its tags.

use contract::{RotationRules, Tag};

use super::{
    schedule::Schedule,
    settings::{RotationProfile, RotationSettings},
};
use crate::error::Error;

/// As often as RDS changes the passwords that it manages.
const DAYS_OF_MANAGED: u32 = 7;

/// The rules of a secret that a function rotates, with those that it has already or is given now. Without any it rotates
/// when somebody asks.
pub(crate) fn rules_of(
    settings: &RotationSettings,
    tags: &[Tag],
    own: Option<RotationRules>,
) -> Result<Option<RotationRules>, Error> {
    let profile = settings.profile_of(tags);
    let rules = own.or_else(|| profile.and_then(|profile| profile.rules.clone()));
    check(profile, rules.as_ref())?;
    Ok(rules)
}

/// The rules of a secret that a service owns: these always have a schedule.
pub(crate) fn rules_of_managed(
    settings: &RotationSettings,
    tags: &[Tag],
    asked: &RotationRules,
) -> Result<RotationRules, Error> {
    let profile = settings.profile_of(tags);
    let rules = if asked.automatically_after_days.is_some() || asked.schedule_expression.is_some() {
        asked.clone()
    } else {
        let of_profile = profile.and_then(|profile| profile.rules.clone());
        let RotationRules { duration, .. } = asked.clone();
        let usual = of_profile.unwrap_or_else(|| usual(profile));
        RotationRules { duration: duration.or(usual.duration), ..usual }
    };
    check(profile, Some(&rules))?;
    Ok(rules)
}

fn usual(profile: Option<&RotationProfile>) -> RotationRules {
    let most = profile.and_then(|profile| profile.maximum_days).unwrap_or(DAYS_OF_MANAGED);
    RotationRules { automatically_after_days: Some(DAYS_OF_MANAGED.min(most).into()), ..RotationRules::default() }
}

/// Rules must be AWS's, and a profile's maximum holds for all. Nobody has read the profile's own rules before.
fn check(profile: Option<&RotationProfile>, rules: Option<&RotationRules>) -> Result<(), Error> {
    let schedule = rules.map(Schedule::parse).transpose();
    let schedule = schedule.map_err(|error| Error::invalid_parameter(error.to_string()))?;
    let most = profile.and_then(|profile| profile.maximum_days);
    match most.filter(|most| schedule.is_none_or(|schedule| schedule.shown_days() > i64::from(*most))) {
        None => Ok(()),
        Some(most) => Err(Error::invalid_parameter(format!(
            "This server's settings require that a secret with these tags rotates at least every {most} days."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(days: i64) -> RotationRules {
        RotationRules { automatically_after_days: Some(days), ..RotationRules::default() }
    }

    fn settings() -> RotationSettings {
        let profile = |value: &str, rules, maximum_days| RotationProfile {
            tag_key: "env".to_owned(),
            tag_value: Some(value.to_owned()),
            rules,
            maximum_days,
        };
        let nightly = RotationRules {
            schedule_expression: Some("cron(0 4 * * ? *)".to_owned()),
            duration: Some("3h".to_owned()),
            ..RotationRules::default()
        };
        let profiles = vec![
            profile("production", Some(nightly), None),
            profile("pci", Some(every(30)), Some(90)),
            profile("strict", None, Some(3)),
            profile("never", Some(every(-1)), None),
        ];
        RotationSettings { profiles, ..RotationSettings::default() }
    }

    fn managed(env: &str, asked: &RotationRules) -> Result<RotationRules, Error> {
        rules_of_managed(&settings(), &[Tag { key: "env".to_owned(), value: env.to_owned() }], asked)
    }

    #[test]
    fn without_a_schedule_or_a_profile_what_is_managed_rotates_weekly() {
        let nothing = RotationRules::default();
        assert_eq!(managed("dev", &nothing).unwrap(), every(7));
        let windowed = RotationRules { duration: Some("2h".to_owned()), ..nothing.clone() };
        let weekly = RotationRules { duration: Some("2h".to_owned()), ..every(7) };
        assert_eq!(managed("dev", &windowed).unwrap(), weekly);
        // A maximum without rules is a schedule as well.
        assert_eq!(managed("strict", &nothing).unwrap(), every(3));
    }

    #[test]
    fn a_profile_gives_what_was_not_asked_for() {
        let nightly = managed("production", &RotationRules::default()).unwrap();
        assert_eq!(nightly.schedule_expression.as_deref(), Some("cron(0 4 * * ? *)"));
        assert_eq!(nightly.duration.as_deref(), Some("3h"));
        let windowed = RotationRules { duration: Some("2h".to_owned()), ..RotationRules::default() };
        assert_eq!(managed("production", &windowed).unwrap().duration.as_deref(), Some("2h"));
        assert_eq!(managed("production", &every(2)).unwrap(), every(2));
    }

    #[test]
    fn a_maximum_holds_for_what_is_asked_for() {
        assert_eq!(managed("pci", &every(90)).unwrap(), every(90));
        let refused = managed("pci", &every(91)).unwrap_err();
        assert!(matches!(refused, Error::InvalidParameter(text) if text.contains("at least every 90 days")));
        let tags = [Tag { key: "env".to_owned(), value: "strict".to_owned() }];
        assert!(rules_of(&settings(), &tags, None).is_err());
        assert_eq!(rules_of(&settings(), &tags, Some(every(3))).unwrap(), Some(every(3)));
    }

    #[test]
    fn a_profiles_own_rules_are_read_as_well() {
        assert!(managed("never", &RotationRules::default()).is_err());
    }
}
