use contract::{KeyState, KeySubject};
use trail::Recorded;

use crate::{
    error::Error,
    jobs::jobs_of,
    key_keys::KeyUse,
    related::is_replica,
    room::{Call, next},
    shapes::{self, ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse},
    states::require_not_pending_deletion,
};

const DAYS_DEFAULT: i32 = 30;

/// Begins the time after which a key is destroyed, and with it all that is under it. A primary key waits for its replicas
/// first.
pub(crate) async fn schedule_key_deletion(
    call: &Call<'_>,
    ask: &ScheduleKeyDeletionRequest,
) -> Result<Recorded<ScheduleKeyDeletionResponse>, Error> {
    let days = ask.pending_window_in_days.unwrap_or(DAYS_DEFAULT);
    let window_days = u32::try_from(days).ok().filter(|days| (7..=30).contains(days));
    let Some(window_days) = window_days else {
        // As live KMS says it. The model's own bounds are wider.
        return Err(Error::Validation("PendingWindowInDays must be between 7 and 30".to_owned()));
    };
    let days_text = days.to_string();
    let members = [("schedulekeydeletionpendingwindowindays", days_text.as_str())];
    let asked = KeyUse { members: &members, ..KeyUse::default() };
    let (permit, before) = call.open_own_for(&ask.key_id, &asked).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;

    let subject = KeySubject::of(&before);
    let has_replicas = !is_replica(&subject) && !call.room.related_keys(&subject).await?.is_empty();
    let delete_at = call.now().plus_days(days.into());
    let mut after = next(&before);
    after.details.state = if has_replicas {
        KeyState::PendingReplicaDeletion { window_days }
    } else {
        KeyState::PendingDeletion { delete_at }
    };
    let answer = ScheduleKeyDeletionResponse {
        key_id: Some(after.arn.to_string()),
        deletion_date: (!has_replicas).then_some(delete_at),
        key_state: Some(if has_replicas {
            shapes::KeyState::PendingReplicaDeletion
        } else {
            shapes::KeyState::PendingDeletion
        }),
        pending_window_in_days: Some(days),
    };
    let jobs = jobs_of(&after);
    call.change(permit, before, after, jobs, answer).await
}
