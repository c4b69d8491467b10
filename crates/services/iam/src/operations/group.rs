//! Groups, and who is in them.

pub(super) mod add_user_to_group;
pub(super) mod create_group;
pub(super) mod delete_group;
pub(super) mod get_group;
pub(super) mod list_groups;
pub(super) mod list_groups_for_user;
pub(super) mod remove_user_from_group;
pub(super) mod update_group;

use std::sync::Arc;

use contract::{GroupRecord, Identities};
use gate::Target;
use policy::Permit;

use crate::{error::Error, room::Call, shapes};

/// The group of this name and the permit for it. Who may not ask learns nothing of whether it is there.
async fn authorized(call: &Call<'_>, identities: &Identities, name: &str) -> Result<(Permit, Arc<GroupRecord>), Error> {
    let group = identities.group(name);
    let resource = match group {
        Some(group) => call.resource(&group.arn),
        // One that is not there stands where one without a path would be.
        None => call.resource(&call.arn("group", &format!("/{name}"))),
    };
    let permit = call.authorize(&Target::new(&resource)).await?;
    let missing = || Error::NoSuchEntity(format!("The group with name {name} cannot be found."));
    Ok((permit, Arc::clone(group.ok_or_else(missing)?)))
}

fn already_exists(name: &str) -> Error {
    Error::EntityAlreadyExists(format!("Group with name {name} already exists."))
}

fn shown(group: &GroupRecord) -> shapes::Group {
    shapes::Group {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        arn: group.arn.clone(),
        create_date: group.created_at,
    }
}
