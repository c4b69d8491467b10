//! From what decided to what answers show of it.

use policy::{Effect, Layer, Matched, OpenCondition, PolicySource, SourceKind};

use crate::shapes::{Condition, EffectType, LayerType, PolicyTypeType, Statement};

/// `resource` is the ARN of what was asked for: its own policy has no name but that.
pub(crate) fn shown(matched: &Matched, resource: &str) -> Statement {
    let Matched { source, statement, sid, effect, layer, .. } = matched;
    statement_of(source, *statement, sid.as_deref(), *effect, *layer, resource)
}

pub(crate) fn statement_of(
    source: &PolicySource,
    number: usize,
    sid: Option<&str>,
    effect: Effect,
    layer: Layer,
    resource: &str,
) -> Statement {
    Statement {
        policy: Some(if source.id.is_empty() { resource.to_owned() } else { source.id.to_string() }),
        policy_type: Some(policy_type(source.kind)),
        layer: Some(layer_type(layer)),
        number: i32::try_from(number.saturating_add(1)).ok(),
        sid: sid.map(str::to_owned),
        effect: Some(match effect {
            Effect::Allow => EffectType::Allow,
            Effect::Deny => EffectType::Deny,
        }),
        conditions: None,
    }
}

/// None where nothing is open.
pub(crate) fn conditions(open: &[OpenCondition]) -> Option<Vec<Condition>> {
    let shown = |condition: &OpenCondition| Condition {
        operator: Some(condition.operator.clone()),
        key: Some(condition.key.clone()),
    };
    (!open.is_empty()).then(|| open.iter().map(shown).collect())
}

pub(crate) fn layer_type(layer: Layer) -> LayerType {
    match layer {
        Layer::ResourceControl => LayerType::ResourceControl,
        Layer::ServiceControl => LayerType::ServiceControl,
        Layer::Resource => LayerType::Resource,
        Layer::Trust => LayerType::Trust,
        Layer::Key => LayerType::Key,
        Layer::Identity => LayerType::Identity,
        Layer::Boundary => LayerType::Boundary,
        Layer::Session => LayerType::Session,
        Layer::Endpoint => LayerType::Endpoint,
    }
}

fn policy_type(kind: SourceKind) -> PolicyTypeType {
    match kind {
        SourceKind::User => PolicyTypeType::User,
        SourceKind::Group => PolicyTypeType::Group,
        SourceKind::Role => PolicyTypeType::Role,
        SourceKind::AwsManaged => PolicyTypeType::AwsManaged,
        SourceKind::UserManaged => PolicyTypeType::UserManaged,
        SourceKind::Resource => PolicyTypeType::Resource,
        SourceKind::Boundary => PolicyTypeType::Boundary,
        SourceKind::Session => PolicyTypeType::Session,
        SourceKind::ServiceControl => PolicyTypeType::ServiceControl,
        SourceKind::ResourceControl => PolicyTypeType::ResourceControl,
        SourceKind::Endpoint => PolicyTypeType::Endpoint,
        SourceKind::Trust => PolicyTypeType::Trust,
        SourceKind::Input => PolicyTypeType::Input,
    }
}
