use contract::{EntityKind, Identities, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{error::Error, holder::require_own, room::Call, shapes::DeleteRoleRequest};

/// Deletes a role that nothing hangs on any more.
pub(in crate::operations) async fn delete_role(
    call: &Call<'_>,
    ask: &DeleteRoleRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    require_own(&role)?;
    if let Some(obstacle) = obstacle(&identities, &role) {
        return Err(Error::DeleteConflict(format!("Cannot delete entity, must {obstacle} first.")));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::Role, &role.name)).await
}

/// What must be done first.
fn obstacle(identities: &Identities, role: &RoleRecord) -> Option<&'static str> {
    let is_in_profile = identities.instance_profiles().any(|profile| profile.role.as_ref() == Some(&role.id));
    match () {
        () if is_in_profile => Some("remove roles from instance profile"),
        () if !role.attached.is_empty() => Some("detach all policies"),
        () if !role.inline.is_empty() => Some("delete policies"),
        () => None,
    }
}
