//! Simulations: what policies would decide, were the request made.

pub(super) mod answer;
pub(super) mod exclusion;
pub(super) mod get_context_keys_for_custom_policy;
pub(super) mod get_context_keys_for_principal_policy;
pub(super) mod holdings;
mod positions;
pub(super) mod question;
pub(super) mod resource_handling;
pub(super) mod scene;
pub(super) mod simulate_custom_policy;
pub(super) mod simulate_principal_policy;
pub(super) mod source;

use std::collections::BTreeSet;

use policy::{Policy, PolicyKind, in_lower_case};

use crate::error::Error;

/// A policy that the request brings with it. A document without a version is taken for one of 2008-10-17.
fn asked_policy(text: &str, kind: PolicyKind) -> Result<Policy, Error> {
    Policy::parse(text, kind).map_err(|error| Error::InvalidInput(error.to_string()))
}

/// The keys that policies speak of, each once, as they are first written.
fn context_keys<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let keys = policies.into_iter().flat_map(Policy::context_keys);
    keys.filter(|key| seen.insert(in_lower_case(key))).map(str::to_owned).collect()
}

/// A resource's policy speaks of somebody. The text is chosen.
fn must_name_a_caller() -> Error {
    Error::InvalidInput("A caller ARN must be specified when a resource policy is.".to_owned())
}
