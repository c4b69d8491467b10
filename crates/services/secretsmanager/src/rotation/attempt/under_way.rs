//! An attempt under way: its steps, and how it ends.

use std::{pin::pin, sync::Arc, time::Duration};

use contract::{AttemptKind, AttemptOutcome, AttemptStep, Change, Commit, RotationAttempt, SecretChange, SecretRecord};
use facades::{RotationErrand, RotationEvent, RotationStep, StepEnded, StepFailed};
use terms::{EventId, RequestId, Timestamp};
use trail::Subject;

use super::{OPERATOR, left_behind::after, open, rotation_job, run_of, tell_operator};
use crate::{
    error::Error,
    room::Room,
    rotation::{
        chance::Chance,
        checks::check_job,
        events::{self, TrailEvent},
        places::Place,
        run,
    },
};

const STEPS: &[RotationStep] =
    &[RotationStep::CreateSecret, RotationStep::SetSecret, RotationStep::TestSecret, RotationStep::FinishSecret];

/// An attempt that has begun.
pub(super) struct Attempt<'a> {
    pub(super) room: &'a Room,
    /// Of the secret.
    pub(super) name: String,
    pub(super) row: RotationAttempt,
    pub(super) lease_ends_at: Timestamp,
}

/// Why an attempt goes no further.
enum Stop {
    Failed {
        step: RotationStep,
        text: String,
    },
    /// The rotation is over: its labels are gone, or it was cancelled.
    Over,
    /// Somebody else has ended it, and has told of it.
    NotOurs,
}

impl Attempt<'_> {
    pub(super) async fn make(mut self, place: &Place) -> Result<(), Error> {
        let made = self.steps(place).await;
        if matches!(made, Err(Stop::NotOurs)) {
            return Ok(());
        }
        loop {
            match self.end(&made).await {
                Ok(()) => return Ok(()),
                // Somebody tags it at this very moment.
                Err(Error::Conflict) => tokio::time::sleep(RETELL).await,
                Err(error) if self.room.clock.now() >= self.lease_ends_at => return Err(error),
                Err(error) => {
                    let (secret, cause) = (&self.row.secret_arn, format!("{error:?}"));
                    tracing::error!(target: OPERATOR, %secret, cause, "the end of a rotation cannot be written yet");
                    tokio::time::sleep(100 * RETELL).await;
                }
            }
        }
    }

    async fn steps(&mut self, place: &Place) -> Result<(), Stop> {
        let steps = match self.row.kind {
            AttemptKind::Rotation => STEPS,
            AttemptKind::Test | AttemptKind::Check => &[RotationStep::TestSecret],
        };
        for step in steps {
            let secret = match self.look().await {
                Ok(Some(secret)) => secret,
                Ok(None) => return Err(Stop::NotOurs),
                Err(error) => return Err(failed(*step, internal(&error))),
            };
            let Some((rotation, run)) = run_of(&secret) else { return Err(Stop::NotOurs) };
            if run::is_over(&secret, rotation, run) {
                return Err(Stop::Over);
            }
            let taken = take_step(self.room, *step, &secret, &mut self.row, place).await;
            taken.map_err(|text| failed(*step, text))?;
        }
        Ok(())
    }

    /// The secret as it is now, as long as this attempt is its own.
    async fn look(&self) -> Result<Option<Arc<SecretRecord>>, Error> {
        let opened = open(self.room, self.row.scope, &self.name, self.row.secret).await?;
        Ok(opened.map(|(_, secret)| secret).filter(|secret| self.is_of(secret)))
    }

    fn is_of(&self, secret: &SecretRecord) -> bool {
        run_of(secret).is_some_and(|(_, run)| run.attempt == Some(self.row.id))
    }

    /// Writes down how it ended.
    async fn end(&self, made: &Result<(), Stop>) -> Result<(), Error> {
        let room = self.room;
        let opened = open(room, self.row.scope, &self.name, self.row.secret).await?;
        let Some((permit, before)) = opened.filter(|(_, secret)| self.is_of(secret)) else { return Ok(()) };
        let Some((rotation, run)) = run_of(&before) else { return Ok(()) };
        let (now, settings) = (room.clock.now(), &room.rotation.settings);
        let is_over = run::is_over(&before, rotation, run);
        let is_rotation = run.kind == AttemptKind::Rotation;
        let (outcome, failure) = match made {
            _ if is_over => (run::outcome_without_attempt(&before, run), None),
            Ok(()) if is_rotation && !run::has_arrived(&before, run) => {
                let text = "finishSecret ended well, and AWSCURRENT is not on the new version.";
                (AttemptOutcome::Failed, Some((RotationStep::FinishSecret, text)))
            }
            Ok(()) => (AttemptOutcome::Succeeded, None),
            Err(Stop::Failed { step, text }) => (AttemptOutcome::Failed, Some((*step, text.as_str()))),
            // What had gone has come back.
            Err(Stop::Over | Stop::NotOurs) => (AttemptOutcome::Abandoned, None),
        };
        let ended = match outcome {
            AttemptOutcome::Succeeded if is_rotation => run::succeeded(rotation, now),
            AttemptOutcome::Failed if is_rotation => run::failed(rotation, run, now, settings, &Chance(&*room.entropy)),
            _ => run::over(rotation),
        };
        let trail_error = failure.map(|(step, _)| events::step_error(&self.row.function_arn, step.as_str()));
        let event = TrailEvent {
            id: EventId::random(&*room.entropy),
            name: events::ended(run.kind, outcome),
            token: &run.token,
            error: trail_error.as_deref(),
            at: now,
        };
        let mut row = RotationAttempt {
            ended_at: Some(now),
            outcome,
            error: failure.map(|(_, text)| text.to_owned()),
            next_attempt_at: ended.next_attempt_at,
            ..self.row.clone()
        };
        row.events.push(event.id.to_string());
        let after = Arc::new(after(&before, run, ended.rotation));
        let checks = (outcome == AttemptOutcome::Succeeded).then(|| check_job(room, &after, now)).flatten();
        let commit = Commit::under(permit)
            .change(Change::Secret(SecretChange::Update { before: Arc::clone(&before), after: Arc::clone(&after) }))?
            .change(Change::RotationAttempt(Arc::new(row.clone())))?
            .jobs([rotation_job(room, &after, ended.next, now)])
            .jobs(checks);
        event.commit(room, commit, &after, Some(Subject::changed(&after))).await?;
        tell_operator(&row);
        Ok(())
    }
}

const RETELL: Duration = Duration::from_millis(10);

/// Takes one step, and adds it to the row, however it ended.
pub(in crate::rotation) async fn take_step(
    room: &Room,
    step: RotationStep,
    secret: &SecretRecord,
    row: &mut RotationAttempt,
    place: &Place,
) -> Result<(), String> {
    let started_at = room.clock.now();
    let (request, called) = call_step(room, step, secret, row, place).await;
    let took = room.clock.now().as_millis().saturating_sub(started_at.as_millis());
    let (log, error) = match called {
        Ok(StepEnded { log }) => (log, None),
        Err(StepFailed { text, log, .. }) => (log, Some(text)),
    };
    let (log_group, log_request_id) = log.map(|log| (log.log_group, log.request_id)).unzip();
    row.steps.push(AttemptStep {
        step: step.as_str().to_owned(),
        started_at,
        duration_ms: u64::try_from(took).unwrap_or(0),
        error: error.clone(),
        request_id: request.to_string(),
        log_group,
        log_request_id,
    });
    error.map_or(Ok(()), Err)
}

/// Has one step done. A function that is busy is asked again; whoever waits for that, or for a place at a host, does not
/// keep others from theirs meanwhile.
async fn call_step(
    room: &Room,
    step: RotationStep,
    secret: &SecretRecord,
    row: &RotationAttempt,
    place: &Place,
) -> (RequestId, Result<StepEnded, StepFailed>) {
    let request = RequestId::random(&*room.entropy);
    let settings = &room.rotation.settings;
    let rotation_token = match room.rotation.tokens.of(secret, &row.token) {
        Ok(token) => token,
        Err(error) => return (request, Err(StepFailed::new(internal(&error.into())))),
    };
    let errand = RotationErrand {
        function_arn: &row.function_arn,
        secret_arn: &row.secret_arn,
        secret: row.scope,
        is_managed: secret.rotation.as_deref().is_some_and(|rotation| rotation.is_managed),
        request,
    };
    let event = RotationEvent { step, token: &row.token, rotation_token: &rotation_token };
    let called = async {
        loop {
            match room.rotation.functions.call(&errand, &event, place).await {
                Err(failed) if failed.is_busy => place.leave_for(settings.busy_delay).await,
                ended => return ended,
            }
        }
    };
    (request, within(settings.step_timeout, called, place).await)
}

/// The outcome of a step, unless it takes longer. The time that it waits does not count.
async fn within(
    time: Duration,
    called: impl Future<Output = Result<StepEnded, StepFailed>>,
    place: &Place,
) -> Result<StepEnded, StepFailed> {
    let mut called = pin!(called);
    let mut left = time;
    loop {
        if let Ok(ended) = tokio::time::timeout(left, &mut called).await {
            return ended;
        }
        left = place.take_waited();
        if left.is_zero() {
            return Err(StepFailed::new(format!("It took longer than {time:?}.")));
        }
    }
}

fn failed(step: RotationStep, text: String) -> Stop {
    Stop::Failed { step, text }
}

/// For the timeline; the operator's log has the cause.
fn internal(error: &Error) -> String {
    let cause = format!("{error:?}");
    tracing::error!(target: OPERATOR, cause, "a rotation met an error of the server's own");
    "The server has failed, and not the function. Its log says why.".to_owned()
}
