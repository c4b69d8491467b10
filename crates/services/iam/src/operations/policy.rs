//! Managed policies and their versions.

pub(super) mod create_policy;
pub(super) mod create_policy_version;
pub(super) mod delete_policy;
pub(super) mod delete_policy_version;
pub(super) mod get_policy;
pub(super) mod get_policy_version;
pub(super) mod list_policies;
pub(super) mod list_policy_tags;
pub(super) mod list_policy_versions;
pub(super) mod set_default_policy_version;
pub(super) mod tag_policy;
pub(super) mod untag_policy;
pub(super) mod usage;
pub(super) mod version;

use std::sync::Arc;

use contract::{Identities, PolicyRecord};
use gate::{RequestTags, Target};
use policy::{Permit, Resource};

use crate::{
    documents::identity_document,
    error::Error,
    managed_policy::{self, ManagedPolicy},
    room::Call,
    service_keys::ServiceKeys,
    shapes,
    tags::shown_tags,
};
use usage::Usage;

/// The managed policy with this ARN and the permit for it. Who may not ask learns nothing of whether it is there.
async fn authorized<'a>(
    call: &Call<'_>,
    identities: &'a Identities,
    arn: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, ManagedPolicy<'a>), Error> {
    let policy = ManagedPolicy::find(identities, arn);
    let tags = policy.as_ref().map(ManagedPolicy::tags).unwrap_or_default();
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let resource = named(call, arn, &format!("policy {arn}"));
    let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    require_arn(arn)?;
    let policy = policy.ok_or_else(|| Error::NoSuchEntity(format!("Policy {arn} was not found.")))?;
    Ok((permit, policy))
}

/// As [`authorized`], for a policy that is to change: one of the account's own.
async fn authorized_to_change<'a>(
    call: &Call<'_>,
    identities: &'a Identities,
    arn: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, &'a Arc<PolicyRecord>), Error> {
    match authorized(call, identities, arn, request_tags).await? {
        (permit, ManagedPolicy::Own(policy)) => Ok((permit, policy)),
        // AWS's own are for everyone to read, and for nobody to change.
        (permit, ManagedPolicy::Aws(_)) => Err(Error::Forbidden(format!(
            "User: {} is not authorized to perform: {} on resource: policy {arn}",
            permit.principal(),
            call.action,
        ))),
    }
}

/// A policy as refusals name it: they say what kind of thing it is.
fn named(call: &Call<'_>, arn: &str, asked: &str) -> Resource {
    Resource::One { arn: arn.into(), account: call.account(), asked: asked.into() }
}

fn require_arn(arn: &str) -> Result<(), Error> {
    match () {
        () if managed_policy::is_arn(arn) => Ok(()),
        () if arn.starts_with("arn:") => Err(Error::InvalidInput(format!("ARN {arn} is not valid."))),
        () => Err(Error::Validation("Invalid ARN:  Could not be parsed!".to_owned())),
    }
}

/// A document that a managed policy may have: sound and not too large.
fn managed_document(call: &Call<'_>, text: &str) -> Result<contract::PolicyDocument, Error> {
    let document = identity_document(text)?;
    let limit = call.room.quotas.managed_policy_chars;
    if policy::policy_size(text) > limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for PolicySize: {limit}")));
    }
    Ok(document)
}

/// As GetPolicy shows it: with its description, and its tags even when there are none.
pub(super) fn shown(policy: &ManagedPolicy<'_>, usage: Usage) -> shapes::Policy {
    let description = match policy {
        ManagedPolicy::Own(policy) => policy.description.clone(),
        ManagedPolicy::Aws(policy) => Some(policy.description.to_owned()),
    };
    let tags = Some(shown_tags(policy.tags()).unwrap_or_default());
    shapes::Policy { description, tags, ..listed(policy, usage) }
}

/// As lists show it.
fn listed(policy: &ManagedPolicy<'_>, usage: Usage) -> shapes::Policy {
    let own = match policy {
        ManagedPolicy::Own(policy) => shapes::Policy {
            policy_name: Some(policy.name.clone()),
            policy_id: Some(policy.id.clone()),
            arn: Some(policy.arn.clone()),
            path: Some(policy.path.clone()),
            default_version_id: Some(version::id(policy.default_version)),
            create_date: Some(policy.created_at),
            update_date: Some(policy.updated_at),
            ..shapes::Policy::default()
        },
        ManagedPolicy::Aws(policy) => shapes::Policy {
            policy_name: Some(policy.name.to_owned()),
            policy_id: Some(policy.id.to_owned()),
            arn: Some(policy.arn.clone()),
            path: Some(policy.path.to_owned()),
            default_version_id: Some(version::id(policy.version)),
            create_date: Some(policy.created_at),
            update_date: Some(policy.updated_at),
            ..shapes::Policy::default()
        },
    };
    shapes::Policy {
        attachment_count: Some(usage.attachments),
        permissions_boundary_usage_count: Some(usage.boundaries),
        is_attachable: Some(policy.require_attachable().is_ok()),
        ..own
    }
}
