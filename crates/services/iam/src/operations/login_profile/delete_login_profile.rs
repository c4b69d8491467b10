use trail::Recorded;

use super::{find, with_login_profile};
use crate::{error::Error, operations::owner, room::Call, shapes::DeleteLoginProfileRequest};

/// Takes a user's password away. Access keys stay as they are.
pub(in crate::operations) async fn delete_login_profile(
    call: &Call<'_>,
    ask: &DeleteLoginProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let user = owner.into_user()?;
    find(&user)?;
    call.commit_silently(permit, identities.change().put(with_login_profile(&user, None))).await
}
