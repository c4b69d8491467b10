use gate::RequestTags;
use trail::Recorded;

use super::{authorized, changed};
use crate::{
    error::Error,
    room::Call,
    shapes::TagMFADeviceRequest,
    tags::{asked_tags, tagged},
};

/// Puts tags over those that a device has.
pub(in crate::operations) async fn tag_mfa_device(
    call: &Call<'_>,
    ask: &TagMFADeviceRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let tags = asked_tags(Some(&ask.tags))?;
    let (permit, device) = authorized(call, &identities, &ask.serial_number, RequestTags::Tags(&tags)).await?;
    let tags = tagged(&device.tags, tags, call.room.quotas.tags)?;
    let device = changed(&device, |device| device.tags = tags);
    call.commit_silently(permit, identities.change().put(device)).await
}
