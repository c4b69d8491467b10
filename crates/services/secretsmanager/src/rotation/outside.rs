//! What a change from outside of a rotation means for it.

use std::sync::Arc;

use contract::{JobChange, RotationRecord, SecretRecord};
use terms::{AWSCURRENT, Timestamp};

use super::{
    attempt::rotation_job,
    run::{self, Next},
};
use crate::room::Room;

/// A value that somebody puts by hand counts as a rotation: intervals begin anew.
pub(crate) fn with_new_value(before: &SecretRecord, after: SecretRecord, now: Timestamp) -> SecretRecord {
    let Some(rotation) = after.rotation.as_deref() else { return after };
    let current = |secret: &SecretRecord| secret.holder(AWSCURRENT).map(|version| version.id.clone());
    let (was, is) = (current(before), current(&after));
    let is_rotated = rotation.run.as_ref().is_some_and(|run| is.as_ref().is_some_and(|id| *id == *run.token));
    if was == is || is_rotated {
        return after;
    }
    let rotation = run::counted_from(rotation, now);
    SecretRecord { rotation: Some(Arc::new(rotation)), ..after }
}

/// When the scheduler looks at the secret again because of the change. Whoever is at work on it finds out by themselves.
pub(crate) fn job_after(room: &Room, before: &SecretRecord, after: &SecretRecord, now: Timestamp) -> Option<JobChange> {
    let rotation = after.rotation.as_deref()?;
    let next = match &rotation.run {
        // It waits meanwhile. Whoever is at work on it ends.
        Some(_) if run::is_paused(after) => Next::Never,
        Some(_) if run::is_paused(before) => Next::At(now),
        Some(run) if run.attempt.is_some() => return None,
        // Nobody is at work: the scheduler ends it.
        Some(run) if run::is_over(after, rotation, run) => Next::At(now),
        Some(_) => return None,
        None if is_planned_as_before(before, after) => return None,
        None => planned(after, rotation),
    };
    Some(rotation_job(room, after, next, now))
}

fn is_planned_as_before(before: &SecretRecord, after: &SecretRecord) -> bool {
    before.rotation == after.rotation && before.delete_at.is_some() == after.delete_at.is_some()
}

fn planned(secret: &SecretRecord, rotation: &RotationRecord) -> Next {
    let window = rotation.next.filter(|_| rotation.is_enabled && secret.delete_at.is_none());
    window.map_or(Next::Never, Next::Within)
}
