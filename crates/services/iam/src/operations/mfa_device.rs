//! Virtual devices that show one-time codes.

pub(super) mod create_virtual_mfa_device;
pub(super) mod deactivate_mfa_device;
pub(super) mod delete_virtual_mfa_device;
pub(super) mod enable_mfa_device;
pub(super) mod get_mfa_device;
pub(super) mod list_mfa_device_tags;
pub(super) mod list_mfa_devices;
pub(super) mod list_virtual_mfa_devices;
pub(super) mod resync_mfa_device;
pub(super) mod tag_mfa_device;
pub(super) mod untag_mfa_device;

mod enrolment;

use std::sync::Arc;

use contract::{Entity, Identities, MfaDeviceRecord};
use gate::{RequestTags, Target, mfa};
use policy::Permit;
use terms::SecretBytes;

use super::owner::Owner;
use crate::{error::Error, room::Call, service_keys::ServiceKeys};

/// Is the device enabled for this user? The root user goes by its account's number here.
pub(super) fn is_of(device: &MfaDeviceRecord, owner: &str) -> bool {
    device.enabled.as_ref().is_some_and(|enabled| enabled.owner == owner)
}

/// By what devices know their owner.
fn owner_id<'a>(identities: &'a Identities, owner: &'a Owner) -> &'a str {
    owner.id().unwrap_or(identities.account.as_str())
}

fn find<'a>(identities: &'a Identities, serial_number: &str) -> Result<&'a Arc<MfaDeviceRecord>, Error> {
    let missing = || Error::NoSuchEntity(format!("VirtualMFADevice with serial number {serial_number} doesn't exist."));
    identities.mfa_device(serial_number).ok_or_else(missing)
}

/// The owner's device of this serial number. Somebody else's is not told of.
fn find_of<'a>(
    identities: &'a Identities,
    owner: &Owner,
    serial_number: &str,
) -> Result<&'a Arc<MfaDeviceRecord>, Error> {
    let device = identities.mfa_device(serial_number).filter(|device| is_of(device, owner_id(identities, owner)));
    device.ok_or_else(|| Error::NoSuchEntity("MFA Device invalid for user.".to_owned()))
}

/// The device with this serial number and the permit for it, for what is done to devices whoever has them.
async fn authorized(
    call: &Call<'_>,
    identities: &Identities,
    serial_number: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, Arc<MfaDeviceRecord>), Error> {
    let resource = call.resource(serial_number);
    let tags = identities.mfa_device(serial_number).map(|device| &*device.tags).unwrap_or_default();
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    Ok((permit, Arc::clone(find(identities, serial_number)?)))
}

fn open_seed(call: &Call<'_>, device: &MfaDeviceRecord) -> Result<SecretBytes, Error> {
    mfa::open_seed(&call.room.mfa_key, device).map_err(|_| Error::Internal("a stored seed cannot be opened".to_owned()))
}

fn wrong_codes() -> Error {
    Error::InvalidAuthenticationCode("Authentication code for device is not valid.".to_owned())
}

fn changed(device: &MfaDeviceRecord, change: impl FnOnce(&mut MfaDeviceRecord)) -> Entity {
    let mut device = device.clone();
    change(&mut device);
    Entity::MfaDevice(device)
}
