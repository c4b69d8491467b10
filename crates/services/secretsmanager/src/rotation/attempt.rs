//! One attempt to rotate a secret, from its beginning in the store to its end there.
//!
//! Whoever begins an attempt writes its id into the secret, and only whoever finds that id there ends it. A server that is
//! killed in between leaves it behind, and the next one takes the rotation up again with the same token.

use std::sync::Arc;

use contract::{
    ATTEMPTS_KEPT, AttemptCause, AttemptKind, AttemptOutcome, AttemptStep, AttemptsQuery, Change, Commit, Guard,
    JobChange, JobKind, JobRecord, Pick, RotationAttempt, RotationRecord, RotationRun, RotationWindow, SecretChange,
    SecretRecord, Value,
};
use facades::{RotationErrand, RotationEvent, RotationStep, StepEnded, StepFailed};
use policy::{Action, Permit};
use terms::{AWSCURRENT, EventId, RequestId, Scope, Timestamp, Uid};
use trail::Subject;

use super::{
    chance::Chance,
    checks::check_job,
    events::{self, TrailEvent},
    places::Place,
    run::{self, Attempts, Due, Ended, Next},
};
use crate::{error::Error, room::Room, versions};

const RUN_ROTATION: Action = Action::new("secretsmanager:RunRotation");
const STEPS: &[RotationStep] =
    &[RotationStep::CreateSecret, RotationStep::SetSecret, RotationStep::TestSecret, RotationStep::FinishSecret];
const OPERATOR: &str = "keepwell::operator";

/// Does what a due job is for: begins an attempt and makes it, or finds that there is something else to do.
pub(crate) async fn do_job(room: &Room, job: &JobRecord, place: &mut Place) -> Result<(), Error> {
    let Some((permit, secret)) = open(room, job.scope, &job.name, job.subject).await? else { return Ok(()) };
    let (now, settings) = (room.clock.now(), &room.rotation.settings);
    let done = match run::due(&secret, job.due_at, now, settings) {
        Due::Nothing => put_off(room, permit, job, rotation_job(room, &secret, Next::Never, now)).await,
        Due::Later(window) => put_off(room, permit, job, rotation_job(room, &secret, Next::Within(window), now)).await,
        Due::End(outcome) => end_run(room, permit, &secret, outcome, now).await,
        Due::GiveUp => give_up(room, permit, &secret, now).await,
        Due::Begin(window) => match begin_by_schedule(room, permit, job, &secret, window, now).await {
            Ok(Some(attempt)) => return attempt.make(place).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        },
        Due::Attempt(attempts) => match begin_again(room, permit, job, &secret, attempts, now).await {
            Ok(Some(attempt)) => return attempt.make(place).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        },
    };
    match done {
        // Someone was faster. The next look tells what is left to do.
        Err(Error::Conflict) => Ok(()),
        other => other,
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

/// Nothing changes but when the job is due.
async fn put_off(room: &Room, permit: Permit, job: &JobRecord, change: JobChange) -> Result<(), Error> {
    Ok(room.recorder.commit_jobs(Commit::under(permit).guard(fence(job)).jobs([change])).await?)
}

fn fence(job: &JobRecord) -> Guard {
    Guard::Fence { kind: job.kind, subject: job.subject, fence: job.fence }
}

fn run_of(secret: &SecretRecord) -> Option<(&RotationRecord, &RotationRun)> {
    let rotation = secret.rotation.as_deref()?;
    Some((rotation, rotation.run.as_ref()?))
}

/// A rotation that nobody asked for: its version is made in the commit that begins its first attempt.
async fn begin_by_schedule<'a>(
    room: &'a Room,
    permit: Permit,
    job: &JobRecord,
    before: &Arc<SecretRecord>,
    window: RotationWindow,
    now: Timestamp,
) -> Result<Option<Attempt<'a>>, Error> {
    let token = Uid::random(&*room.entropy).to_string();
    let run = run::begun(AttemptKind::Rotation, AttemptCause::Schedule, &token, now);
    let made = if run::is_in_rotation(before) {
        Err("AWSPENDING is on a version that no rotation has made. Remove the label from it.".to_owned())
    } else {
        let made = versions::add_pending(before, &token, Value::Absent, now, &room.quotas);
        made.map_err(|error| service::JsonError::message(&error).unwrap_or_default())
    };
    match made {
        Ok(after) => {
            let attempts = Attempts { made: 0, window_closes_at: Some(window.closes_at) };
            begin(room, permit, job, before, after, &run, attempts, now).await
        }
        Err(text) => cannot_begin(room, permit, job, before, &run, &text, now).await.map(|()| None),
    }
}

/// There is no rotation to try again: the next one is that of the next window.
async fn cannot_begin(
    room: &Room,
    permit: Permit,
    job: &JobRecord,
    secret: &SecretRecord,
    run: &RotationRun,
    text: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(rotation) = secret.rotation.as_deref() else { return Ok(()) };
    let next = run::next_window(rotation, now).map_or(Next::Never, Next::Within);
    let event = TrailEvent {
        id: EventId::random(&*room.entropy),
        name: events::ended(run.kind, AttemptOutcome::Failed),
        token: &run.token,
        error: Some(text),
        at: now,
    };
    let row = RotationAttempt {
        ended_at: Some(now),
        outcome: AttemptOutcome::Failed,
        error: Some(text.to_owned()),
        ..first_row(room, secret, rotation, run, 1, now, event.id)
    };
    tell_operator(&row);
    let commit = Commit::under(permit)
        .guard(fence(job))
        .change(Change::RotationAttempt(Arc::new(row)))?
        .jobs([rotation_job(room, secret, next, now)]);
    Ok(event.commit(room, commit, secret, None).await?)
}

/// The next attempt of a rotation that has begun. One that was broken off ends here.
async fn begin_again<'a>(
    room: &'a Room,
    permit: Permit,
    job: &JobRecord,
    before: &Arc<SecretRecord>,
    attempts: Attempts,
    now: Timestamp,
) -> Result<Option<Attempt<'a>>, Error> {
    let Some((_, run)) = run_of(before) else { return Ok(None) };
    let after = versions::changed(before, before.changed_at);
    begin(room, permit, job, before, after, run, attempts, now).await
}

async fn begin<'a>(
    room: &'a Room,
    permit: Permit,
    job: &JobRecord,
    before: &Arc<SecretRecord>,
    after: SecretRecord,
    run: &RotationRun,
    attempts: Attempts,
    now: Timestamp,
) -> Result<Option<Attempt<'a>>, Error> {
    let Some(rotation) = before.rotation.as_deref() else { return Ok(None) };
    let id = Uid::random(&*room.entropy);
    let run = run::attempting(run, attempts, id);
    let event = TrailEvent {
        id: EventId::random(&*room.entropy),
        name: events::started(run.kind),
        token: &run.token,
        error: None,
        at: now,
    };
    let row = RotationAttempt { id, ..first_row(room, before, rotation, &run, run.attempts, now, event.id) };
    let rotation = RotationRecord { run: Some(run.clone()), ..rotation.clone() };
    let after = Arc::new(SecretRecord { rotation: Some(Arc::new(rotation)), ..after });
    // Four steps, and time to spare: nobody else comes near before.
    let lease = i64::try_from(room.rotation.settings.step_timeout.as_millis()).unwrap_or(i64::MAX).saturating_mul(6);
    let lease_ends_at = now.plus_millis(lease);
    let mut commit = Commit::under(permit)
        .guard(fence(job))
        .change(Change::Secret(SecretChange::Update { before: Arc::clone(before), after: Arc::clone(&after) }))?
        .change(Change::RotationAttempt(Arc::new(row.clone())))?
        .jobs([JobChange::Lease { kind: job.kind, subject: job.subject, until: lease_ends_at }]);
    if let Some(broken_off) = interrupted(room, before, now).await? {
        commit = commit.change(Change::RotationAttempt(Arc::new(broken_off)))?;
    }
    event.commit(room, commit, &after, Some(Subject::changed(&after))).await?;
    Ok(Some(Attempt { room, name: after.name.to_string(), row, lease_ends_at }))
}

fn first_row(
    room: &Room,
    secret: &SecretRecord,
    rotation: &RotationRecord,
    run: &RotationRun,
    number: u32,
    now: Timestamp,
    event: EventId,
) -> RotationAttempt {
    RotationAttempt {
        id: Uid::random(&*room.entropy),
        secret: secret.uid,
        secret_arn: Arc::clone(&secret.arn),
        scope: secret.scope,
        kind: run.kind,
        cause: run.cause,
        number,
        token: run.token.clone(),
        function_arn: Arc::clone(&rotation.function_arn),
        started_at: now,
        ended_at: None,
        outcome: AttemptOutcome::InProgress,
        error: None,
        next_attempt_at: None,
        steps: Vec::new(),
        events: vec![event.to_string()],
    }
}

/// The attempt that the secret says is under way.
async fn attempt_of(room: &Room, secret: &SecretRecord) -> Result<Option<RotationAttempt>, Error> {
    let Some(id) = run_of(secret).and_then(|(_, run)| run.attempt) else { return Ok(None) };
    let query = AttemptsQuery { secret: secret.uid, after: None, limit: ATTEMPTS_KEPT };
    Ok(room.store.rotation_attempts(query).await?.into_iter().find(|attempt| attempt.id == id))
}

/// The attempt that another server has left behind.
async fn interrupted(room: &Room, secret: &SecretRecord, now: Timestamp) -> Result<Option<RotationAttempt>, Error> {
    let attempt = attempt_of(room, secret).await?.filter(|attempt| attempt.outcome == AttemptOutcome::InProgress);
    Ok(attempt.map(|attempt| RotationAttempt {
        ended_at: Some(now),
        outcome: AttemptOutcome::Interrupted,
        error: Some("The server stopped in the middle of it.".to_owned()),
        next_attempt_at: Some(now),
        ..attempt
    }))
}

/// The server has stopped in the middle of too many attempts: it might be because of them.
async fn give_up(room: &Room, permit: Permit, before: &Arc<SecretRecord>, now: Timestamp) -> Result<(), Error> {
    let Some((rotation, run)) = run_of(before) else { return Ok(()) };
    let ended = run::failed(rotation, run, now, &room.rotation.settings, &Chance(&*room.entropy));
    let error = Some("The server stopped in the middle of it, as it did in the attempts before.".to_owned());
    let closing = Closing { ended, outcome: AttemptOutcome::Interrupted, error, now };
    close(room, permit, before, run, closing).await
}

/// How a run, or its attempt, ends without its worker.
struct Closing {
    ended: Ended,
    outcome: AttemptOutcome,
    error: Option<String>,
    now: Timestamp,
}

async fn close(
    room: &Room,
    permit: Permit,
    before: &Arc<SecretRecord>,
    run: &RotationRun,
    closing: Closing,
) -> Result<(), Error> {
    let Closing { ended, outcome, error, now } = closing;
    let event = TrailEvent {
        id: EventId::random(&*room.entropy),
        name: events::ended(run.kind, outcome),
        token: &run.token,
        error: error.as_deref(),
        at: now,
    };
    let after = Arc::new(after(before, run, ended.rotation));
    let mut commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before: Arc::clone(before), after: Arc::clone(&after) }))?
        .jobs([rotation_job(room, &after, ended.next, now)]);
    if let Some(mut row) = attempt_of(room, before).await? {
        row.events.push(event.id.to_string());
        let row = RotationAttempt {
            ended_at: Some(now),
            outcome,
            error: error.clone(),
            next_attempt_at: ended.next_attempt_at,
            ..row
        };
        commit = commit.change(Change::RotationAttempt(Arc::new(row)))?;
    }
    Ok(event.commit(room, commit, &after, Some(Subject::changed(&after))).await?)
}

/// The secret with what became of its rotation. Nobody changed it: the date of its last change stays.
fn after(before: &SecretRecord, run: &RotationRun, rotation: RotationRecord) -> SecretRecord {
    let mut after = versions::changed(before, before.changed_at);
    if run.kind == AttemptKind::Test && rotation.run.is_none() {
        // It was made for the test.
        after.versions.retain(|version| version.id != *run.token || version.has_label(AWSCURRENT));
    }
    SecretRecord { rotation: Some(Arc::new(rotation)), ..after }
}

/// An attempt that has begun.
struct Attempt<'a> {
    room: &'a Room,
    /// Of the secret.
    name: String,
    row: RotationAttempt,
    lease_ends_at: Timestamp,
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
    async fn make(mut self, place: &mut Place) -> Result<(), Error> {
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

    async fn steps(&mut self, place: &mut Place) -> Result<(), Stop> {
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
            self.step(*step, &secret, place).await.map_err(|text| failed(*step, text))?;
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

    async fn step(&mut self, step: RotationStep, secret: &SecretRecord, place: &mut Place) -> Result<(), String> {
        let started_at = self.room.clock.now();
        let (request, called) = call_step(self.room, step, secret, &self.row, place).await;
        let took = self.room.clock.now().as_millis().saturating_sub(started_at.as_millis());
        let (log, error) = match called {
            Ok(StepEnded { log }) => (log, None),
            Err(StepFailed { text, log, .. }) => (log, Some(text)),
        };
        let (log_group, log_request_id) = log.map(|log| (log.log_group, log.request_id)).unzip();
        self.row.steps.push(AttemptStep {
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

const RETELL: std::time::Duration = std::time::Duration::from_millis(10);

/// Has one step done. A rotator that is busy is asked again, and does not keep others from theirs meanwhile.
pub(super) async fn call_step(
    room: &Room,
    step: RotationStep,
    secret: &SecretRecord,
    row: &RotationAttempt,
    place: &mut Place,
) -> (RequestId, Result<StepEnded, StepFailed>) {
    let request = RequestId::random(&*room.entropy);
    let settings = &room.rotation.settings;
    let rotation_token = match room.rotation.tokens.of(secret, &row.token) {
        Ok(token) => token,
        Err(error) => return (request, Err(StepFailed::new(internal(&error.into())))),
    };
    let errand =
        RotationErrand { function_arn: &row.function_arn, secret_arn: &row.secret_arn, secret: row.scope, request };
    let event = RotationEvent { step, token: &row.token, rotation_token: &rotation_token };
    let called = async {
        loop {
            match room.rotation.functions.call(&errand, &event).await {
                Err(failed) if failed.is_busy => place.leave_for(settings.busy_delay).await,
                ended => return ended,
            }
        }
    };
    let called = tokio::time::timeout(settings.step_timeout, called).await;
    let too_long = || Err(StepFailed::new(format!("It took longer than {:?}.", settings.step_timeout)));
    (request, called.unwrap_or_else(|_| too_long()))
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
