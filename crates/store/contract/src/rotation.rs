//! How a secret rotates, and what became of each attempt.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use terms::{Scope, Timestamp, Uid};

/// What a secret keeps of its rotation, once it was configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRecord {
    pub is_enabled: bool,
    /// Who rotates: a function's ARN as the caller gave it, or the well-known one of a rotator of the server's own.
    pub function_arn: Arc<str>,
    /// The secret is owned and rotated by a service: nobody is shown a function.
    pub is_managed: bool,
    pub rules: Option<RotationRules>,
    /// Of the last rotation that succeeded.
    pub last_rotated_at: Option<Timestamp>,
    /// Intervals count from here: the last rotation, or the last time that a value was put by hand, or the first
    /// configuration.
    pub counted_from: Timestamp,
    /// The window in which the secret rotates next. None where nothing is scheduled.
    pub next: Option<RotationWindow>,
    /// A rotation that is under way, or is stuck.
    pub run: Option<RotationRun>,
}

/// As the caller gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRules {
    pub automatically_after_days: Option<i64>,
    pub schedule_expression: Option<String>,
    pub duration: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationWindow {
    pub opens_at: Timestamp,
    /// The latest moment of the rotation: `NextRotationDate`.
    pub closes_at: Timestamp,
}

/// One rotation, from its start until it has succeeded or nobody tries any more. Every attempt has the same token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRun {
    /// Of all four steps, or only whether the function can be called.
    pub kind: AttemptKind,
    pub cause: AttemptCause,
    /// The id of the version that is made.
    pub token: String,
    pub started_at: Timestamp,
    /// Attempts that have begun.
    pub attempts: u32,
    /// The attempt that is under way, if one is.
    pub attempt: Option<Uid>,
    /// Attempts are made until then. None for a rotation outside of any window.
    pub window_closes_at: Option<Timestamp>,
    /// As many attempts have failed as are made: it waits for the next window, or for somebody to ask again.
    pub is_stuck: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptKind {
    /// All four steps.
    Rotation,
    /// `testSecret` alone, with a pending version that goes again.
    Test,
    /// Whether AWSCURRENT logs in.
    Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptCause {
    /// Somebody called RotateSecret.
    Request,
    Schedule,
}

/// One attempt, in the timeline of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationAttempt {
    pub id: Uid,
    pub secret: Uid,
    pub secret_arn: Arc<str>,
    pub scope: Scope,
    pub kind: AttemptKind,
    pub cause: AttemptCause,
    /// Counted from 1 within its rotation.
    pub number: u32,
    pub token: String,
    pub function_arn: Arc<str>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub outcome: AttemptOutcome,
    /// Why it did not succeed.
    pub error: Option<String>,
    /// When the next attempt is made, if one is.
    pub next_attempt_at: Option<Timestamp>,
    pub steps: Vec<AttemptStep>,
    /// The events on the trail that tell of its start and its end.
    pub events: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptOutcome {
    InProgress,
    Succeeded,
    Failed,
    /// AWSPENDING was taken away, or rotation was cancelled, while it went on.
    Abandoned,
    /// The server stopped in the middle of it.
    Interrupted,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptStep {
    /// Such as `createSecret`.
    pub step: String,
    pub started_at: Timestamp,
    /// None while it goes on, and for ever if the server stopped in the middle of it.
    pub duration_ms: Option<u64>,
    pub error: Option<String>,
    /// The request id that the step's call has on the trail.
    pub request_id: String,
    /// Where the function's output is.
    pub log_group: Option<String>,
    /// Which the START, END and REPORT lines name.
    pub log_request_id: Option<String>,
}

/// Attempts kept for each secret; older ones are forgotten.
pub const ATTEMPTS_KEPT: usize = 200;

/// A page of a secret's timeline, the newest first. The order is that in which attempts were first told, whatever the
/// clock said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptsQuery {
    pub secret: Uid,
    /// The id of the last of the page before. Behind one that was forgotten meanwhile there is none.
    pub after: Option<Uid>,
    pub limit: usize,
}
