use contract::KeyState;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    jobs::jobs_of,
    room::{Call, next},
    shapes::EnableKeyRequest,
    states::require_not_pending_deletion,
};

/// Lets a key be used again. What it has missed of its rotation follows at once.
pub(crate) async fn enable_key(call: &Call<'_>, ask: &EnableKeyRequest) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;
    if before.details.state == KeyState::Enabled {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.state = KeyState::Enabled;
    let jobs = jobs_of(&after);
    call.change_silently(permit, before, after, jobs).await
}
