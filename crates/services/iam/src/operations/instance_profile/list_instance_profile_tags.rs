use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse},
    tags::{by_key, shown_tags},
};

/// Tells an instance profile's tags, by key.
pub(in crate::operations) async fn list_instance_profile_tags(
    call: &Call<'_>,
    ask: &ListInstanceProfileTagsRequest,
) -> Result<Recorded<ListInstanceProfileTagsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, RequestTags::None).await?;
    permit.covers_resource(&profile.arn)?;
    let page = call.page(by_key(&profile.tags), |tag| tag.key.clone(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListInstanceProfileTagsResponse {
        tags: shown_tags(&page.items).unwrap_or_default(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
