use contract::{Entity, InstanceProfileRecord};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized, role_in};
use crate::{
    error::Error, holder::require_own, operations::role, room::Call, shapes::RemoveRoleFromInstanceProfileRequest,
};

/// Takes the role out of an instance profile.
pub(in crate::operations) async fn remove_role_from_instance_profile(
    call: &Call<'_>,
    ask: &RemoveRoleFromInstanceProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, RequestTags::None).await?;
    let role = role::find(&identities, &ask.role_name)?;
    require_own(role)?;
    if role_in(&identities, &profile).is_none_or(|held| held.id != role.id) {
        // Chosen.
        return Err(Error::NoSuchEntity(format!(
            "Role {} in Instance Profile {} cannot be found.",
            ask.role_name, ask.instance_profile_name
        )));
    }
    let updated = InstanceProfileRecord { role: None, ..InstanceProfileRecord::clone(&profile) };
    call.commit_silently(permit, identities.change().put(Entity::InstanceProfile(updated))).await
}
