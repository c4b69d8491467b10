use trail::Recorded;

use super::shown;
use crate::{
    error::Error,
    operations::owner::{self, Owner},
    room::Call,
    shapes::{GetUserRequest, GetUserResponse},
};

/// Tells about a user; without a name, about the caller.
pub(in crate::operations) async fn get_user(
    call: &Call<'_>,
    ask: &GetUserRequest,
) -> Result<Recorded<GetUserResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let user = match owner {
        Owner::Root => {
            permit.covers_resource(&owner::root_arn(call))?;
            owner::root(call, &identities).await?
        }
        Owner::User(user) => {
            permit.covers_resource(&user.arn)?;
            shown(&user)
        }
    };
    call.tell(GetUserResponse { user }).await
}
