use contract::{AttemptCause, AttemptKind, AttemptOutcome, AttemptStep, AttemptsQuery, RotationAttempt, SecretRecord};
use terms::Uid;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    paging::{read_token, token_after},
    room::Call,
    secrets,
    shapes::{
        AttemptCauseType, AttemptKindType, AttemptOutcomeType, ListRotationAttemptsRequest,
        ListRotationAttemptsResponse, RotationAttemptEntry, RotationStepEntry,
    },
};

const PAGE_SIZE_DEFAULT: usize = 20;

/// Lists what became of a secret's rotations, the newest first: each attempt with its steps, and where to read on.
pub(crate) async fn list_rotation_attempts(
    call: &Call<'_>,
    ask: &ListRotationAttemptsRequest,
) -> Result<Recorded<ListRotationAttemptsResponse>, Error> {
    let secret = secrets::open(call, &ask.secret_id).await?;
    let after = ask.next_token.as_deref().map(|token| position(call, &secret, token)).transpose()?;
    let size = ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);

    // One more tells whether there is another page.
    let query = AttemptsQuery { secret: secret.uid, after, limit: size.saturating_add(1) };
    let mut attempts = call.room.store.rotation_attempts(query).await?;
    let has_more = attempts.len() > size;
    attempts.truncate(size);
    let next_token = match attempts.last().filter(|_| has_more) {
        Some(last) => Some(token_after(call, &marker(&secret, last))?),
        None => None,
    };
    let is_stuck = secret.rotation.as_ref().and_then(|rotation| rotation.run.as_ref()).map(|run| run.is_stuck);
    let answer = ListRotationAttemptsResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        is_stuck: Some(is_stuck.unwrap_or(false)),
        attempts: Some(attempts.into_iter().map(shown).collect()),
        next_token,
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

/// What stands in a paging token: it serves for this secret only.
fn marker(secret: &SecretRecord, last: &RotationAttempt) -> String {
    format!("{} {}", secret.uid, last.id)
}

fn position(call: &Call<'_>, secret: &SecretRecord, token: &str) -> Result<Uid, Error> {
    let marker = read_token(call, token)?;
    let (uid, last) = read_marker(&marker).ok_or(Error::InvalidNextToken)?;
    if uid == secret.uid { Ok(last) } else { Err(Error::InvalidNextToken) }
}

fn read_marker(marker: &str) -> Option<(Uid, Uid)> {
    let (secret, last) = marker.split_once(' ')?;
    Some((Uid::parse(secret)?, Uid::parse(last)?))
}

fn shown(attempt: RotationAttempt) -> RotationAttemptEntry {
    RotationAttemptEntry {
        kind: Some(match attempt.kind {
            AttemptKind::Rotation => AttemptKindType::Rotation,
            AttemptKind::Test => AttemptKindType::Test,
            AttemptKind::Check => AttemptKindType::Check,
        }),
        cause: Some(match attempt.cause {
            AttemptCause::Request => AttemptCauseType::Request,
            AttemptCause::Schedule => AttemptCauseType::Schedule,
        }),
        number: i32::try_from(attempt.number).ok(),
        version_id: Some(attempt.token),
        function_arn: Some(attempt.function_arn.to_string()),
        started_date: Some(attempt.started_at),
        ended_date: attempt.ended_at,
        outcome: Some(match attempt.outcome {
            AttemptOutcome::InProgress => AttemptOutcomeType::InProgress,
            AttemptOutcome::Succeeded => AttemptOutcomeType::Succeeded,
            AttemptOutcome::Failed => AttemptOutcomeType::Failed,
            AttemptOutcome::Abandoned => AttemptOutcomeType::Abandoned,
            AttemptOutcome::Interrupted => AttemptOutcomeType::Interrupted,
        }),
        error: attempt.error,
        next_attempt_date: attempt.next_attempt_at,
        steps: Some(attempt.steps.into_iter().map(shown_step).collect()),
        event_ids: Some(attempt.events),
    }
}

fn shown_step(step: AttemptStep) -> RotationStepEntry {
    RotationStepEntry {
        step: Some(step.step),
        started_date: Some(step.started_at),
        duration_millis: step.duration_ms.and_then(|millis| i64::try_from(millis).ok()),
        error: step.error,
        request_id: Some(step.request_id).filter(|id| !id.is_empty()),
        log_group: step.log_group,
        log_request_id: step.log_request_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        let (secret, id) = (Uid::from_bytes([1; 16]), Uid::from_bytes([2; 16]));
        assert_eq!(read_marker(&format!("{secret} {id}")), Some((secret, id)));
        for other in ["", "7", &format!("{secret} x {id}"), &format!("{secret} 7"), &format!("x {id}")] {
            assert_eq!(read_marker(other), None, "{other}");
        }
    }
}
