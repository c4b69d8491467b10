use trail::Recorded;

use super::find_of;
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{GetMFADeviceRequest, GetMFADeviceResponse},
};

/// Tells about a device that a user has.
pub(in crate::operations) async fn get_mfa_device(
    call: &Call<'_>,
    ask: &GetMFADeviceRequest,
) -> Result<Recorded<GetMFADeviceResponse>, Error> {
    let identities = call.identities().await?;
    // Without a name it is about whoever has the device.
    let holder = identities.mfa_device(&ask.serial_number).and_then(|device| device.enabled.as_ref());
    let holder = holder.and_then(|enabled| identities.user_by_id(&enabled.owner)).map(|user| &*user.name);
    let (_permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref().or(holder)).await?;
    let device = find_of(&identities, &owner, &ask.serial_number)?;
    call.tell(GetMFADeviceResponse {
        user_name: Some(owner.name(&identities)),
        serial_number: device.serial_number.clone(),
        enable_date: device.enabled.as_ref().map(|enabled| enabled.enabled_at),
        certifications: None,
    })
    .await
}
