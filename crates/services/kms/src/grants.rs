//! What grants allow, and to whom. Pure.

use std::{collections::BTreeMap, slice};

use contract::{GrantConstraint, GrantRecord, KeyDetails, KeySubject, KeyUsage};
use policy::Action;

use crate::{
    error::Error,
    key_keys::{ContextPairs, KeyUse},
};

/// "Grants per KMS key" among the quotas.
const PER_KEY_MAX: usize = 50_000;

/// Of a constraint.
const PAIRS_MAX: usize = 8;
const VALUE_MAX: usize = 384;

const ON_EVERY_KEY: &[&str] = &["CreateGrant", "RetireGrant", "DescribeKey"];
const ON_SYMMETRIC_KEYS: &[&str] = &[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
];
const ON_HMAC_KEYS: &[&str] = &["GenerateMac", "VerifyMac"];

/// Whom the key's grants name for this very request, by ARN or id.
///
/// A grant lets its grantee make others only within itself, and end only itself.
pub(crate) fn granted<'a>(key: &KeySubject<'a>, action: Action, asked: &KeyUse<'a>) -> Vec<&'a str> {
    let grants = key.grants.values().map(|grant| &**grant);
    match (action.operation(), asked.grant) {
        ("CreateGrant", child) => {
            let makes = |grant: &&GrantRecord| child.is_some_and(|child| may_make(grant, child));
            grants.filter(makes).map(|grant| grant.grantee.as_str()).collect()
        }
        ("RetireGrant", grant) => grant.map(retirers).unwrap_or_default(),
        _ => {
            let speaks = |grant: &&GrantRecord| allows(grant, action.operation(), asked.encryption_context);
            grants.filter(speaks).map(|grant| grant.grantee.as_str()).collect()
        }
    }
}

/// The account that made the grant, with whom its policies name; whom the grant names for it; and its grantee, if it
/// says so.
fn retirers(grant: &GrantRecord) -> Vec<&str> {
    let grantee = names(grant, "RetireGrant").then_some(grant.grantee.as_str());
    let retirers = [grant.retiree.as_deref(), grantee].into_iter().flatten();
    retirers.chain([grant.issuing_account.as_str()]).collect()
}

fn names(grant: &GrantRecord, operation: &str) -> bool {
    grant.operations.iter().any(|name| name == operation)
}

fn allows(grant: &GrantRecord, operation: &str, context: ContextPairs<'_>) -> bool {
    names(grant, operation) && grant.constraint.as_ref().is_none_or(|constraint| holds(constraint, operation, context))
}

/// Constraints are about cryptography; operations without an encryption context are not bound by them. Unlike condition
/// keys, the names in a context differ by case.
fn holds(constraint: &GrantConstraint, operation: &str, context: ContextPairs<'_>) -> bool {
    if !takes_encryption_context(operation) {
        return true;
    }
    match constraint {
        GrantConstraint::EncryptionContextEquals(pairs) => {
            pairs.len() == context.iter().count() && has_all(context, pairs)
        }
        GrantConstraint::EncryptionContextSubset(pairs) => has_all(context, pairs),
    }
}

fn takes_encryption_context(operation: &str) -> bool {
    ON_SYMMETRIC_KEYS.contains(&operation)
}

fn has_all(context: ContextPairs<'_>, pairs: &BTreeMap<String, String>) -> bool {
    pairs.iter().all(|(key, value)| context.has(key, value))
}

/// May the grantee of `parent` make `child`: with no other operations, and with a constraint that is as tight?
fn may_make(parent: &GrantRecord, child: &GrantRecord) -> bool {
    names(parent, "CreateGrant")
        && child.operations.iter().all(|operation| names(parent, operation))
        && is_as_tight(child.constraint.as_ref(), parent.constraint.as_ref())
}

/// Does whatever the parent refuses the child refuse too?
fn is_as_tight(child: Option<&GrantConstraint>, parent: Option<&GrantConstraint>) -> bool {
    use GrantConstraint::{EncryptionContextEquals as Equals, EncryptionContextSubset as Subset};
    match (parent, child) {
        (None, _) => true,
        (Some(_), None) | (Some(Equals(_)), Some(Subset(_))) => false,
        (Some(Equals(wanted)), Some(Equals(pairs))) => pairs == wanted,
        (Some(Subset(wanted)), Some(Equals(pairs) | Subset(pairs))) => has_all(ContextPairs::Map(pairs), wanted),
    }
}

/// The pairs that a constraint names, which policies may ask about as about an encryption context.
pub(crate) fn pairs_of(constraint: Option<&GrantConstraint>) -> ContextPairs<'_> {
    constraint.map_or(ContextPairs::None, |constraint| match constraint {
        GrantConstraint::EncryptionContextEquals(pairs) | GrantConstraint::EncryptionContextSubset(pairs) => {
            ContextPairs::Map(pairs)
        }
    })
}

pub(crate) fn constraint_name(constraint: &GrantConstraint) -> &'static str {
    match constraint {
        GrantConstraint::EncryptionContextEquals(_) => "EncryptionContextEquals",
        GrantConstraint::EncryptionContextSubset(_) => "EncryptionContextSubset",
    }
}

/// Can the key do all that the grant allows? The texts are chosen.
pub(crate) fn require_suitable(arn: &str, key: &KeyDetails, grant: &GrantRecord) -> Result<(), Error> {
    let own = match key.usage {
        KeyUsage::EncryptDecrypt => ON_SYMMETRIC_KEYS,
        KeyUsage::GenerateVerifyMac => ON_HMAC_KEYS,
    };
    let is_suitable = |name: &&String| own.contains(&name.as_str()) || ON_EVERY_KEY.contains(&name.as_str());
    if let Some(wrong) = grant.operations.iter().find(|name| !is_suitable(name)) {
        return Err(Error::Validation(format!("The operation {wrong} is not supported on the key {arn}.")));
    }
    if grant.operations.is_empty() {
        return Err(Error::Validation("A grant allows at least one operation.".to_owned()));
    }
    match &grant.constraint {
        None => Ok(()),
        Some(_) if key.usage != KeyUsage::EncryptDecrypt => {
            Err(Error::Validation(format!("Encryption context constraints are not supported on the key {arn}.")))
        }
        Some(constraint) => require_small(constraint),
    }
}

/// The limits are documented, the texts chosen.
fn require_small(constraint: &GrantConstraint) -> Result<(), Error> {
    let (GrantConstraint::EncryptionContextEquals(pairs) | GrantConstraint::EncryptionContextSubset(pairs)) =
        constraint;
    if pairs.len() > PAIRS_MAX {
        let text = format!("A grant constraint has at most {PAIRS_MAX} encryption context pairs.");
        return Err(Error::Validation(text));
    }
    if pairs.values().any(|value| value.chars().count() > VALUE_MAX) {
        let text = format!("An encryption context value of a grant constraint has at most {VALUE_MAX} characters.");
        return Err(Error::Validation(text));
    }
    Ok(())
}

/// After the text about aliases, as live KMS says that one.
pub(crate) fn require_room_for_one_more(count: usize) -> Result<(), Error> {
    if count < PER_KEY_MAX {
        return Ok(());
    }
    let text =
        format!("Grants per key quota for this account in this region is {PER_KEY_MAX}, current usage is {count}.");
    Err(Error::refused("LimitExceededException", text))
}

/// The grant that a repeated request made before: of the same name, and alike in everything that was asked for.
pub(crate) fn made_before<'g>(
    grants: impl IntoIterator<Item = &'g GrantRecord>,
    wanted: &GrantRecord,
) -> Option<&'g GrantRecord> {
    let sorted = |operations: &[String]| {
        let mut operations = operations.to_vec();
        operations.sort();
        operations
    };
    let is_alike = |grant: &&GrantRecord| {
        grant.name == wanted.name
            && (&grant.grantee, &grant.retiree) == (&wanted.grantee, &wanted.retiree)
            && (grant.issuing_account, &grant.constraint) == (wanted.issuing_account, &wanted.constraint)
            && sorted(&grant.operations) == sorted(&wanted.operations)
    };
    wanted.name.as_ref()?;
    grants.into_iter().find(is_alike)
}

/// Whom a grant speaks of.
pub(crate) fn principals_of(grant: &GrantRecord) -> impl Iterator<Item = &str> {
    slice::from_ref(&grant.grantee).iter().chain(&grant.retiree).map(String::as_str)
}

#[cfg(test)]
mod tests;
