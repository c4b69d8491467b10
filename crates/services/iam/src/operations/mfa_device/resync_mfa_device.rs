use gate::mfa;
use trail::Recorded;

use super::{changed, find_of, open_seed, wrong_codes};
use crate::{error::Error, operations::owner, room::Call, shapes::ResyncMFADeviceRequest};

/// Takes two codes that follow each other, of a device whose clock has gone astray.
pub(in crate::operations) async fn resync_mfa_device(
    call: &Call<'_>,
    ask: &ResyncMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, Some(&ask.user_name)).await?;
    let device = find_of(&identities, &owner, &ask.serial_number)?;
    let seed = open_seed(call, device)?;
    let step = mfa::resync_step(&seed, &ask.authentication_code_1, &ask.authentication_code_2, call.now());
    let step = step.ok_or_else(wrong_codes)?;
    let device = changed(device, |device| {
        if let Some(enabled) = &mut device.enabled {
            // Codes that were taken stay taken.
            enabled.last_step = enabled.last_step.max(step);
        }
    });
    call.commit_silently(permit, identities.change().put(device)).await
}
