use contract::KeyState;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    jobs::jobs_of,
    room::{Call, next},
    shapes::DisableKeyRequest,
    states::require_not_pending_deletion,
};

/// Keeps a key from being used, until it is enabled again. It is not rotated meanwhile.
pub(crate) async fn disable_key(call: &Call<'_>, ask: &DisableKeyRequest) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;
    if before.details.state == KeyState::Disabled {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.state = KeyState::Disabled;
    let jobs = jobs_of(&after);
    call.change_silently(permit, before, after, jobs).await
}
