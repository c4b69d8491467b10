use contract::{Entity, RoleRecord, Tag};
use gate::{RequestTags, Target, UniqueIdPrefix};
use policy::{Action, Permit};
use trail::Recorded;

use super::{kept_trust_policy, neighbours, shown_briefly};
use crate::{
    error::Error,
    holder::SERVICE_LINKED_PATH,
    names::path_or_root,
    operations::{boundary::require_boundary, user::shown_boundary},
    room::Call,
    service_keys::ServiceKeys,
    shapes::{CreateRoleRequest, CreateRoleResponse, Role},
    tags::{asked_tags, shown_tags, tagged},
};

const TAG_ROLE: Action = Action::new("iam:TagRole");
const MAX_SESSION_SECONDS_DEFAULT: u32 = 3600;

/// Makes a role. The answer shows how long its sessions last only if that was asked for.
pub(in crate::operations) async fn create_role(
    call: &Call<'_>,
    ask: &CreateRoleRequest,
) -> Result<Recorded<CreateRoleResponse>, Error> {
    let identities = call.identities().await?;
    let path = path_or_root(ask.path.as_ref());
    let arn = call.entity_arn("role", &path, &ask.role_name);
    let tags = asked_tags(ask.tags.as_deref())?;
    let permit = authorize(call, ask, &arn, &tags).await?;
    if path.starts_with(SERVICE_LINKED_PATH) {
        return Err(Error::InvalidInput(format!(
            "Path prefix '{SERVICE_LINKED_PATH}' can only be used for AWS Service linked Roles"
        )));
    }
    if identities.role(&ask.role_name).is_some() {
        return Err(Error::EntityAlreadyExists(format!("Role with name {} already exists.", ask.role_name)));
    }
    if let Some(boundary) = &ask.permissions_boundary {
        require_boundary(&identities, boundary)?;
    }
    let trust_policy = kept_trust_policy(call, &identities, &ask.assume_role_policy_document).await?;
    let limit = call.room.quotas.roles;
    if identities.roles().count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for RolesPerAccount: {limit}")));
    }
    let asked_seconds = ask.max_session_duration.and_then(|seconds| u32::try_from(seconds).ok());
    let role = RoleRecord {
        id: call.new_id(&identities, UniqueIdPrefix::Role),
        name: ask.role_name.clone(),
        path,
        arn,
        created_at: call.now(),
        description: ask.description.clone(),
        trust_policy,
        max_session_seconds: asked_seconds.unwrap_or(MAX_SESSION_SECONDS_DEFAULT),
        tags: tagged(&[], tags, call.room.quotas.tags)?,
        boundary: ask.permissions_boundary.clone(),
        inline: [].into(),
        attached: Vec::new(),
    };
    let neighbours = neighbours(call, &identities, &[role.clone().into()]).await?;
    let shown = Role {
        max_session_duration: ask.max_session_duration,
        permissions_boundary: role.boundary.as_deref().map(shown_boundary),
        tags: shown_tags(&role.tags),
        ..shown_briefly(&role, &neighbours)?
    };
    call.commit(permit, identities.change().put(Entity::Role(role)), CreateRoleResponse { role: shown }).await
}

/// The tags that it will have count as its tags already, and to put them there is another action.
async fn authorize(call: &Call<'_>, ask: &CreateRoleRequest, arn: &str, tags: &[Tag]) -> Result<Permit, Error> {
    let keys = ServiceKeys { tags, boundary: ask.permissions_boundary.as_deref(), ..ServiceKeys::default() };
    let resource = call.resource(arn);
    let target = Target::new(&resource).with_tags(tags).with_keys(&keys);
    if tags.is_empty() {
        return call.authorize(&target).await;
    }
    let target = target.with_request_tags(RequestTags::Tags(tags));
    let permit = call.authorize(&target).await?;
    call.authorize_part(TAG_ROLE, &target).await?;
    Ok(permit)
}
