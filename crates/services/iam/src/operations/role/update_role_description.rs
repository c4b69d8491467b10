use std::sync::Arc;

use contract::{Entity, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized, shown};
use crate::{
    error::Error,
    holder::require_own,
    room::Call,
    shapes::{UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse},
};

/// Describes a role anew, and tells about it.
pub(in crate::operations) async fn update_role_description(
    call: &Call<'_>,
    ask: &UpdateRoleDescriptionRequest,
) -> Result<Recorded<UpdateRoleDescriptionResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    require_own(&role)?;
    let updated = RoleRecord { description: Some(ask.description.clone()), ..RoleRecord::clone(&role) };
    let answer =
        UpdateRoleDescriptionResponse { role: Some(shown(call, &identities, &Arc::new(updated.clone())).await?) };
    call.commit(permit, identities.change().put(Entity::Role(updated)), answer).await
}
