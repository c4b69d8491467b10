use contract::{Entity, EntityKind, UserRecord};
use gate::Target;
use trail::Recorded;

use super::{already_exists, authorized, keys_of};
use crate::{error::Error, room::Call, shapes::UpdateUserRequest};

/// Gives a user another name or path. It stays the same user: its id, keys, groups and policies go with it.
pub(in crate::operations) async fn update_user(
    call: &Call<'_>,
    ask: &UpdateUserRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = authorized(call, &identities, &ask.user_name).await?;
    let name = ask.new_user_name.as_ref().unwrap_or(&user.name);
    let path = ask.new_path.as_ref().unwrap_or(&user.path);
    let arn = call.entity_arn("user", path, name);
    if arn != user.arn {
        // The caller must be allowed both, what was and what will be.
        let resource = call.resource(&arn);
        let keys = keys_of(&user.tags, user.boundary.as_deref());
        call.authorize(&Target::new(&resource).with_tags(&user.tags).with_keys(&keys)).await?;
    }
    if identities.user(name).is_some_and(|other| other.id != user.id) {
        return Err(already_exists(name));
    }
    let renamed = UserRecord { name: name.clone(), path: path.clone(), arn, ..UserRecord::clone(&user) };
    let change = identities.change().delete(EntityKind::User, &user.name).put(Entity::User(renamed));
    call.commit_silently(permit, change).await
}
