use contract::{Entity, PolicyRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized_to_change;
use crate::{
    error::Error,
    room::Call,
    shapes::TagPolicyRequest,
    tags::{asked_tags, tagged},
};

/// Puts tags on a policy.
pub(in crate::operations) async fn tag_policy(call: &Call<'_>, ask: &TagPolicyRequest) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let asked = asked_tags(Some(&ask.tags))?;
    let request_tags = RequestTags::Tags(&asked);
    let (permit, policy) = authorized_to_change(call, &identities, &ask.policy_arn, request_tags).await?;
    let tags = tagged(&policy.tags, asked, call.room.quotas.tags)?;
    let policy = PolicyRecord { tags, ..PolicyRecord::clone(policy) };
    call.commit_silently(permit, identities.change().put(Entity::Policy(policy))).await
}
