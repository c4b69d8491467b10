use contract::{Entity, PolicyRecord, PolicyVersion};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized_to_change, managed_document, version};
use crate::{
    error::Error,
    room::Call,
    shapes::{self, CreatePolicyVersionRequest, CreatePolicyVersionResponse},
};

/// Adds a version to a policy. It comes into force only if that is asked for.
pub(in crate::operations) async fn create_policy_version(
    call: &Call<'_>,
    ask: &CreatePolicyVersionRequest,
) -> Result<Recorded<CreatePolicyVersionResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, policy) = authorized_to_change(call, &identities, &ask.policy_arn, RequestTags::None).await?;
    let document = managed_document(call, &ask.policy_document)?;
    let limit = call.room.quotas.versions_per_policy;
    if policy.versions.len() >= limit {
        return Err(Error::LimitExceeded(format!(
            "A managed policy can have up to {limit} versions. Before you create a new version, you must delete an \
             existing version."
        )));
    }
    let mut policy = PolicyRecord::clone(policy);
    let number = policy.next_version;
    policy.versions.push(PolicyVersion { number, created_at: call.now(), document });
    policy.next_version = number.saturating_add(1);
    policy.updated_at = call.now();
    let is_default = ask.set_as_default == Some(true);
    if is_default {
        policy.default_version = number;
    }
    let policy_version = Some(shapes::PolicyVersion {
        document: None,
        version_id: Some(version::id(number)),
        is_default_version: Some(is_default),
        create_date: Some(call.now()),
    });
    let change = identities.change().put(Entity::Policy(policy));
    call.commit(permit, change, CreatePolicyVersionResponse { policy_version }).await
}
