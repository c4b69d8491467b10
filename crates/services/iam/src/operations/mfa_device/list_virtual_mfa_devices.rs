use contract::{Identities, MfaDeviceRecord};
use trail::Recorded;

use crate::{
    error::Error,
    operations::{owner, user},
    room::Call,
    shapes::{
        AssignmentStatusType, ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse, User, VirtualMFADevice,
    },
};

/// Tells of the account's devices, by serial number. Seeds are not told again.
pub(in crate::operations) async fn list_virtual_mfa_devices(
    call: &Call<'_>,
    ask: &ListVirtualMFADevicesRequest,
) -> Result<Recorded<ListVirtualMFADevicesResponse>, Error> {
    let identities = call.identities().await?;
    call.authorize_list("mfa", "/").await?;
    let is_asked = |device: &MfaDeviceRecord| match ask.assignment_status {
        Some(AssignmentStatusType::Assigned) => device.enabled.is_some(),
        Some(AssignmentStatusType::Unassigned) => device.enabled.is_none(),
        Some(AssignmentStatusType::Any) | None => true,
    };
    let devices = identities.mfa_devices().filter(|device| is_asked(device));
    let page = call.page(devices, |device| device.serial_number.clone(), ask.marker.as_deref(), ask.max_items)?;
    let root = owner::root(call, &identities).await?;
    let shown = page.items.iter().map(|device| shown(&identities, &root, device));
    call.tell(ListVirtualMFADevicesResponse {
        virtual_mfa_devices: shown.collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}

fn shown(identities: &Identities, root: &User, device: &MfaDeviceRecord) -> VirtualMFADevice {
    let holder = device.enabled.as_ref().and_then(|enabled| {
        let user = identities.user_by_id(&enabled.owner).map(|user| user::listed(user));
        user.or_else(|| (enabled.owner == identities.account.as_str()).then(|| root.clone()))
    });
    VirtualMFADevice {
        serial_number: device.serial_number.clone(),
        user: holder,
        enable_date: device.enabled.as_ref().map(|enabled| enabled.enabled_at),
        ..VirtualMFADevice::default()
    }
}
