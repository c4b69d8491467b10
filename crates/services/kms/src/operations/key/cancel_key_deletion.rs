use contract::KeyState;
use trail::Recorded;

use crate::{
    error::Error,
    jobs::jobs_of,
    room::{Call, next},
    shapes::{CancelKeyDeletionRequest, CancelKeyDeletionResponse},
    states::require_pending_deletion,
};

/// Keeps a key that was to be destroyed. It stays disabled until it is enabled.
pub(crate) async fn cancel_key_deletion(
    call: &Call<'_>,
    ask: &CancelKeyDeletionRequest,
) -> Result<Recorded<CancelKeyDeletionResponse>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_pending_deletion(&before.arn, before.details.state)?;
    let mut after = next(&before);
    after.details.state = KeyState::Disabled;
    let answer = CancelKeyDeletionResponse { key_id: Some(after.arn.to_string()) };
    let jobs = jobs_of(&after);
    call.change(permit, before, after, jobs, answer).await
}
