//! The policy of a function, or of a version or alias of it.

pub(super) mod add_permission;
pub(super) mod get_policy;
pub(super) mod remove_permission;

use std::sync::Arc;

use contract::{FunctionRecord, FunctionVersion, LATEST};

use crate::{
    aliases::{alias_not_found, function_not_found},
    error::Error,
};

/// The revision of what the policy is attached to.
fn revision_id<'a>(function: &'a FunctionRecord, qualifier: Option<&str>) -> Result<&'a str, Error> {
    let qualifier = qualifier.unwrap_or(LATEST);
    if let Some(alias) = function.details.aliases.get(qualifier) {
        return Ok(&alias.revision_id);
    }
    match function.version(qualifier) {
        Some(version) => Ok(&version.configuration.revision_id),
        None if qualifier.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(function_not_found(&function.arn, Some(qualifier)))
        }
        None => Err(alias_not_found(&function.arn, qualifier)),
    }
}

/// A change of the policy is one of what it is attached to.
fn revise(function: &mut FunctionRecord, qualifier: Option<&str>, revision_id: String) {
    let qualifier = qualifier.unwrap_or(LATEST);
    if let Some(alias) = function.details.aliases.get_mut(qualifier) {
        alias.revision_id = revision_id;
        return;
    }
    let revised = |version: &FunctionVersion| {
        let mut version = version.clone();
        version.configuration.revision_id = revision_id;
        Arc::new(version)
    };
    if qualifier == LATEST {
        function.latest = revised(&function.latest);
    } else if let Some(version) = function.versions.iter_mut().find(|version| version.qualifier() == qualifier) {
        *version = revised(version);
    }
}
