use contract::{Entity, MfaDeviceRecord};
use gate::{RequestTags, Target, mfa};
use policy::Action;
use trail::Recorded;

use super::enrolment::{base32, qr_code};
use crate::{
    error::Error,
    names::path_or_root,
    operations::owner,
    room::Call,
    shapes::{CreateVirtualMFADeviceRequest, CreateVirtualMFADeviceResponse, VirtualMFADevice},
    tags::{asked_tags, shown_tags, tagged},
};

const TAG_MFA_DEVICE: Action = Action::new("iam:TagMFADevice");

/// Makes a device that nobody has yet. Its seed is told here and never again.
pub(in crate::operations) async fn create_virtual_mfa_device(
    call: &Call<'_>,
    ask: &CreateVirtualMFADeviceRequest,
) -> Result<Recorded<CreateVirtualMFADeviceResponse>, Error> {
    let identities = call.identities().await?;
    let name = &ask.virtual_mfa_device_name;
    let serial_number = call.entity_arn("mfa", &path_or_root(ask.path.as_ref()), name);
    let tags = asked_tags(ask.tags.as_deref())?;

    let resource = call.resource(&serial_number);
    let request_tags = if tags.is_empty() { RequestTags::None } else { RequestTags::Tags(&tags) };
    let target = Target::new(&resource).with_request_tags(request_tags);
    let permit = call.authorize(&target).await?;
    if !tags.is_empty() {
        call.authorize_part(TAG_MFA_DEVICE, &target).await?;
    }

    if identities.mfa_device(&serial_number).is_some() {
        let text = "MFADevice entity at the same path and name already exists.";
        return Err(Error::EntityAlreadyExists(text.to_owned()));
    }
    let (room, entropy) = (call.room, &*call.room.entropy);
    let tags = tagged(&[], tags, room.quotas.tags)?;
    let seed = mfa::new_seed(entropy);
    let base32_seed = base32(&seed);
    let virtual_mfa_device = VirtualMFADevice {
        serial_number: serial_number.clone(),
        qr_code_png: Some(qr_code(name, &owner::root_name(&identities), &base32_seed)?),
        base32_string_seed: Some(base32_seed),
        tags: shown_tags(&tags),
        ..VirtualMFADevice::default()
    };
    let device = MfaDeviceRecord {
        sealed_seed: mfa::seal_seed(&room.mfa_key, &serial_number, &seed, entropy)?,
        serial_number,
        created_at: call.now(),
        tags,
        enabled: None,
    };
    let change = identities.change().put(Entity::MfaDevice(device));
    call.commit(permit, change, CreateVirtualMFADeviceResponse { virtual_mfa_device }).await
}
