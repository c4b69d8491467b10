use trail::Recorded;

use super::{is_of, owner_id};
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{ListMFADevicesRequest, ListMFADevicesResponse, MFADevice},
};

/// Tells which devices a user has, by serial number.
pub(in crate::operations) async fn list_mfa_devices(
    call: &Call<'_>,
    ask: &ListMFADevicesRequest,
) -> Result<Recorded<ListMFADevicesResponse>, Error> {
    let identities = call.identities().await?;
    let (_permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let devices = identities.mfa_devices().filter(|device| is_of(device, owner_id(&identities, &owner)));
    let page = call.page(devices, |device| device.serial_number.clone(), ask.marker.as_deref(), ask.max_items)?;
    let user_name = owner.name(&identities);
    let shown = page.items.iter().filter_map(|device| {
        Some(MFADevice {
            user_name: user_name.clone(),
            serial_number: device.serial_number.clone(),
            enable_date: device.enabled.as_ref()?.enabled_at,
        })
    });
    call.tell(ListMFADevicesResponse {
        mfa_devices: shown.collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
