use contract::EntityKind;
use gate::RequestTags;
use trail::Recorded;

use super::{authorized_to_change, usage::Usages};
use crate::{error::Error, room::Call, shapes::DeletePolicyRequest};

/// Deletes a policy that is used nowhere and has one version only.
pub(in crate::operations) async fn delete_policy(
    call: &Call<'_>,
    ask: &DeletePolicyRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let arn = &ask.policy_arn;
    let (permit, policy) = authorized_to_change(call, &identities, arn, RequestTags::None).await?;
    if Usages::of(&identities).get(arn).is_used() {
        return Err(Error::DeleteConflict("Cannot delete a policy attached to entities.".to_owned()));
    }
    if policy.versions.len() > 1 {
        return Err(Error::DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's \
             versions. The default version is deleted with the policy."
                .to_owned(),
        ));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::Policy, &policy.name)).await
}
