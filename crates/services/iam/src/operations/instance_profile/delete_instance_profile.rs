use contract::EntityKind;
use gate::RequestTags;
use trail::Recorded;

use super::{authorized, role_in};
use crate::{error::Error, room::Call, shapes::DeleteInstanceProfileRequest};

/// Deletes an instance profile that has no role.
pub(in crate::operations) async fn delete_instance_profile(
    call: &Call<'_>,
    ask: &DeleteInstanceProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, RequestTags::None).await?;
    if role_in(&identities, &profile).is_some() {
        return Err(Error::DeleteConflict(
            "Cannot delete entity, must remove roles from instance profile first.".to_owned(),
        ));
    }
    call.commit_silently(permit, identities.change().delete(EntityKind::InstanceProfile, &profile.name)).await
}
