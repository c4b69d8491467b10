//! What a secret's rotation is, and what becomes of it. Pure: records go in, records come out.
//!
//! A rotation begins with an empty version that has AWSPENDING, and has succeeded once AWSCURRENT is on that version. In
//! between lie attempts, one at a time, each with the same token. Whoever finds a run whose version has neither label, or
//! whose secret does not rotate any more, ends it.

use contract::{AttemptCause, AttemptKind, AttemptOutcome, RotationRecord, RotationRun, RotationWindow, SecretRecord};
use terms::{AWSCURRENT, AWSPENDING, Timestamp, Uid};

use super::{chance::Chance, schedule::Schedule, settings::RotationSettings};

/// Attempts that the server itself broke off are taken up again at once, and this many times as often as failed ones.
const INTERRUPTIONS: u32 = 4;

/// What there is to do about a secret now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing, and nothing is planned.
    Nothing,
    /// Nothing before this window.
    Later(RotationWindow),
    /// A rotation by schedule.
    Begin(RotationWindow),
    /// An attempt of the run that is there.
    Attempt(Attempts),
    /// No further attempt for now: the server itself was broken off too often in the middle of this rotation.
    GiveUp,
    /// The run goes no further.
    End(AttemptOutcome),
}

/// Which attempt of a run is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Those before it. None count when a stuck rotation is taken up again.
    pub(crate) made: u32,
    pub(crate) window_closes_at: Option<Timestamp>,
}

/// When the secret is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    At(Timestamp),
    Within(RotationWindow),
    Never,
}

/// A rotation after an attempt has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) rotation: RotationRecord,
    pub(crate) next: Next,
    /// When the next attempt of the same rotation is made.
    pub(crate) next_attempt_at: Option<Timestamp>,
}

/// Is a rotation unfinished, as callers see it? AWSPENDING is on another version than AWSCURRENT.
pub(crate) fn is_in_rotation(secret: &SecretRecord) -> bool {
    let holder = |label| secret.holder(label).map(|version| &version.id);
    holder(AWSPENDING).is_some_and(|pending| Some(pending) != holder(AWSCURRENT))
}

/// The run's version, with the label.
fn has(secret: &SecretRecord, run: &RotationRun, label: &str) -> bool {
    secret.holder(label).is_some_and(|version| version.id == *run.token)
}

/// Has the rotation done what it is for?
pub(crate) fn has_arrived(secret: &SecretRecord, run: &RotationRun) -> bool {
    run.kind == AttemptKind::Rotation && has(secret, run, AWSCURRENT)
}

/// Does the run wait until the secret is restored? Nobody reads or changes one that is to be deleted.
pub(crate) fn is_paused(secret: &SecretRecord) -> bool {
    secret.delete_at.is_some()
}

/// Can the run not go on?
pub(crate) fn is_over(secret: &SecretRecord, rotation: &RotationRecord, run: &RotationRun) -> bool {
    !rotation.is_enabled || !(has(secret, run, AWSPENDING) || has_arrived(secret, run))
}

/// What became of a run that nobody works on any more.
pub(crate) fn outcome_without_attempt(secret: &SecretRecord, run: &RotationRun) -> AttemptOutcome {
    if has_arrived(secret, run) { AttemptOutcome::Succeeded } else { AttemptOutcome::Abandoned }
}

/// What there is to do now, about a job that was due at its time.
pub(crate) fn due(secret: &SecretRecord, due_at: Timestamp, now: Timestamp, settings: &RotationSettings) -> Due {
    let Some(rotation) = secret.rotation.as_deref().filter(|_| !is_paused(secret)) else { return Due::Nothing };
    let Some(run) = &rotation.run else {
        if !rotation.is_enabled {
            return Due::Nothing;
        }
        // The window of a rotation that has just succeeded may still be open.
        let next = rotation.next.filter(|next| next.opens_at > now);
        return match next.or_else(|| window_at(rotation, now)) {
            None => Due::Nothing,
            Some(window) if window.opens_at <= now => Due::Begin(window),
            Some(window) => Due::Later(window),
        };
    };
    if is_over(secret, rotation, run) {
        return Due::End(outcome_without_attempt(secret, run));
    }
    let closes_at = run.window_closes_at;
    if run.attempt.is_some() {
        // Broken off in the middle of it: windows do not matter, whatever it rotates may be waiting for the rest.
        if run.attempts >= settings.attempts_max.saturating_mul(INTERRUPTIONS) {
            return Due::GiveUp;
        }
        return Due::Attempt(Attempts { made: run.attempts, window_closes_at: closes_at });
    }
    if !run.is_stuck && closes_at.is_none_or(|closes_at| now <= closes_at) {
        return Due::Attempt(Attempts { made: run.attempts, window_closes_at: closes_at });
    }
    // It begins anew: in its window, or at once when somebody asked for it outside of any.
    let planned = window_at(rotation, due_at).filter(|window| window.opens_at <= due_at);
    match planned {
        Some(window) if now <= window.closes_at => {
            Due::Attempt(Attempts { made: 0, window_closes_at: Some(window.closes_at) })
        }
        None => Due::Attempt(Attempts { made: 0, window_closes_at: None }),
        Some(_) => match window_at(rotation, now) {
            Some(window) if window.opens_at <= now => {
                Due::Attempt(Attempts { made: 0, window_closes_at: Some(window.closes_at) })
            }
            Some(window) => Due::Later(window),
            None => Due::Attempt(Attempts { made: 0, window_closes_at: None }),
        },
    }
}

/// A new run.
pub(crate) fn begun(kind: AttemptKind, cause: AttemptCause, token: &str, now: Timestamp) -> RotationRun {
    RotationRun {
        kind,
        cause,
        token: token.to_owned(),
        started_at: now,
        attempts: 0,
        attempt: None,
        window_closes_at: None,
        is_stuck: false,
    }
}

/// The run with its next attempt under way.
pub(crate) fn attempting(run: &RotationRun, attempts: Attempts, attempt: Uid) -> RotationRun {
    RotationRun {
        attempts: attempts.made.saturating_add(1),
        attempt: Some(attempt),
        window_closes_at: attempts.window_closes_at,
        is_stuck: false,
        ..run.clone()
    }
}

/// The rotation has succeeded: intervals count from now.
pub(crate) fn succeeded(rotation: &RotationRecord, now: Timestamp) -> Ended {
    let rotation = RotationRecord { last_rotated_at: Some(now), run: None, ..counted_from(rotation, now) };
    let next = planned(&rotation);
    Ended { rotation, next, next_attempt_at: None }
}

/// The run is gone, and nothing was rotated: an abandoned rotation, or a test however it ended.
pub(crate) fn over(rotation: &RotationRecord) -> Ended {
    let rotation = RotationRecord { run: None, ..rotation.clone() };
    let next = planned(&rotation);
    Ended { rotation, next, next_attempt_at: None }
}

/// The attempt ended because the secret is to be deleted. Restoring it goes on with the run.
pub(crate) fn paused(rotation: &RotationRecord, run: &RotationRun) -> Ended {
    let run = RotationRun { attempt: None, ..run.clone() };
    let rotation = RotationRecord { run: Some(run), ..rotation.clone() };
    Ended { rotation, next: Next::Never, next_attempt_at: None }
}

/// The attempt has failed: it is tried again after a while, in the window, a few times; then the rotation is stuck until
/// the next window.
pub(crate) fn failed(
    rotation: &RotationRecord,
    run: &RotationRun,
    now: Timestamp,
    settings: &RotationSettings,
    chance: &Chance<'_>,
) -> Ended {
    let again_at = now.plus_millis(retry_delay(run.attempts, settings, chance));
    let is_in_window = run.window_closes_at.is_none_or(|closes_at| again_at <= closes_at);
    if run.attempts < settings.attempts_max && is_in_window {
        let run = RotationRun { attempt: None, ..run.clone() };
        let rotation = RotationRecord { run: Some(run), ..rotation.clone() };
        return Ended { rotation, next: Next::At(again_at), next_attempt_at: Some(again_at) };
    }
    let window = schedule(rotation).and_then(|schedule| schedule.next_window(rotation.counted_from, now));
    let at = window.map(|window| chance.within(window, now, settings));
    let window_closes_at = window.map(|window| window.closes_at);
    let run = RotationRun { attempt: None, is_stuck: true, window_closes_at, ..run.clone() };
    let rotation = RotationRecord { run: Some(run), ..rotation.clone() };
    Ended { rotation, next: at.map_or(Next::Never, Next::At), next_attempt_at: at }
}

/// Intervals begin at this moment.
pub(crate) fn counted_from(rotation: &RotationRecord, now: Timestamp) -> RotationRecord {
    let counted = RotationRecord { counted_from: now, ..rotation.clone() };
    RotationRecord { next: next_window(&counted, now), ..counted }
}

/// The first window that opens after now, if the secret rotates by a schedule.
pub(crate) fn next_window(rotation: &RotationRecord, now: Timestamp) -> Option<RotationWindow> {
    let schedule = schedule(rotation).filter(|_| rotation.is_enabled)?;
    schedule.next_window(rotation.counted_from, now)
}

/// `NextRotationDate`: where a rotation goes wrong it stays, and may be over.
pub(crate) fn shown_next(rotation: &RotationRecord, now: Timestamp) -> Option<Timestamp> {
    let next = rotation.next.filter(|_| rotation.is_enabled)?;
    if now <= next.closes_at || rotation.run.is_some() {
        return Some(next.closes_at);
    }
    // The window was missed.
    window_at(rotation, now).map(|window| window.closes_at)
}

/// Rules that are kept were read once, so they can be read again.
pub(crate) fn schedule(rotation: &RotationRecord) -> Option<Schedule> {
    Schedule::parse(rotation.rules.as_ref()?).ok()
}

fn planned(rotation: &RotationRecord) -> Next {
    rotation.next.filter(|_| rotation.is_enabled).map_or(Next::Never, Next::Within)
}

/// The window that is open at a moment, or else the first after it.
fn window_at(rotation: &RotationRecord, moment: Timestamp) -> Option<RotationWindow> {
    let schedule = schedule(rotation)?;
    // None is longer than a day.
    let mut window = schedule.next_window(rotation.counted_from, moment.plus_days(-1).plus_millis(-1))?;
    while window.closes_at < moment {
        window = schedule.next_window(rotation.counted_from, window.opens_at)?;
    }
    Some(window)
}

fn retry_delay(attempts: u32, settings: &RotationSettings, chance: &Chance<'_>) -> i64 {
    let made = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let delay = settings.retry_delays.get(made).or(settings.retry_delays.last()).copied().unwrap_or_default();
    let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    let jitter = delay.saturating_mul(i64::from(settings.jitter_percent)) / 100;
    delay.saturating_add(chance.up_to(jitter))
}

#[cfg(test)]
mod tests;
