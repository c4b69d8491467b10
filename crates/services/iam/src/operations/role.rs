//! Roles.

pub(super) mod create_role;
pub(super) mod delete_role;
pub(super) mod get_role;
pub(super) mod list_role_tags;
pub(super) mod list_roles;
pub(super) mod tag_role;
pub(super) mod untag_role;
pub(super) mod update_assume_role_policy;
pub(super) mod update_role;
pub(super) mod update_role_description;

use std::sync::Arc;

use contract::{Identities, PolicyDocument, RoleRecord};
use gate::{
    RequestTags, Target,
    principals::{Neighbours, UnknownPrincipal},
};
use policy::{Permit, PolicyKind};

use super::user::shown_boundary;
use crate::{
    documents::{encoded, trust_policy},
    error::Error,
    room::Call,
    service_keys::ServiceKeys,
    shapes,
    tags::shown_tags,
};

/// The role of this name, or that there is none.
pub(super) fn find<'a>(identities: &'a Identities, name: &str) -> Result<&'a Arc<RoleRecord>, Error> {
    let missing = || Error::NoSuchEntity(format!("The role with name {name} cannot be found."));
    identities.role(name).ok_or_else(missing)
}

/// The role of this name and the permit for it. Who may not ask learns nothing of whether it is there.
async fn authorized(
    call: &Call<'_>,
    identities: &Identities,
    name: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, Arc<RoleRecord>), Error> {
    let role = identities.role(name);
    // One that is not there stands where one without a path would be.
    let arn = role.map_or_else(|| call.entity_arn("role", "/", name), |role| role.arn.clone());
    let tags = role.map(|role| &*role.tags).unwrap_or_default();
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let resource = call.resource(&arn);
    let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    Ok((permit, Arc::clone(find(identities, name)?)))
}

/// A trust policy as it is kept: sound, not too large, and naming users and roles by their ids.
async fn kept_trust_policy(call: &Call<'_>, identities: &Arc<Identities>, text: &str) -> Result<PolicyDocument, Error> {
    let policy = trust_policy(text, call.room.quotas.trust_policy_chars)?;
    let neighbours = Neighbours::of(&*call.room.store, Some(identities), [&policy]).await?;
    let kept = neighbours.with_ids(text).map_err(|error| match error {
        UnknownPrincipal::Missing(entry) => {
            Error::MalformedPolicyDocument(format!("Invalid principal in policy: \"AWS\":\"{entry}\""))
        }
        UnknownPrincipal::Unreadable(error) => error.into(),
    })?;
    Ok(PolicyDocument::new(kept))
}

/// Those that the roles' trust policies name.
pub(super) async fn neighbours(
    call: &Call<'_>,
    identities: &Arc<Identities>,
    roles: &[Arc<RoleRecord>],
) -> Result<Neighbours, Error> {
    let mut policies = Vec::new();
    for role in roles {
        policies.push(role.trust_policy.compiled(PolicyKind::Trust)?);
    }
    let policies = policies.iter().map(|policy| &**policy);
    Ok(Neighbours::of(&*call.room.store, Some(identities), policies).await?)
}

/// As lists and instance profiles show it: without its tags, boundary and last use.
pub(super) fn shown_briefly(role: &RoleRecord, neighbours: &Neighbours) -> Result<shapes::Role, Error> {
    let document = neighbours.with_arns(role.trust_policy.text())?;
    Ok(shapes::Role {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        arn: role.arn.clone(),
        create_date: role.created_at,
        assume_role_policy_document: Some(encoded(&document)),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_seconds).ok(),
        ..shapes::Role::default()
    })
}

/// As answers about one role show it.
async fn shown(call: &Call<'_>, identities: &Arc<Identities>, role: &Arc<RoleRecord>) -> Result<shapes::Role, Error> {
    let neighbours = neighbours(call, identities, std::slice::from_ref(role)).await?;
    let used = call.room.store.last_use(&role.id).await?;
    let role_last_used = shapes::RoleLastUsed {
        last_used_date: used.as_ref().map(|used| used.at),
        region: used.map(|used| used.region.to_string()),
    };
    Ok(shapes::Role {
        permissions_boundary: role.boundary.as_deref().map(shown_boundary),
        tags: shown_tags(&role.tags),
        role_last_used: Some(role_last_used),
        ..shown_briefly(role, &neighbours)?
    })
}
