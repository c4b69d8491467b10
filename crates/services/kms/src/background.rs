//! Work that nobody waits for: destroying keys whose waiting period has ended, and giving keys new material when it is
//! time. Each job is done under the service's own permit, fenced, and recorded like any call.

use std::{collections::BTreeMap, sync::Arc};

use contract::{
    Commit, Guarded, JobKind, JobRecord, KeyDetails, KeyId, KeyRecord, KeyState, KeySubject, Lease, MaterialOrigin,
    PolicyDocument, Rotation,
};
use policy::{Action, Permit};
use service::{Service, Worker};
use terms::{EventId, RequestId, Timestamp};
use trail::{JsonObject, ServiceEvent};

use crate::{
    error::Error,
    jobs::rotation_due_at,
    related::{KeysPlan, is_replica},
    room::{Room, next},
};

const DELETE_KEY: Action = Action::new("kms:DeleteKey");
const ROTATE_KEY: Action = Action::new("kms:RotateKey");

impl Worker for Room {
    type Error = Error;

    const KINDS: &'static [JobKind] = &[JobKind::DeleteKey, JobKind::RotateKey];

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn do_job(&self, lease: &Lease) -> Result<(), Error> {
        do_job(self, lease).await
    }
}

async fn do_job(room: &Room, Lease { job }: &Lease) -> Result<(), Error> {
    let action = match job.kind {
        JobKind::DeleteKey => DELETE_KEY,
        JobKind::RotateKey => ROTATE_KEY,
        JobKind::EndRecoveryWindow
        | JobKind::TrimVersions
        | JobKind::RotateSecret
        | JobKind::CheckRotation
        | JobKind::TendLogGroup => {
            return Err(job_of_another_service());
        }
    };
    let id = KeyId::parse(&job.name).ok_or_else(|| Error::Internal("a job for what is no key".to_owned()))?;
    let Some(found) = room.store.key(job.scope.region, id.bits).await? else { return Ok(()) };
    let request = RequestId::random(&*room.entropy);
    let permit = room.gate.authorize_job(job, action, &found, request)?;
    let key = found.open_key(&permit)?;
    if key.uid != job.subject {
        return Ok(());
    }
    let doing = Doing { room, job, request, now: room.clock.now() };
    let done = match job.kind {
        JobKind::DeleteKey => doing.delete_key(permit, key).await,
        JobKind::RotateKey => doing.rotate_key(permit, key).await,
        JobKind::EndRecoveryWindow
        | JobKind::TrimVersions
        | JobKind::RotateSecret
        | JobKind::CheckRotation
        | JobKind::TendLogGroup => Err(job_of_another_service()),
    };
    match done {
        // Someone was faster: kept the key, disabled it, put its date off. The next look tells what is left to do.
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

struct Doing<'a> {
    room: &'a Room,
    job: &'a JobRecord,
    request: RequestId,
    now: Timestamp,
}

impl Doing<'_> {
    async fn delete_key(&self, permit: Permit, key: Arc<KeyRecord>) -> Result<(), Error> {
        // CancelKeyDeletion cancels the job in its commit.
        let is_due = matches!(key.details.state, KeyState::PendingDeletion { delete_at } if delete_at <= self.now);
        if !is_due {
            return Ok(());
        }
        let related = self.room.related_keys(&KeySubject::of(&key)).await?;
        let plan = KeysPlan::new(self.fenced(permit), Arc::clone(&key), tombstone(&key))?;
        let plan = if is_replica(&KeySubject::of(&key)) { self.release_primary(plan, related)? } else { plan };
        let mut details = Vec::new();
        JsonObject::begin(&mut details).text("keyId", &key.id.to_string()).end();
        self.record(plan, &key, "DeleteKey", &details).await?;
        self.room.keyring.forget(key.id);
        Ok(())
    }

    /// A primary that waited for its last replica begins its own waiting period. Every replica that goes changes its
    /// primary, so that two which go at once, or a primary that begins to wait meanwhile, do not pass each other by.
    fn release_primary(&self, plan: KeysPlan, related: Vec<Guarded<Arc<KeyRecord>>>) -> Result<KeysPlan, Error> {
        let (replicas, primaries): (Vec<_>, Vec<_>) = related.into_iter().partition(|key| is_replica(&key.key()));
        let is_last = replicas.is_empty();
        primaries.into_iter().try_fold(plan, |plan, primary| {
            plan.and_synchronize(self.room, self.request, primary, |primary| {
                if let KeyState::PendingReplicaDeletion { window_days } = primary.details.state
                    && is_last
                {
                    let delete_at = self.now.plus_days(window_days.into());
                    primary.details.state = KeyState::PendingDeletion { delete_at };
                }
            })
        })
    }

    async fn rotate_key(&self, permit: Permit, key: Arc<KeyRecord>) -> Result<(), Error> {
        let due_at = rotation_due_at(&key);
        let (Some(rotation), true) = (key.details.rotation, due_at.is_some_and(|due_at| due_at <= self.now)) else {
            return Ok(());
        };
        let origin = MaterialOrigin::AutomaticRotation;
        let material = self.room.keyring.make_material(key.scope.account, key.id, origin, self.now).await?;
        let material = Arc::new(material);
        // Counted from now, also where the date was missed because the key was disabled: as AWS documents it.
        let next_at = self.now.plus_days(rotation.period_days.into());
        let rotation = Rotation { next_at, ..rotation };
        let plan = self.room.plan_alike(self.fenced(permit), Arc::clone(&key), self.request, |key| {
            key.materials.push(Arc::clone(&material));
            key.details.rotation = Some(rotation);
        });
        let mut details = Vec::new();
        JsonObject::begin(&mut details).plain("rotationType", "AUTOMATIC").text("keyId", &key.id.to_string()).end();
        self.record(plan.await?, &key, "RotateKey", &details).await
    }

    fn fenced(&self, permit: Permit) -> Commit {
        Commit::under(permit).guard(self.job.fenced())
    }

    /// Makes the changes, with a service event that tells of them.
    async fn record(&self, plan: KeysPlan, key: &KeyRecord, name: &str, details: &[u8]) -> Result<(), Error> {
        let event = ServiceEvent {
            event: EventId::random(&*self.room.entropy),
            at: self.now,
            account: key.scope.account,
            region: key.scope.region,
            source: Room::SOURCE,
            name,
            data: None,
            details: std::str::from_utf8(details).ok(),
            request_id: None,
            error: None,
        };
        let KeysPlan { commit, first, also } = plan;
        Ok(self.room.recorder.commit_service_event(commit, &event, Some((first, also.as_slice()))).await?)
    }
}

/// What stays of a key: its id, which never means another one.
fn tombstone(key: &KeyRecord) -> KeyRecord {
    let details = KeyDetails {
        state: KeyState::Deleted,
        description: String::new(),
        // What cannot be read never grants.
        policy: PolicyDocument::new(""),
        tags: Vec::new(),
        rotation: None,
        ..key.details.clone()
    };
    KeyRecord { details, materials: Vec::new(), aliases: Vec::new(), grants: BTreeMap::new(), ..next(key) }
}

fn job_of_another_service() -> Error {
    Error::Internal("a job of another service".to_owned())
}
