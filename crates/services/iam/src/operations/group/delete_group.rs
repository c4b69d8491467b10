use contract::{EntityKind, GroupRecord};
use trail::Recorded;

use super::authorized;
use crate::{error::Error, room::Call, shapes::DeleteGroupRequest};

/// Takes away a group without users and policies.
pub(in crate::operations) async fn delete_group(
    call: &Call<'_>,
    ask: &DeleteGroupRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, group) = authorized(call, &identities, &ask.group_name).await?;
    if let Some(first) = what_must_go_first(&group) {
        return Err(Error::DeleteConflict(format!("Cannot delete entity, must {first} first.")));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::Group, &group.name)).await
}

/// The order is chosen, as for users.
fn what_must_go_first(group: &GroupRecord) -> Option<&'static str> {
    let obstacles = [
        (!group.attached.is_empty(), "detach all policies"),
        (!group.inline.is_empty(), "delete policies"),
        (!group.members.is_empty(), "remove users from group"),
    ];
    obstacles.into_iter().find_map(|(stands, first)| stands.then_some(first))
}
