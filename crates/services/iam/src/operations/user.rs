//! Users.

pub(super) mod create_user;
pub(super) mod delete_user;
pub(super) mod get_user;
pub(super) mod list_user_tags;
pub(super) mod list_users;
pub(super) mod tag_user;
pub(super) mod untag_user;
pub(super) mod update_user;

use std::sync::Arc;

use contract::{Identities, Tag, UserRecord};
use gate::{RequestTags, Target};
use policy::Permit;

use crate::{error::Error, room::Call, service_keys::ServiceKeys, shapes, tags::shown_tags};

/// The user of this name, or that there is none.
pub(super) fn find<'a>(identities: &'a Identities, name: &str) -> Result<&'a Arc<UserRecord>, Error> {
    let missing = || Error::NoSuchEntity(format!("The user with name {name} cannot be found."));
    identities.user(name).ok_or_else(missing)
}

/// The user of this name and the permit for it. Who may not ask learns nothing of whether it is there.
pub(super) async fn authorized(
    call: &Call<'_>,
    identities: &Identities,
    name: &str,
) -> Result<(Permit, Arc<UserRecord>), Error> {
    authorized_with(call, identities, name, RequestTags::None).await
}

/// As [`authorized`], for a request that puts tags or takes them.
pub(super) async fn authorized_with(
    call: &Call<'_>,
    identities: &Identities,
    name: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, Arc<UserRecord>), Error> {
    let user = identities.user(name);
    let resource = match user {
        Some(user) => call.resource(&user.arn),
        // One that is not there stands where one without a path would be.
        None => call.resource(&call.arn("user", &format!("/{name}"))),
    };
    let tags = user.map(|user| &*user.tags).unwrap_or_default();
    let keys = keys_of(tags, user.and_then(|user| user.boundary.as_deref()));
    let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    Ok((permit, Arc::clone(find(identities, name)?)))
}

/// What every request about a user tells of it.
fn keys_of<'a>(tags: &'a [Tag], boundary: Option<&'a str>) -> ServiceKeys<'a> {
    ServiceKeys { tags, boundary, ..ServiceKeys::default() }
}

pub(super) fn already_exists(name: &str) -> Error {
    Error::EntityAlreadyExists(format!("User with name {name} already exists."))
}

/// As single answers show it.
pub(super) fn shown(user: &UserRecord) -> shapes::User {
    shapes::User {
        permissions_boundary: user.boundary.as_deref().map(shown_boundary),
        tags: shown_tags(&user.tags),
        ..listed(user)
    }
}

/// As lists show it: without its tags and its boundary.
pub(super) fn listed(user: &UserRecord) -> shapes::User {
    shapes::User {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        arn: user.arn.clone(),
        create_date: user.created_at,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// As users and roles show their boundary.
pub(super) fn shown_boundary(arn: &str) -> shapes::AttachedPermissionsBoundary {
    shapes::AttachedPermissionsBoundary {
        permissions_boundary_type: Some(shapes::PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy),
        permissions_boundary_arn: Some(arn.to_owned()),
    }
}
