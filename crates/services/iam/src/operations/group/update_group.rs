use contract::{Entity, EntityKind, GroupRecord};
use gate::Target;
use trail::Recorded;

use super::{already_exists, authorized};
use crate::{error::Error, room::Call, shapes::UpdateGroupRequest};

/// Gives a group another name or path. It stays the same group: its id, users and policies go with it.
pub(in crate::operations) async fn update_group(
    call: &Call<'_>,
    ask: &UpdateGroupRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, group) = authorized(call, &identities, &ask.group_name).await?;
    let name = ask.new_group_name.as_ref().unwrap_or(&group.name);
    let path = ask.new_path.as_ref().unwrap_or(&group.path);
    let arn = call.entity_arn("group", path, name);
    if arn != group.arn {
        // The caller must be allowed both, what was and what will be.
        call.authorize(&Target::new(&call.resource(&arn))).await?;
    }
    if identities.group(name).is_some_and(|other| other.id != group.id) {
        return Err(already_exists(name));
    }
    let renamed = GroupRecord { name: name.clone(), path: path.clone(), arn, ..GroupRecord::clone(&group) };
    let change = identities.change().delete(EntityKind::Group, &group.name).put(Entity::Group(renamed));
    call.commit_silently(permit, change).await
}
