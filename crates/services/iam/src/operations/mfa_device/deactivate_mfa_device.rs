use trail::Recorded;

use super::{changed, find_of};
use crate::{error::Error, operations::owner, room::Call, shapes::DeactivateMFADeviceRequest};

/// Takes a device from its user. The device itself stays.
pub(in crate::operations) async fn deactivate_mfa_device(
    call: &Call<'_>,
    ask: &DeactivateMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let device = find_of(&identities, &owner, &ask.serial_number)?;
    let device = changed(device, |device| device.enabled = None);
    call.commit_silently(permit, identities.change().put(device)).await
}
