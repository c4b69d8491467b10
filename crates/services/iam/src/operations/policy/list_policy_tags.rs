use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListPolicyTagsRequest, ListPolicyTagsResponse},
    tags::{by_key, shown_tags},
};

/// Tells a policy's tags, by key.
pub(in crate::operations) async fn list_policy_tags(
    call: &Call<'_>,
    ask: &ListPolicyTagsRequest,
) -> Result<Recorded<ListPolicyTagsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, policy) = authorized(call, &identities, &ask.policy_arn, RequestTags::None).await?;
    permit.covers_resource(&ask.policy_arn)?;
    let page = call.page(by_key(policy.tags()), |tag| tag.key.clone(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListPolicyTagsResponse {
        tags: shown_tags(&page.items).unwrap_or_default(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
