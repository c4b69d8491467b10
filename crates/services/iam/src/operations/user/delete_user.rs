use contract::{EntityKind, Identities, UserRecord};
use trail::Recorded;

use super::authorized;
use crate::{error::Error, operations::mfa_device::is_of, room::Call, shapes::DeleteUserRequest};

/// Takes away a user from whom nothing hangs any more.
pub(in crate::operations) async fn delete_user(
    call: &Call<'_>,
    ask: &DeleteUserRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = authorized(call, &identities, &ask.user_name).await?;
    if let Some(first) = what_must_go_first(&identities, &user) {
        return Err(Error::DeleteConflict(format!("Cannot delete entity, must {first} first.")));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::User, &user.name)).await
}

/// The order is chosen: AWS tells of one obstacle at a time and does not say which comes first.
fn what_must_go_first(identities: &Identities, user: &UserRecord) -> Option<&'static str> {
    let obstacles = [
        (!user.attached.is_empty(), "detach all policies"),
        (!user.inline.is_empty(), "delete policies"),
        (!identities.access_keys_of(Some(&user.id)).is_empty(), "delete access keys"),
        (identities.mfa_devices().any(|device| is_of(device, &user.id)), "delete MFA device"),
        (user.login_profile.is_some(), "delete login profile"),
        (identities.groups_of(&user.id).next().is_some(), "remove users from group"),
    ];
    obstacles.into_iter().find_map(|(stands, first)| stands.then_some(first))
}
