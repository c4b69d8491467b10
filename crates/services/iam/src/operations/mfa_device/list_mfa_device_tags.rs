use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListMFADeviceTagsRequest, ListMFADeviceTagsResponse},
    tags::{by_key, shown_tags},
};

/// Tells a device's tags, by key.
pub(in crate::operations) async fn list_mfa_device_tags(
    call: &Call<'_>,
    ask: &ListMFADeviceTagsRequest,
) -> Result<Recorded<ListMFADeviceTagsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, device) = authorized(call, &identities, &ask.serial_number, RequestTags::None).await?;
    permit.covers_resource(&device.serial_number)?;
    let page = call.page(by_key(&device.tags), |tag| tag.key.clone(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListMFADeviceTagsResponse {
        tags: shown_tags(&page.items).unwrap_or_default(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
