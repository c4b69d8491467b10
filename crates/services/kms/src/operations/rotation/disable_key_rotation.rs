use contract::{Commit, KeyRecord};
use trail::{Recorded, Subject};

use super::require_rotatable;
use crate::{
    error::Error,
    room::{Call, key_elements},
    shapes::DisableKeyRotationRequest,
};

/// Rotates the key no more by itself. All its materials stay.
pub(crate) async fn disable_key_rotation(
    call: &Call<'_>,
    ask: &DisableKeyRotationRequest,
) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_rotatable(&before)?;
    if before.details.rotation.is_none() {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let request = call.context.request_id;
    let response = key_elements(&before);
    let change = |key: &mut KeyRecord| key.details.rotation = None;
    let plan = call.room.plan_alike(Commit::under(permit), before, request, change).await?;
    call.change_keys(plan, Some(&response), ()).await
}
