use contract::{Entity, GroupRecord};
use trail::Recorded;

use super::authorized;
use crate::{error::Error, operations::user, room::Call, shapes::RemoveUserFromGroupRequest};

/// Takes a user out of a group, and the group's policies from the user.
pub(in crate::operations) async fn remove_user_from_group(
    call: &Call<'_>,
    ask: &RemoveUserFromGroupRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, group) = authorized(call, &identities, &ask.group_name).await?;
    let user = user::find(&identities, &ask.user_name)?;
    let mut members = group.members.clone();
    if !members.remove(&user.id) {
        return Err(Error::NoSuchEntity(format!("User {} not in group {}", ask.user_name, ask.group_name)));
    }
    let change = identities.change().put(Entity::Group(GroupRecord { members, ..GroupRecord::clone(&group) }));
    call.commit_silently(permit, change).await
}
