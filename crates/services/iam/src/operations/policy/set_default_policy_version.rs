use contract::{Entity, PolicyRecord};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized_to_change, version};
use crate::{error::Error, managed_policy::ManagedPolicy, room::Call, shapes::SetDefaultPolicyVersionRequest};

/// Puts another version of a policy in force, wherever the policy is used.
pub(in crate::operations) async fn set_default_policy_version(
    call: &Call<'_>,
    ask: &SetDefaultPolicyVersionRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let arn = &ask.policy_arn;
    let (permit, policy) = authorized_to_change(call, &identities, arn, RequestTags::None).await?;
    let default_version = version::find(&ManagedPolicy::Own(policy), arn, &ask.version_id)?.number;
    let policy = PolicyRecord { default_version, ..PolicyRecord::clone(policy) };
    call.commit_silently(permit, identities.change().put(Entity::Policy(policy))).await
}
