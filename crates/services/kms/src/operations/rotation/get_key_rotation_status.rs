use contract::KeyState;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{GetKeyRotationStatusRequest, GetKeyRotationStatusResponse},
    states::require_symmetric,
};

/// Whether the key is rotated by itself, how often, and when next. A key that is to be destroyed is not rotated, and is
/// again when it is kept after all. Rotation on demand is done when it is answered, so that none is ever under way.
pub(crate) async fn get_key_rotation_status(
    call: &Call<'_>,
    ask: &GetKeyRotationStatusRequest,
) -> Result<Recorded<GetKeyRotationStatusResponse>, Error> {
    let (_, key) = call.open(&ask.key_id).await?;
    require_symmetric(key.details.spec)?;
    let rotation = match key.details.state {
        KeyState::Enabled | KeyState::Disabled => key.details.rotation,
        KeyState::PendingDeletion { .. } | KeyState::PendingReplicaDeletion { .. } | KeyState::Deleted => None,
    };
    let answer = GetKeyRotationStatusResponse {
        key_rotation_enabled: Some(rotation.is_some()),
        key_id: Some(key.id.to_string()),
        rotation_period_in_days: rotation.and_then(|rotation| i32::try_from(rotation.period_days).ok()),
        next_rotation_date: rotation.map(|rotation| rotation.next_at),
        on_demand_rotation_start_date: None,
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
