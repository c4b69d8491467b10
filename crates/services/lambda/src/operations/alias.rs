//! Aliases.

pub(super) mod create_alias;
pub(super) mod delete_alias;
pub(super) mod get_alias;
pub(super) mod list_aliases;
pub(super) mod update_alias;

use std::collections::BTreeMap;

use contract::FunctionAlias;
use shape::Finite;

use crate::shapes::{AliasConfiguration, AliasRoutingConfiguration};

/// An alias, as it is told.
fn shown(function_arn: &str, name: &str, alias: &FunctionAlias) -> AliasConfiguration {
    let weights = alias
        .additional
        .as_ref()
        .and_then(|(version, weight)| Some(BTreeMap::from([(version.clone(), Finite::new(*weight)?)])));
    AliasConfiguration {
        alias_arn: Some(format!("{function_arn}:{name}")),
        name: Some(name.to_owned()),
        function_version: Some(alias.version.clone()),
        description: Some(alias.description.clone()),
        routing_config: weights.map(|weights| AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
        revision_id: Some(alias.revision_id.clone()),
    }
}

/// The weights that a request names. None where it names none, not even an empty map.
fn weights(asked: Option<&AliasRoutingConfiguration>) -> Option<BTreeMap<String, f64>> {
    let weights = asked?.additional_version_weights.as_ref();
    Some(weights.into_iter().flatten().map(|(version, weight)| (version.clone(), weight.get())).collect())
}
