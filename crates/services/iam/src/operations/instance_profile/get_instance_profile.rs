use gate::RequestTags;
use trail::Recorded;

use super::{authorized, shown};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetInstanceProfileRequest, GetInstanceProfileResponse},
};

/// Tells about an instance profile and its role.
pub(in crate::operations) async fn get_instance_profile(
    call: &Call<'_>,
    ask: &GetInstanceProfileRequest,
) -> Result<Recorded<GetInstanceProfileResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, RequestTags::None).await?;
    permit.covers_resource(&profile.arn)?;
    let instance_profile = shown(call, &identities, &profile).await?;
    call.tell(GetInstanceProfileResponse { instance_profile }).await
}
