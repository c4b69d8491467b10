use contract::LoginProfile;
use trail::Recorded;

use super::{accepted, find, with_login_profile};
use crate::{error::Error, operations::user, room::Call, shapes::UpdateLoginProfileRequest};

/// Gives a user another password, or demands that the user choose one.
pub(in crate::operations) async fn update_login_profile(
    call: &Call<'_>,
    ask: &UpdateLoginProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = user::authorized(call, &identities, &ask.user_name).await?;
    let mut profile = LoginProfile::clone(find(&user)?);
    if let Some(password) = &ask.password {
        profile.password_hash = accepted(call, &identities, password).await?;
    }
    if let Some(is_required) = ask.password_reset_required {
        profile.password_reset_required = is_required;
    }
    call.commit_silently(permit, identities.change().put(with_login_profile(&user, Some(profile)))).await
}
