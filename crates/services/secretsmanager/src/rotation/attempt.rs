//! One attempt to rotate a secret, from its beginning in the store to its end there.
//!
//! Whoever begins an attempt writes its id into the secret, and only whoever finds that id there ends it. A server that is
//! killed in between leaves it behind, and the next one takes the rotation up again with the same token.

mod beginning;
mod left_behind;
mod step;
mod under_way;
mod undo;

use std::sync::Arc;

use contract::{
    AttemptOutcome, JobChange, JobKind, JobRecord, Pick, RotationAttempt, RotationRecord, RotationRun, SecretRecord,
};
use policy::{Action, Permit};
use terms::{RequestId, Scope, Timestamp, Uid};

use self::{
    beginning::{begin_again, begin_by_schedule},
    left_behind::{Closing, close, give_up},
    undo::undo_left_behind,
};
use super::{
    chance::Chance,
    places::Place,
    run::{self, Due, Next},
};
use crate::{background::put_off, error::Error, room::Room};

pub(super) use beginning::first_row;
pub(super) use step::{StepError, Untaken, take_step};

const RUN_ROTATION: Action = Action::new("secretsmanager:RunRotation");
const OPERATOR: &str = "keepwell::operator";

/// Does what a due job is for: begins an attempt and makes it, or finds that there is something else to do.
pub(crate) async fn do_job(room: &Room, job: &JobRecord, place: &Place) -> Result<(), Error> {
    let Some((permit, secret)) = open(room, job.scope, &job.name, job.subject).await? else { return Ok(()) };
    let (now, settings) = (room.clock.now(), &room.rotation.settings);
    let begun = match run::due(&secret, job.due_at, now, settings) {
        Due::Nothing => {
            return put_off(room, permit, job, &secret, rotation_job(room, &secret, Next::Never, now)).await;
        }
        Due::Later(window) => {
            return put_off(room, permit, job, &secret, rotation_job(room, &secret, Next::Within(window), now)).await;
        }
        Due::End(outcome) => {
            undo_left_behind(room, &secret, place).await;
            return end_run(room, permit, &secret, outcome, now).await;
        }
        Due::GiveUp => {
            undo_left_behind(room, &secret, place).await;
            return give_up(room, permit, &secret, now).await;
        }
        Due::Begin(window) => begin_by_schedule(room, permit, job, &secret, window, now).await?,
        Due::Attempt(attempts) => begin_again(room, permit, job, &secret, attempts, now).await?,
    };
    match begun {
        Some(attempt) => attempt.make(place).await,
        None => Ok(()),
    }
}

/// Ends the run that a call found to be over before anybody else did.
pub(crate) async fn end_what_is_over(room: &Room, secret: &SecretRecord) -> Result<(), Error> {
    let opened = open(room, secret.scope, secret.name.as_str(), secret.uid).await?;
    let Some((permit, secret)) = opened else { return Ok(()) };
    let Some((_, run)) = run_of(&secret) else { return Ok(()) };
    let outcome = run::outcome_without_attempt(&secret, run);
    end_run(room, permit, &secret, outcome, room.clock.now()).await
}

/// Ends a run that nobody works on, or whose worker must not go on.
async fn end_run(
    room: &Room,
    permit: Permit,
    before: &Arc<SecretRecord>,
    outcome: AttemptOutcome,
    now: Timestamp,
) -> Result<(), Error> {
    let Some((rotation, run)) = run_of(before) else { return Ok(()) };
    let ended = match outcome {
        AttemptOutcome::Succeeded => run::succeeded(rotation, now),
        _ => run::over(rotation),
    };
    close(room, permit, before, run, Closing { ended, outcome, error: None, now }).await
}

/// When the secret is looked at again.
pub(crate) fn rotation_job(room: &Room, secret: &SecretRecord, next: Next, now: Timestamp) -> JobChange {
    let (kind, subject) = (JobKind::RotateSecret, secret.uid);
    let due_at = match next {
        Next::At(at) => at,
        Next::Within(window) => Chance(&*room.entropy).within(window, now, &room.rotation.settings),
        Next::Never => return JobChange::Cancel { kind, subject },
    };
    JobChange::Schedule { kind, subject, scope: secret.scope, name: secret.name.to_string(), due_at }
}

/// The secret behind the service's permit for it, unless it is gone.
async fn open(room: &Room, scope: Scope, name: &str, uid: Uid) -> Result<Option<(Permit, Arc<SecretRecord>)>, Error> {
    let Some(found) = room.store.secret(scope, name, Pick::Labelled).await? else { return Ok(None) };
    let request = RequestId::random(&*room.entropy);
    let permit = room.gate.authorize_service(found.account(), RUN_ROTATION, &found, request)?;
    let secret = found.open(&permit)?;
    Ok((secret.uid == uid).then_some((permit, secret)))
}

fn run_of(secret: &SecretRecord) -> Option<(&RotationRecord, &RotationRun)> {
    let rotation = secret.rotation.as_deref()?;
    Some((rotation, rotation.run.as_ref()?))
}

fn tell_operator(row: &RotationAttempt) {
    let RotationAttempt { secret_arn: secret, function_arn: function, number, kind, .. } = row;
    let step = row.steps.last().filter(|step| step.error.is_some()).map(|step| step.step.as_str());
    match (row.outcome, &row.error) {
        (AttemptOutcome::Failed, Some(error)) => {
            tracing::warn!(target: OPERATOR, %secret, %function, number, ?kind, step, error, "a rotation failed");
        }
        (AttemptOutcome::Succeeded, _) => {
            tracing::info!(target: OPERATOR, %secret, %function, number, ?kind, "a rotation succeeded");
        }
        (outcome, _) => {
            tracing::info!(target: OPERATOR, %secret, %function, number, ?kind, ?outcome, "a rotation ended");
        }
    }
}

/// For the timeline; the operator's log has the cause.
fn internal(error: &Error) -> String {
    let cause = format!("{error:?}");
    tracing::error!(target: OPERATOR, cause, "a rotation met an error of the server's own");
    "The server has failed, and not the function. Its log says why.".to_owned()
}
