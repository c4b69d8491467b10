use contract::{Entity, UserRecord};
use gate::{RequestTags, Target, UniqueIdPrefix};
use policy::Action;
use trail::Recorded;

use super::{already_exists, keys_of, shown};
use crate::{
    error::Error,
    names::path_or_root,
    operations::boundary,
    room::Call,
    shapes::{CreateUserRequest, CreateUserResponse},
    tags::{asked_tags, tagged},
};

const TAG_USER: Action = Action::new("iam:TagUser");

/// Makes a user that may do nothing yet.
pub(in crate::operations) async fn create_user(
    call: &Call<'_>,
    ask: &CreateUserRequest,
) -> Result<Recorded<CreateUserResponse>, Error> {
    let identities = call.identities().await?;
    let (name, path) = (&ask.user_name, path_or_root(ask.path.as_ref()));
    let arn = call.entity_arn("user", &path, name);
    let tags = asked_tags(ask.tags.as_deref())?;

    let resource = call.resource(&arn);
    let keys = keys_of(&[], ask.permissions_boundary.as_deref());
    let request_tags = if tags.is_empty() { RequestTags::None } else { RequestTags::Tags(&tags) };
    let target = Target::new(&resource).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    if !tags.is_empty() {
        call.authorize_part(TAG_USER, &target).await?;
    }

    if identities.user(name).is_some() {
        return Err(already_exists(name));
    }
    let limit = call.room.quotas.users;
    if identities.users().count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for UsersPerAccount: {limit}")));
    }
    if let Some(arn) = &ask.permissions_boundary {
        boundary::require_boundary(&identities, arn)?;
    }
    let user = UserRecord {
        id: call.new_id(&identities, UniqueIdPrefix::User),
        name: name.clone(),
        path,
        arn,
        created_at: call.now(),
        tags: tagged(&[], tags, call.room.quotas.tags)?,
        boundary: ask.permissions_boundary.clone(),
        inline: Default::default(),
        attached: Vec::new(),
        login_profile: None,
    };
    let answer = CreateUserResponse { user: Some(shown(&user)) };
    call.commit(permit, identities.change().put(Entity::User(user)), answer).await
}
