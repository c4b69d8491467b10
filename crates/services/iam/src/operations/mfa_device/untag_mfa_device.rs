use gate::RequestTags;
use trail::Recorded;

use super::{authorized, changed};
use crate::{error::Error, room::Call, shapes::UntagMFADeviceRequest, tags::untagged};

/// Takes tags from a device. Those that it does not have are no matter.
pub(in crate::operations) async fn untag_mfa_device(
    call: &Call<'_>,
    ask: &UntagMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, device) = authorized(call, &identities, &ask.serial_number, RequestTags::Keys(&ask.tag_keys)).await?;
    let tags = untagged(&device.tags, &ask.tag_keys);
    let device = changed(&device, |device| device.tags = tags);
    call.commit_silently(permit, identities.change().put(device)).await
}
