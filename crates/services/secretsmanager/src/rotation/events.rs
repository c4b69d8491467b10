//! What the trail tells of rotations.

use contract::{AttemptKind, AttemptOutcome, Commit, CommitError, SecretRecord};
use service::Service;
use terms::{EventId, Timestamp};
use trail::{JsonObject, ServiceEvent, Subject};

use crate::room::Room;

/// An event of a rotation. Its id is drawn before, because the timeline names it.
pub(crate) struct TrailEvent<'a> {
    pub(crate) id: EventId,
    pub(crate) name: &'static str,
    pub(crate) token: &'a str,
    pub(crate) error: Option<&'a str>,
    pub(crate) at: Timestamp,
}

pub(crate) fn started(kind: AttemptKind) -> &'static str {
    match kind {
        AttemptKind::Rotation => "RotationStarted",
        AttemptKind::Test | AttemptKind::Check => "TestRotationStarted",
    }
}

pub(crate) fn ended(kind: AttemptKind, outcome: AttemptOutcome) -> &'static str {
    match (kind, outcome) {
        (AttemptKind::Rotation, AttemptOutcome::InProgress) => "RotationStarted",
        (AttemptKind::Rotation, AttemptOutcome::Succeeded) => "RotationSucceeded",
        (AttemptKind::Rotation, AttemptOutcome::Failed | AttemptOutcome::Interrupted) => "RotationFailed",
        (AttemptKind::Rotation, AttemptOutcome::Abandoned) => "RotationAbandoned",
        (_, AttemptOutcome::InProgress) => "TestRotationStarted",
        (_, AttemptOutcome::Succeeded) => "TestRotationSucceeded",
        (_, _) => "TestRotationFailed",
    }
}

/// What AWS writes about a step that went wrong.
pub(crate) fn step_error(function_arn: &str, step: &str) -> String {
    format!("Error when executing lambda {function_arn} during {step} step")
}

impl TrailEvent<'_> {
    /// Makes the change, and tells of it.
    pub(crate) async fn commit(
        &self,
        room: &Room,
        commit: Commit,
        secret: &SecretRecord,
        subject: Option<Subject>,
    ) -> Result<(), CommitError> {
        let request_id = format!("Rotation-{}-{}", secret.arn, self.token);
        // Observers disagree where AWS writes the id, so it is in both places.
        let (data, details) = (one_member("SecretId", &secret.arn), one_member("secretId", &secret.arn));
        let event = ServiceEvent {
            event: self.id,
            at: self.at,
            account: secret.scope.account,
            region: secret.scope.region,
            source: Room::SOURCE,
            name: self.name,
            data: Some(&data),
            details: Some(&details),
            request_id: Some(&request_id),
            error: self.error,
        };
        room.recorder.commit_service_event(commit, &event, subject).await
    }
}

fn one_member(name: &str, text: &str) -> String {
    let mut out = Vec::new();
    JsonObject::begin(&mut out).text(name, text).end();
    String::from_utf8(out).unwrap_or_default()
}
