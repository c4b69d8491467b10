//! How an attempt begins: with its row in the timeline, its event on the trail, and a lease on its job, in one commit.

use std::sync::Arc;

use contract::{
    AttemptCause, AttemptKind, AttemptOutcome, Change, Commit, JobChange, JobRecord, RotationAttempt, RotationRecord,
    RotationRun, RotationWindow, SecretChange, SecretRecord, Value,
};
use policy::Permit;
use terms::{EventId, Timestamp, Uid};
use trail::Subject;

use super::{left_behind::interrupted, rotation_job, run_of, tell_operator, under_way::Attempt};
use crate::{
    error::Error,
    room::Room,
    rotation::{
        events::{self, TrailEvent},
        run::{self, Attempts, Next},
    },
    versions,
};

/// A rotation that nobody asked for: its version is made in the commit that begins its first attempt.
pub(super) async fn begin_by_schedule<'a>(
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
        events: vec![event.id.to_string()],
        ..first_row(room, secret, rotation, run, 1, now)
    };
    tell_operator(&row);
    let commit = Commit::under(permit)
        .guard(job.fenced())
        .change(Change::RotationAttempt(Arc::new(row)))?
        .jobs([rotation_job(room, secret, next, now)]);
    Ok(event.commit(room, commit, secret, None).await?)
}

/// The next attempt of a rotation that has begun. One that was broken off ends here.
pub(super) async fn begin_again<'a>(
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
    let first = first_row(room, before, rotation, &run, run.attempts, now);
    let row = RotationAttempt { id, events: vec![event.id.to_string()], ..first };
    let rotation = RotationRecord { run: Some(run.clone()), ..rotation.clone() };
    let after = Arc::new(SecretRecord { rotation: Some(Arc::new(rotation)), ..after });
    let lease_ends_at = lease_ends_at(room, now);
    let mut commit = Commit::under(permit)
        .guard(job.fenced())
        .change(Change::Secret(SecretChange::Update { before: Arc::clone(before), after: Arc::clone(&after) }))?
        .change(Change::RotationAttempt(Arc::new(row.clone())))?
        .jobs([JobChange::Lease { kind: job.kind, subject: job.subject, until: lease_ends_at }]);
    if let Some(broken_off) = interrupted(room, before, now).await? {
        commit = commit.change(Change::RotationAttempt(Arc::new(broken_off)))?;
    }
    event.commit(room, commit, &after, Some(Subject::changed(&after))).await?;
    Ok(Some(Attempt { room, name: after.name.to_string(), row, lease_ends_at, is_told: false }))
}

/// Four steps, and time to spare: nobody else comes near before.
pub(super) fn lease_ends_at(room: &Room, now: Timestamp) -> Timestamp {
    let step = i64::try_from(room.rotation.settings.step_timeout.as_millis()).unwrap_or(i64::MAX);
    now.plus_millis(step.saturating_mul(6))
}

/// What the timeline has of an attempt when it begins.
pub(in crate::rotation) fn first_row(
    room: &Room,
    secret: &SecretRecord,
    rotation: &RotationRecord,
    run: &RotationRun,
    number: u32,
    now: Timestamp,
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
        events: Vec::new(),
    }
}
