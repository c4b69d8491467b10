use trail::Recorded;

use super::{find, shown};
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{GetLoginProfileRequest, GetLoginProfileResponse},
};

/// Tells whether a user has a password; nothing of the password.
pub(in crate::operations) async fn get_login_profile(
    call: &Call<'_>,
    ask: &GetLoginProfileRequest,
) -> Result<Recorded<GetLoginProfileResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let user = owner.into_user()?;
    permit.covers_resource(&user.arn)?;
    call.tell(GetLoginProfileResponse { login_profile: shown(&user, find(&user)?) }).await
}
