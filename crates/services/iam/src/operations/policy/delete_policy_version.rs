use contract::{Entity, PolicyRecord};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized_to_change, version};
use crate::{error::Error, managed_policy::ManagedPolicy, room::Call, shapes::DeletePolicyVersionRequest};

/// Deletes a version that is not in force. Its number never comes again.
pub(in crate::operations) async fn delete_policy_version(
    call: &Call<'_>,
    ask: &DeletePolicyVersionRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let arn = &ask.policy_arn;
    let (permit, policy) = authorized_to_change(call, &identities, arn, RequestTags::None).await?;
    let version = version::find(&ManagedPolicy::Own(policy), arn, &ask.version_id)?;
    if version.is_default {
        return Err(Error::DeleteConflict("Cannot delete the default version of a policy.".to_owned()));
    }
    let mut left = PolicyRecord::clone(policy);
    left.versions.retain(|kept| kept.number != version.number);
    call.commit_silently(permit, identities.change().put(Entity::Policy(left))).await
}
