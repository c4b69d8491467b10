use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListRoleTagsRequest, ListRoleTagsResponse},
    tags::{by_key, shown_tags},
};

/// Lists a role's tags by key.
pub(in crate::operations) async fn list_role_tags(
    call: &Call<'_>,
    ask: &ListRoleTagsRequest,
) -> Result<Recorded<ListRoleTagsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    permit.covers_resource(&role.arn)?;
    let page = call.page(by_key(&role.tags), |tag| tag.key.clone(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListRoleTagsResponse {
        is_truncated: Some(page.is_truncated()),
        tags: shown_tags(&page.items).unwrap_or_default(),
        marker: page.marker,
    })
    .await
}
