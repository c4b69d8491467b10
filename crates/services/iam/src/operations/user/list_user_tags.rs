use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListUserTagsRequest, ListUserTagsResponse},
    tags::{by_key, shown_tags},
};

/// Tells a user's tags, by key.
pub(in crate::operations) async fn list_user_tags(
    call: &Call<'_>,
    ask: &ListUserTagsRequest,
) -> Result<Recorded<ListUserTagsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = authorized(call, &identities, &ask.user_name).await?;
    permit.covers_resource(&user.arn)?;
    let page = call.page(by_key(&user.tags), |tag| tag.key.clone(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListUserTagsResponse {
        tags: shown_tags(&page.items).unwrap_or_default(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
