use contract::LoginProfile;
use policy::Principal;
use trail::Recorded;

use super::{accepted, find, with_login_profile};
use crate::{error::Error, operations::owner, passwords, room::Call, shapes::ChangePasswordRequest};

/// Gives the caller another password, if the caller knows the one before.
pub(in crate::operations) async fn change_password(
    call: &Call<'_>,
    ask: &ChangePasswordRequest,
) -> Result<Recorded<()>, Error> {
    if !matches!(call.caller.principal(), Principal::User(_)) {
        return Err(Error::InvalidUserType("Only IAM Users can change their own password.".to_owned()));
    }
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, None).await?;
    let user = owner.into_user()?;
    let profile = find(&user)?;
    if !passwords::is_of(&ask.old_password, &profile.password_hash).await? {
        return Err(Error::Forbidden("The old password was incorrect.".to_owned()));
    }
    let profile = LoginProfile {
        password_hash: accepted(call, &identities, &ask.new_password).await?,
        password_reset_required: false,
        ..profile.clone()
    };
    call.commit_silently(permit, identities.change().put(with_login_profile(&user, Some(profile)))).await
}
