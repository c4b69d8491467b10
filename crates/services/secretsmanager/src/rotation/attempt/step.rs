//! One step: the call of whoever rotates, and what the timeline has of it.

use contract::{AttemptStep, RotationAttempt, SecretRecord};
use facades::{RotationErrand, RotationEvent, RotationStep, StepEnded, StepFailed};
use terms::RequestId;

use super::internal;
use crate::{room::Room, rotation::places::Place};

/// Why a step was not done.
pub(in crate::rotation) enum Untaken {
    /// It has not begun. It is asked for again after a wait, when all has been looked at anew.
    Busy,
    Failed(StepError),
}

pub(in crate::rotation) struct StepError {
    pub(in crate::rotation) text: String,
    /// Whoever was called may be at it still.
    pub(in crate::rotation) is_given_up: bool,
    pub(in crate::rotation) may_have_changed: bool,
}

impl StepError {
    /// Nobody was called.
    pub(super) fn before(text: String) -> Self {
        Self { text, is_given_up: false, may_have_changed: false }
    }
}

/// Takes one step, and adds it to the row, however it ended.
pub(in crate::rotation) async fn take_step(
    room: &Room,
    step: RotationStep,
    secret: &SecretRecord,
    row: &mut RotationAttempt,
    place: &Place,
) -> Result<(), Untaken> {
    let begun = begun(room, step);
    let request = RequestId::random(&*room.entropy);
    let (called, is_given_up) = match call(room, step, secret, row, request, place).await {
        Some(Err(failed)) if failed.is_busy => return Err(Untaken::Busy),
        Some(called) => (called, false),
        None => {
            let most = room.rotation.settings.step_timeout;
            (Err(StepFailed::new(format!("It took longer than {most:?}."))), true)
        }
    };
    let took = room.clock.now().as_millis().saturating_sub(begun.started_at.as_millis());
    let (log, error, may_have_changed) = match called {
        Ok(StepEnded { log }) => (log, None, true),
        Err(StepFailed { text, log, may_have_changed, .. }) => (log, Some(text), may_have_changed),
    };
    let (log_group, log_request_id) = log.map(|log| (log.log_group, log.request_id)).unzip();
    row.steps.push(AttemptStep {
        duration_ms: Some(u64::try_from(took).unwrap_or(0)),
        error: error.clone(),
        request_id: request.to_string(),
        log_group,
        log_request_id,
        ..begun
    });
    error.map_or(Ok(()), |text| Err(Untaken::Failed(StepError { text, is_given_up, may_have_changed })))
}

/// What the timeline has of a step before it ends.
pub(super) fn begun(room: &Room, step: RotationStep) -> AttemptStep {
    AttemptStep {
        step: step.as_str().to_owned(),
        started_at: room.clock.now(),
        duration_ms: None,
        error: None,
        request_id: String::new(),
        log_group: None,
        log_request_id: None,
    }
}

/// None if it takes too long.
async fn call(
    room: &Room,
    step: RotationStep,
    secret: &SecretRecord,
    row: &RotationAttempt,
    request: RequestId,
    place: &Place,
) -> Option<Result<StepEnded, StepFailed>> {
    let rotation_token = match room.rotation.tokens.of(secret, &row.token) {
        Ok(token) => token,
        Err(error) => return Some(Err(StepFailed::new(internal(&error.into())))),
    };
    let event = RotationEvent { step, token: &row.token, rotation_token: &rotation_token };
    let errand = errand(secret, row, request);
    let called = room.rotation.functions.call(&errand, &event, place);
    tokio::time::timeout(room.rotation.settings.step_timeout, called).await.ok()
}

pub(super) fn errand<'a>(secret: &SecretRecord, row: &'a RotationAttempt, request: RequestId) -> RotationErrand<'a> {
    RotationErrand {
        function_arn: &row.function_arn,
        secret_arn: &row.secret_arn,
        secret: row.scope,
        is_managed: secret.rotation.as_deref().is_some_and(|rotation| rotation.is_managed),
        request,
    }
}
