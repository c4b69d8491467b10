//! Work that nobody waits for: erasing secrets whose recovery window has ended, and removing versions that nobody can
//! see any more. Each job is done under the service's own permit, fenced, and recorded like any call.

use std::sync::Arc;

use contract::{
    Change, Commit, CommitError, Guard, JobChange, JobKind, JobRecord, Lease, Pick, SecretChange, SecretRecord,
};
use policy::{Action, Permit};
use service::{Service, Worker};
use terms::{EventId, RequestId, Timestamp, VersionId};
use trail::{JsonObject, ServiceEvent, Subject};

use crate::{error::Error, quotas::Quotas, room::Room, versions};

const END_RECOVERY_WINDOW: Action = Action::new("secretsmanager:EndRecoveryWindow");
const TRIM_VERSIONS: Action = Action::new("secretsmanager:TrimVersions");

impl Worker for Room {
    type Error = Error;

    const KINDS: &'static [JobKind] = &[JobKind::EndRecoveryWindow, JobKind::TrimVersions];

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn do_job(&self, lease: &Lease) -> Result<(), Error> {
        do_job(self, lease).await
    }
}

/// The trimming that the secret needs after a label moved: a version that gained one may have been the last to go.
pub(crate) fn trim_job_or_none(secret: &SecretRecord, quotas: &Quotas) -> JobChange {
    let cancelled = JobChange::Cancel { kind: JobKind::TrimVersions, subject: secret.uid };
    trim_job(secret, quotas).unwrap_or(cancelled)
}

/// The trimming that the secret will need, if any.
pub(crate) fn trim_job(secret: &SecretRecord, quotas: &Quotas) -> Option<JobChange> {
    versions::trim_due_at(secret, quotas).map(|due_at| JobChange::Schedule {
        kind: JobKind::TrimVersions,
        subject: secret.uid,
        scope: secret.scope,
        name: secret.name.to_string(),
        due_at,
    })
}

/// A secret that goes takes its jobs with it.
pub(crate) fn end_of_jobs(secret: &SecretRecord) -> [JobChange; 4] {
    [JobKind::EndRecoveryWindow, JobKind::TrimVersions, JobKind::RotateSecret, JobKind::CheckRotation]
        .map(|kind| JobChange::Cancel { kind, subject: secret.uid })
}

async fn do_job(room: &Room, lease: &Lease) -> Result<(), Error> {
    let job = &lease.job;
    let action = match job.kind {
        JobKind::EndRecoveryWindow => END_RECOVERY_WINDOW,
        JobKind::TrimVersions => TRIM_VERSIONS,
        JobKind::RotateSecret
        | JobKind::CheckRotation
        | JobKind::DeleteKey
        | JobKind::RotateKey
        | JobKind::TendLogGroup => return Err(job_of_another_service()),
    };
    let Some((permit, secret)) = open(room, job, action).await? else { return Ok(()) };
    let now = room.clock.now();
    let done = match job.kind {
        JobKind::EndRecoveryWindow => end_recovery_window(room, job, permit, secret, now).await,
        JobKind::TrimVersions => trim_versions(room, job, permit, secret, now).await,
        JobKind::RotateSecret
        | JobKind::CheckRotation
        | JobKind::DeleteKey
        | JobKind::RotateKey
        | JobKind::TendLogGroup => Err(job_of_another_service()),
    };
    match done {
        // Someone was faster: restored it, put a version, rescheduled. The next look tells what is left to do.
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

/// The job's secret behind the service's permit for it. Whoever erased the secret since the job was read has erased the job
/// with it.
pub(crate) async fn open(
    room: &Room,
    job: &JobRecord,
    action: Action,
) -> Result<Option<(Permit, Arc<SecretRecord>)>, Error> {
    let Some(found) = room.store.secret(job.scope, &job.name, Pick::Labelled).await? else { return Ok(None) };
    let permit = room.gate.authorize_job(job, action, &found, RequestId::random(&*room.entropy))?;
    let secret = found.open(&permit)?;
    Ok((secret.uid == job.subject).then_some((permit, secret)))
}

async fn end_recovery_window(
    room: &Room,
    job: &JobRecord,
    permit: Permit,
    secret: Arc<SecretRecord>,
    now: Timestamp,
) -> Result<(), Error> {
    // RestoreSecret cancels the job in its commit, so a live secret here is one that was just restored.
    if secret.delete_at.is_none_or(|delete_at| delete_at > now) {
        return Ok(());
    }
    let commit = fenced(permit, job)
        .change(Change::Secret(SecretChange::Erase { before: Arc::clone(&secret) }))?
        .jobs(end_of_jobs(&secret));
    record(room, commit, &secret, Some(Subject::erased(&secret)), "EndSecretDelete", None, now).await
}

async fn trim_versions(
    room: &Room,
    job: &JobRecord,
    permit: Permit,
    before: Arc<SecretRecord>,
    now: Timestamp,
) -> Result<(), Error> {
    let removed = versions::removable(&before, now, &room.quotas);
    if removed.is_empty() {
        // The operator has raised the quota since.
        let commit = fenced(permit, job).guard(as_read(&before)).jobs([trim_job_or_none(&before, &room.quotas)]);
        return record(room, commit, &before, None, "CancelSecretVersionDelete", None, now).await;
    }
    let after = Arc::new(versions::without(&before, &removed));
    let next = trim_job_or_none(&after, &room.quotas);
    let commit = fenced(permit, job)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs([next]);
    let removed: Vec<&VersionId> = removed.iter().collect();
    record(room, commit, &after, Some(Subject::changed(&after)), "SecretVersionDeletion", Some(&removed), now).await
}

fn job_of_another_service() -> Error {
    Error::Internal("a job of another service".to_owned())
}

fn fenced(permit: Permit, job: &JobRecord) -> Commit {
    Commit::under(permit).guard(job.fenced())
}

/// Nothing changes but when the job is due, as long as the secret is as it was read.
pub(crate) async fn put_off(
    room: &Room,
    permit: Permit,
    job: &JobRecord,
    secret: &SecretRecord,
    change: JobChange,
) -> Result<(), Error> {
    let commit = fenced(permit, job).guard(as_read(secret)).jobs([change]);
    Ok(room.recorder.commit_jobs(commit).await?)
}

/// The secret must still be as it was read: its job may be newer, and then a decision from what was read would lose it.
pub(crate) fn as_read(secret: &SecretRecord) -> Guard {
    Guard::SecretAt { scope: secret.scope, name: secret.name.clone(), revision: secret.revision }
}

/// Makes the change, with a service event that tells of it.
async fn record(
    room: &Room,
    commit: Commit,
    secret: &SecretRecord,
    subject: Option<Subject>,
    name: &str,
    versions: Option<&[&VersionId]>,
    now: Timestamp,
) -> Result<(), Error> {
    let data = event_data(&secret.arn, versions);
    let event = ServiceEvent {
        event: EventId::random(&*room.entropy),
        at: now,
        account: secret.scope.account,
        region: secret.scope.region,
        source: Room::SOURCE,
        name,
        data: Some(&data),
        details: None,
        request_id: None,
        error: None,
    };
    let made: Result<(), CommitError> = room.recorder.commit_service_event(commit, &event, subject).await;
    Ok(made?)
}

fn event_data(arn: &str, versions: Option<&[&VersionId]>) -> String {
    let mut out = Vec::new();
    let mut data = JsonObject::begin(&mut out);
    data.text("SecretId", arn);
    if let Some(versions) = versions {
        let ids: Vec<&str> = versions.iter().map(|version| version.as_str()).collect();
        data.raw("VersionIds", &serde_json::Value::from(ids).to_string());
    }
    data.end();
    String::from_utf8(out).unwrap_or_default()
}
