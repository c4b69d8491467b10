use contract::{Entity, GroupRecord};
use gate::{Target, UniqueIdPrefix};
use trail::Recorded;

use super::{already_exists, shown};
use crate::{
    error::Error,
    names::path_or_root,
    room::Call,
    shapes::{CreateGroupRequest, CreateGroupResponse},
};

/// Makes a group without users and policies.
pub(in crate::operations) async fn create_group(
    call: &Call<'_>,
    ask: &CreateGroupRequest,
) -> Result<Recorded<CreateGroupResponse>, Error> {
    let identities = call.identities().await?;
    let (name, path) = (&ask.group_name, path_or_root(ask.path.as_ref()));
    let arn = call.entity_arn("group", &path, name);
    let permit = call.authorize(&Target::new(&call.resource(&arn))).await?;
    if identities.group(name).is_some() {
        return Err(already_exists(name));
    }
    let limit = call.room.quotas.groups;
    if identities.groups().count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for GroupsPerAccount: {limit}")));
    }
    let group = GroupRecord {
        id: call.new_id(&identities, UniqueIdPrefix::Group),
        name: name.clone(),
        path,
        arn,
        created_at: call.now(),
        inline: Default::default(),
        attached: Vec::new(),
        members: Default::default(),
    };
    let answer = CreateGroupResponse { group: shown(&group) };
    call.commit(permit, identities.change().put(Entity::Group(group)), answer).await
}
