use contract::{Entity, PolicyRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized_to_change;
use crate::{error::Error, room::Call, shapes::UntagPolicyRequest, tags::untagged};

/// Takes tags from a policy. Those that it does not have are no matter.
pub(in crate::operations) async fn untag_policy(
    call: &Call<'_>,
    ask: &UntagPolicyRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let request_tags = RequestTags::Keys(&ask.tag_keys);
    let (permit, policy) = authorized_to_change(call, &identities, &ask.policy_arn, request_tags).await?;
    let tags = untagged(&policy.tags, &ask.tag_keys);
    let policy = PolicyRecord { tags, ..PolicyRecord::clone(policy) };
    call.commit_silently(permit, identities.change().put(Entity::Policy(policy))).await
}
