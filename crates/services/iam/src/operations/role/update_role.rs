use contract::{Entity, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    holder::require_own,
    room::Call,
    shapes::{UpdateRoleRequest, UpdateRoleResponse},
};

/// Describes a role anew, or lets its sessions last longer or less long. What is not told stays.
pub(in crate::operations) async fn update_role(
    call: &Call<'_>,
    ask: &UpdateRoleRequest,
) -> Result<Recorded<UpdateRoleResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    require_own(&role)?;
    let asked_seconds = ask.max_session_duration.and_then(|seconds| u32::try_from(seconds).ok());
    let updated = RoleRecord {
        description: ask.description.clone().or_else(|| role.description.clone()),
        max_session_seconds: asked_seconds.unwrap_or(role.max_session_seconds),
        ..RoleRecord::clone(&role)
    };
    call.commit(permit, identities.change().put(Entity::Role(updated)), UpdateRoleResponse {}).await
}
