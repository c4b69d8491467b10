//! Checks outside of rotations: whether the function can be called, and whether AWSCURRENT logs in. Neither touches the
//! secret.

use std::{sync::Arc, time::Duration};

use contract::{
    ATTEMPTS_KEPT, AttemptCause, AttemptKind, AttemptOutcome, AttemptsQuery, Change, Commit, JobChange, JobKind,
    JobRecord, RotationAttempt, RotationRecord, SecretRecord,
};
use facades::{RotationErrand, RotationStep};
use policy::{Action, Permit};
use terms::{AWSCURRENT, EventId, RequestId, Timestamp};

use super::{
    attempt::{StepError, Untaken, first_row, take_step},
    events::{self, TrailEvent},
    places::Place,
    run,
    settings::RotationSettings,
};
use crate::{
    background::{open, put_off},
    error::Error,
    room::Room,
};

const CHECK_ROTATION: Action = Action::new("secretsmanager:CheckRotation");
/// While it rotates, the rotation itself tells whether that works.
const PUT_OFF: Duration = Duration::from_secs(600);

/// When the secret's checks are due next, if there are any.
pub(crate) fn check_job(room: &Room, secret: &SecretRecord, now: Timestamp) -> Option<JobChange> {
    let is_enabled = secret.rotation.as_deref().is_some_and(|rotation| rotation.is_enabled);
    let settings = Some(&room.rotation.settings).filter(|_| is_enabled)?;
    Some(schedule(secret, after(now, soonest(settings)?)))
}

/// The shortest time between two checks of a secret, if there are any.
pub(super) fn soonest(settings: &RotationSettings) -> Option<Duration> {
    [settings.test_interval, settings.check_interval].into_iter().flatten().min()
}

/// Makes the checks that are due, one after the other.
pub(crate) async fn do_job(room: &Room, job: &JobRecord, place: &Place) -> Result<(), Error> {
    let Some((permit, secret)) = open(room, job, CHECK_ROTATION).await? else { return Ok(()) };
    let now = room.clock.now();
    let cancel = JobChange::Cancel { kind: JobKind::CheckRotation, subject: job.subject };
    let Some(rotation) = secret.rotation.as_deref().filter(|rotation| rotation.is_enabled) else {
        return put_off(room, permit, job, &secret, cancel).await;
    };
    let current = secret.holder(AWSCURRENT).filter(|_| secret.delete_at.is_none());
    let Some(current) = current.map(|version| version.id.to_string()) else {
        return put_off(room, permit, job, &secret, cancel).await;
    };
    if rotation.run.as_ref().is_some_and(|run| !run.is_stuck) {
        return put_off(room, permit, job, &secret, schedule(&secret, after(now, PUT_OFF))).await;
    }
    let wanted = wanted(room, &secret, rotation).await;
    let made = room.store.rotation_attempts(AttemptsQuery { secret: secret.uid, after: None, limit: ATTEMPTS_KEPT });
    let made = made.await?;
    let due_at = |kind, interval| {
        let is_one = |attempt: &&RotationAttempt| attempt.kind == kind && attempt.cause == AttemptCause::Schedule;
        made.iter().find(is_one).map_or(now, |last| after(last.started_at, interval))
    };
    let mut checks: Vec<(AttemptKind, Duration, Timestamp)> =
        wanted.into_iter().map(|(kind, interval)| (kind, interval, due_at(kind, interval))).collect();
    checks.sort_by_key(|(_, _, due_at)| *due_at);
    let Some((kind, interval, first_due_at)) = checks.first().copied() else {
        return put_off(room, permit, job, &secret, cancel).await;
    };
    if first_due_at > now {
        return put_off(room, permit, job, &secret, schedule(&secret, first_due_at)).await;
    }
    // Where the other one is due as well, the job comes back at once.
    let next_due_at = checks.iter().skip(1).map(|(_, _, due_at)| *due_at).chain([after(now, interval)]).min();
    let next = next_due_at.map_or(cancel, |due_at| schedule(&secret, due_at.max(now)));
    let row = check(room, &secret, rotation, kind, &current, place).await;
    tell(room, permit, job, &secret, row, next).await
}

/// Which checks the secret can have, and how often.
async fn wanted(room: &Room, secret: &SecretRecord, rotation: &RotationRecord) -> Vec<(AttemptKind, Duration)> {
    let RotationSettings { test_interval, check_interval, .. } = room.rotation.settings;
    let errand = RotationErrand {
        function_arn: &rotation.function_arn,
        secret_arn: &secret.arn,
        secret: secret.scope,
        is_managed: rotation.is_managed,
        request: RequestId::random(&*room.entropy),
    };
    let logs_in = check_interval.is_some() && room.rotation.functions.is_built_in(&errand).await;
    let check = check_interval.filter(|_| logs_in).map(|interval| (AttemptKind::Check, interval));
    let test = test_interval.map(|interval| (AttemptKind::Test, interval));
    [check, test].into_iter().flatten().collect()
}

/// `testSecret` is called for the version that is current: functions that follow AWS's templates look at the secret, find
/// that it needs nothing, and end well. So it is known that they can be called, start, and may see their secret.
async fn check(
    room: &Room,
    secret: &SecretRecord,
    rotation: &RotationRecord,
    kind: AttemptKind,
    current: &str,
    place: &Place,
) -> RotationAttempt {
    let started_at = room.clock.now();
    let run = run::begun(kind, AttemptCause::Schedule, current, started_at);
    let mut row = first_row(room, secret, rotation, &run, 1, started_at);
    let step = if kind == AttemptKind::Check { RotationStep::CheckCurrent } else { RotationStep::TestSecret };
    let until = after(started_at, room.rotation.settings.step_timeout);
    let (outcome, error) = loop {
        match take_step(room, step, secret, &mut row, place).await {
            Ok(()) => break (AttemptOutcome::Succeeded, None),
            Err(Untaken::Failed(StepError { text, .. })) => break (AttemptOutcome::Failed, Some(text)),
            Err(Untaken::Busy) if room.clock.now() >= until => {
                break (AttemptOutcome::Failed, Some("Its host or its function stayed busy.".to_owned()));
            }
            Err(Untaken::Busy) => place.wait(room.rotation.settings.busy_delay).await,
        }
    };
    RotationAttempt { ended_at: Some(room.clock.now()), outcome, error, ..row }
}

async fn tell(
    room: &Room,
    permit: Permit,
    job: &JobRecord,
    secret: &SecretRecord,
    mut row: RotationAttempt,
    next: JobChange,
) -> Result<(), Error> {
    let failed = row.steps.last().filter(|_| row.error.is_some());
    let error = failed.map(|step| events::step_error(&row.function_arn, &step.step));
    if let Some(text) = &row.error {
        let (secret, function, kind) = (&row.secret_arn, &row.function_arn, row.kind);
        tracing::warn!(target: "keepwell::operator", %secret, %function, ?kind, error = text, "a check of a rotation failed");
    }
    let event = TrailEvent {
        id: EventId::random(&*room.entropy),
        name: events::ended(row.kind, row.outcome),
        token: &row.token.clone(),
        error: error.as_deref(),
        at: room.clock.now(),
    };
    row.events.push(event.id.to_string());
    let commit = Commit::under(permit).guard(job.fenced()).change(Change::RotationAttempt(Arc::new(row)))?.jobs([next]);
    Ok(event.commit(room, commit, secret, None).await?)
}

fn schedule(secret: &SecretRecord, due_at: Timestamp) -> JobChange {
    let (kind, subject) = (JobKind::CheckRotation, secret.uid);
    JobChange::Schedule { kind, subject, scope: secret.scope, name: secret.name.to_string(), due_at }
}

fn after(moment: Timestamp, time: Duration) -> Timestamp {
    moment.plus_millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}
