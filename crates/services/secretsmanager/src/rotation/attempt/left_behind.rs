//! Attempts and runs that nobody works on any more.

use std::sync::Arc;

use contract::{
    ATTEMPTS_KEPT, AttemptKind, AttemptOutcome, AttemptsQuery, Change, Commit, RotationAttempt, RotationRecord,
    RotationRun, SecretChange, SecretRecord,
};
use policy::Permit;
use terms::{AWSCURRENT, EventId, Timestamp};
use trail::Subject;

use super::{rotation_job, run_of};
use crate::{
    error::Error,
    room::Room,
    rotation::{
        chance::Chance,
        events::{self, TrailEvent},
        run::{self, Ended},
    },
    versions,
};

/// The attempt that the secret says is under way.
async fn attempt_of(room: &Room, secret: &SecretRecord) -> Result<Option<RotationAttempt>, Error> {
    let Some(id) = run_of(secret).and_then(|(_, run)| run.attempt) else { return Ok(None) };
    let query = AttemptsQuery { secret: secret.uid, after: None, limit: ATTEMPTS_KEPT };
    Ok(room.store.rotation_attempts(query).await?.into_iter().find(|attempt| attempt.id == id))
}

/// The attempt that another server has left behind.
pub(super) async fn interrupted(
    room: &Room,
    secret: &SecretRecord,
    now: Timestamp,
) -> Result<Option<RotationAttempt>, Error> {
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
pub(super) async fn give_up(
    room: &Room,
    permit: Permit,
    before: &Arc<SecretRecord>,
    now: Timestamp,
) -> Result<(), Error> {
    let Some((rotation, run)) = run_of(before) else { return Ok(()) };
    let ended = match run.kind {
        AttemptKind::Rotation => run::failed(rotation, run, now, &room.rotation.settings, &Chance(&*room.entropy)),
        AttemptKind::Test | AttemptKind::Check => run::over(rotation),
    };
    let error = Some("The server stopped in the middle of it, as it did in the attempts before.".to_owned());
    let closing = Closing { ended, outcome: AttemptOutcome::Interrupted, error, now };
    close(room, permit, before, run, closing).await
}

/// How a run, or its attempt, ends without its worker.
pub(super) struct Closing {
    pub(super) ended: Ended,
    pub(super) outcome: AttemptOutcome,
    pub(super) error: Option<String>,
    pub(super) now: Timestamp,
}

pub(super) async fn close(
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
pub(super) fn after(before: &SecretRecord, run: &RotationRun, rotation: RotationRecord) -> SecretRecord {
    let mut after = versions::changed(before, before.changed_at);
    if run.kind == AttemptKind::Test && rotation.run.is_none() {
        // It was made for the test.
        after.versions.retain(|version| version.id != *run.token || version.has_label(AWSCURRENT));
    }
    SecretRecord { rotation: Some(Arc::new(rotation)), ..after }
}
