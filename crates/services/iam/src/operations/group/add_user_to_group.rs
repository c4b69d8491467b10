use contract::{Entity, GroupRecord};
use trail::Recorded;

use super::authorized;
use crate::{error::Error, operations::user, room::Call, shapes::AddUserToGroupRequest};

/// Puts a user into a group. One that is in it stays.
pub(in crate::operations) async fn add_user_to_group(
    call: &Call<'_>,
    ask: &AddUserToGroupRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, group) = authorized(call, &identities, &ask.group_name).await?;
    let user = user::find(&identities, &ask.user_name)?;
    let mut members = group.members.clone();
    if members.insert(user.id.clone()) {
        let limit = call.room.quotas.groups_per_user;
        if identities.groups_of(&user.id).count() >= limit {
            return Err(Error::LimitExceeded(format!("Cannot exceed quota for GroupsPerUser: {limit}")));
        }
    }
    let change = identities.change().put(Entity::Group(GroupRecord { members, ..GroupRecord::clone(&group) }));
    call.commit_silently(permit, change).await
}
