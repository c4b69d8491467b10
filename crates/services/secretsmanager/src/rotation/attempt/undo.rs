//! A rotation that does not come to its end may have changed the password already. Rotators of the server's own are asked to
//! have AWSCURRENT log in again, while it waits for its next attempt or when it is given up. Functions, which know nothing of
//! that, are not: theirs is the next attempt.

use contract::{AttemptKind, RotationAttempt, SecretRecord};
use facades::RotationStep;
use terms::{AWSCURRENT, RequestId, Timestamp};

use super::{
    OPERATOR,
    beginning::{first_row, lease_ends_at},
    run_of,
    step::{StepError, Untaken, errand, take_step},
};
use crate::{room::Room, rotation::places::Place};

/// Undoes what was done for the version of this row.
pub(super) async fn undo(
    room: &Room,
    secret: &SecretRecord,
    row: &mut RotationAttempt,
    until: Timestamp,
    place: &Place,
) {
    let is_current = secret.holder(AWSCURRENT).is_some_and(|version| version.id == *row.token);
    let is_built_in = async {
        let request = RequestId::random(&*room.entropy);
        room.rotation.functions.is_built_in(&errand(secret, row, request)).await
    };
    // Nobody reads a secret that is to be deleted, so nobody logs in.
    if is_current || secret.delete_at.is_some() || !is_built_in.await {
        return;
    }
    let failed = loop {
        match take_step(room, RotationStep::UndoSecret, secret, row, place).await {
            Ok(()) => return,
            Err(Untaken::Failed(StepError { text, .. })) => break text,
            Err(Untaken::Busy) if room.clock.now() >= until => {
                break "Its host or its function stayed busy.".to_owned();
            }
            Err(Untaken::Busy) => place.wait(room.rotation.settings.busy_delay).await,
        }
    };
    let (secret, error) = (&row.secret_arn, failed);
    tracing::warn!(target: OPERATOR, %secret, error, "a rotation that did not end well may have left AWSCURRENT not logging in");
}

/// Undoes a run that nobody works on, and that goes no further.
pub(super) async fn undo_left_behind(room: &Room, secret: &SecretRecord, place: &Place) {
    let Some((rotation, run)) = run_of(secret) else { return };
    if run.kind == AttemptKind::Rotation && run.attempts > 0 {
        let now = room.clock.now();
        let mut row = first_row(room, secret, rotation, run, run.attempts, now);
        undo(room, secret, &mut row, lease_ends_at(room, now), place).await;
    }
}
