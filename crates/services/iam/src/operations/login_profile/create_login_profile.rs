use contract::LoginProfile;
use trail::Recorded;

use super::{accepted, shown, with_login_profile};
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{CreateLoginProfileRequest, CreateLoginProfileResponse},
};

/// Gives a user a password.
pub(in crate::operations) async fn create_login_profile(
    call: &Call<'_>,
    ask: &CreateLoginProfileRequest,
) -> Result<Recorded<CreateLoginProfileResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let user = owner.into_user()?;
    if user.login_profile.is_some() {
        return Err(Error::EntityAlreadyExists(format!("Login Profile for user {} already exists.", user.name)));
    }
    let Some(password) = &ask.password else {
        // Chosen. AWS does without for root users of member accounts alone.
        return Err(Error::Validation("Must specify password for a user".to_owned()));
    };
    let profile = LoginProfile {
        created_at: call.now(),
        password_hash: accepted(call, &identities, password).await?,
        password_reset_required: ask.password_reset_required.unwrap_or_default(),
    };
    let answer = CreateLoginProfileResponse { login_profile: shown(&user, &profile) };
    call.commit(permit, identities.change().put(with_login_profile(&user, Some(profile))), answer).await
}
