//! Grants: rights to a key for one principal, beside the key's policy.

pub(super) mod create_grant;
pub(super) mod list_grants;
pub(super) mod list_retirable_grants;
pub(super) mod retire_grant;
pub(super) mod revoke_grant;

use std::sync::Arc;

use contract::{GrantConstraint, GrantRecord, KeyRecord, KeySubject};
use gate::principals::Neighbours;
use shape::Enumeration;

use crate::{
    error::Error,
    paging::Page,
    room::Call,
    shapes::{GrantConstraints, GrantListEntry, GrantOperation, ListGrantsResponse},
};

/// `kms:GrantIsForAWSResource`: no AWS service makes grants here.
const FOR_NO_SERVICE: (&str, &str) = ("grantisforawsresource", "false");

const LIMIT_DEFAULT: usize = 50;
/// More may be asked for, and is not told at once.
const LIMIT_MAX: usize = 100;

fn limit(asked: Option<i32>) -> usize {
    asked.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT).min(LIMIT_MAX)
}

async fn neighbours(call: &Call<'_>, principals: Vec<&str>) -> Result<Neighbours, Error> {
    Ok(Neighbours::of_entries(&*call.room.store, Some(call.caller.identities()), principals).await?)
}

/// A principal of a request, as grants keep it. Accounts, users, roles and sessions are named by ARNs, and must be
/// there.
fn kept(neighbours: &Neighbours, principal: &str) -> Result<String, Error> {
    // As live KMS says it.
    let invalid =
        || Error::refused("InvalidArnException", format!("ARN does not refer to a valid principal: {principal}"));
    if !principal.starts_with("arn:") || !neighbours.has(principal) {
        return Err(invalid());
    }
    neighbours.with_id(principal).map_err(|_| invalid())
}

/// No AWS service calls here as itself, so none is granted anything.
fn refuse_services(members: &[(&str, bool)]) -> Result<(), Error> {
    let given = members.iter().find(|(_, is_given)| *is_given);
    given.map_or(Ok(()), |(member, _)| Err(Error::unsupported(member)))
}

/// The text is chosen.
fn require_principal<'p>(principal: Option<&'p String>, member: &str) -> Result<&'p str, Error> {
    let missing = || Error::Validation(format!("{member} is required."));
    principal.map(String::as_str).ok_or_else(missing)
}

/// A grant of a key that the caller may end. Both texts are chosen.
fn find<'k>(key: &KeySubject<'k>, id: &str) -> Result<&'k Arc<GrantRecord>, Error> {
    require_id(id)?;
    let missing = || Error::not_found(format!("Grant {id} of the key {} does not exist", key.arn));
    key.grants.get(id).ok_or_else(missing)
}

fn require_id(id: &str) -> Result<(), Error> {
    if id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(());
    }
    Err(Error::refused("InvalidGrantIdException", format!("Invalid grant id '{id}'")))
}

fn answer(page: Page<(&KeyRecord, &GrantRecord)>, neighbours: &Neighbours) -> ListGrantsResponse {
    ListGrantsResponse {
        truncated: Some(page.is_truncated()),
        grants: Some(page.items.into_iter().map(|(key, grant)| entry(key, grant, neighbours)).collect()),
        next_marker: page.marker,
    }
}

/// Principals are told by their ARNs as long as they are there.
fn entry(key: &KeyRecord, grant: &GrantRecord, neighbours: &Neighbours) -> GrantListEntry {
    let choice =
        |name: &String| GrantOperation::CHOICES.iter().find(|(_, text)| text == name).map(|(choice, _)| *choice);
    let partition = key.scope.region.partition();
    GrantListEntry {
        key_id: Some(key.arn.to_string()),
        grant_id: Some(grant.id.clone()),
        name: grant.name.clone(),
        creation_date: Some(grant.created_at),
        grantee_principal: Some(neighbours.with_arn(&grant.grantee).to_owned()),
        retiring_principal: grant.retiree.as_deref().map(|retiree| neighbours.with_arn(retiree).to_owned()),
        issuing_account: Some(format!("arn:{partition}:iam::{}:root", grant.issuing_account)),
        grantee_service_principal: None,
        retiring_service_principal: None,
        operations: Some(grant.operations.iter().filter_map(choice).collect()),
        constraints: grant.constraint.clone().map(shown),
    }
}

fn shown(constraint: GrantConstraint) -> GrantConstraints {
    match constraint {
        GrantConstraint::EncryptionContextEquals(pairs) => {
            GrantConstraints { encryption_context_equals: Some(pairs), ..GrantConstraints::default() }
        }
        GrantConstraint::EncryptionContextSubset(pairs) => {
            GrantConstraints { encryption_context_subset: Some(pairs), ..GrantConstraints::default() }
        }
    }
}
