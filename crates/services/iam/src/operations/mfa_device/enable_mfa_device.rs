use contract::EnabledMfa;
use gate::mfa;
use trail::Recorded;

use super::{changed, find, is_of, open_seed, owner_id, wrong_codes};
use crate::{error::Error, operations::owner, room::Call, shapes::EnableMFADeviceRequest};

/// Gives a device to a user who shows two codes of it that follow each other.
pub(in crate::operations) async fn enable_mfa_device(
    call: &Call<'_>,
    ask: &EnableMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, Some(&ask.user_name)).await?;
    let device = find(&identities, &ask.serial_number)?;
    if device.enabled.is_some() {
        // Chosen.
        return Err(Error::EntityAlreadyExists("MFA Device is already in use.".to_owned()));
    }
    let owner = owner_id(&identities, &owner);
    let limit = call.room.quotas.mfa_devices_per_user;
    if identities.mfa_devices().filter(|device| is_of(device, owner)).count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for MFADevicesPerUser: {limit}")));
    }
    let seed = open_seed(call, device)?;
    let step = mfa::enabling_step(&seed, &ask.authentication_code_1, &ask.authentication_code_2, call.now());
    let last_step = step.ok_or_else(wrong_codes)?;
    let enabled = EnabledMfa { owner: owner.to_owned(), enabled_at: call.now(), last_step };
    let device = changed(device, |device| device.enabled = Some(enabled));
    call.commit_silently(permit, identities.change().put(device)).await
}
