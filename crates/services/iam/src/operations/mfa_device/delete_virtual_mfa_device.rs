use contract::EntityKind;
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{error::Error, room::Call, shapes::DeleteVirtualMFADeviceRequest};

/// Takes away a device that nobody has.
pub(in crate::operations) async fn delete_virtual_mfa_device(
    call: &Call<'_>,
    ask: &DeleteVirtualMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, device) = authorized(call, &identities, &ask.serial_number, RequestTags::None).await?;
    if device.enabled.is_some() {
        return Err(Error::DeleteConflict("MFA VirtualDevice in use. Must deactivate first.".to_owned()));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::MfaDevice, &device.serial_number)).await
}
