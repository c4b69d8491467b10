//! Checks of secrets that were configured for rotation before the server's settings had any checks, or had them as often.

use std::{sync::Arc, time::Duration};

use contract::{Commit, JobChange, JobKind, Jobs, Pick, RotatingSecret, SecretRecord, UnplannedQuery};
use policy::{Action, Permit};
use terms::RequestId;

use super::{
    chance::Chance,
    checks::{check_job, soonest},
};
use crate::{background::as_read, error::Error, room::Room};

const PLAN_CHECK: Action = Action::new("secretsmanager:PlanCheck");
const PAGE_SIZE: usize = 256;
/// How long to rest after a failure.
const REST: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(10);
const OPERATOR: &str = "keepwell::operator";

/// Plans what is not planned, once, beside the other work.
pub(super) async fn plan_checks(room: Arc<Room>, jobs: Arc<dyn Jobs>) {
    let mut done = 0;
    while let Err(error) = plan_from(&room, &*jobs, &mut done).await {
        let cause = format!("{error:?}");
        tracing::error!(target: OPERATOR, cause, "checks of rotations cannot be planned, and are soon again");
        tokio::time::sleep(REST).await;
    }
}

/// Page by page, from where it was broken off.
async fn plan_from(room: &Room, jobs: &dyn Jobs, done: &mut u64) -> Result<(), Error> {
    let Some(interval) = soonest(&room.rotation.settings) else { return Ok(()) };
    let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
    loop {
        let until = room.clock.now().plus_millis(interval);
        let query = UnplannedQuery { kind: JobKind::CheckRotation, until, after: *done, limit: PAGE_SIZE };
        let page = jobs.unplanned(query).await?;
        for secret in &page {
            plan(room, secret, interval).await?;
            *done = secret.position;
        }
        if page.len() < PAGE_SIZE {
            return Ok(());
        }
    }
}

/// Somewhere within the interval, so that not all of them are checked at once.
async fn plan(room: &Room, rotating: &RotatingSecret, interval: i64) -> Result<(), Error> {
    loop {
        let Some((permit, secret)) = open(room, rotating).await? else { return Ok(()) };
        let now = room.clock.now();
        let due_at = now.plus_millis(Chance(&*room.entropy).up_to(interval));
        let Some(JobChange::Schedule { kind, subject, scope, name, .. }) = check_job(room, &secret, now) else {
            return Ok(());
        };
        let job = JobChange::Schedule { kind, subject, scope, name, due_at };
        let commit = Commit::under(permit).guard(as_read(&secret)).jobs([job]);
        match room.recorder.commit_jobs(commit).await.map_err(Error::from) {
            // Somebody changes it at this very moment.
            Err(Error::Conflict) => tokio::time::sleep(RETRY).await,
            planned => return planned,
        }
    }
}

/// The secret behind the service's permit for it, unless it is gone.
async fn open(room: &Room, rotating: &RotatingSecret) -> Result<Option<(Permit, Arc<SecretRecord>)>, Error> {
    let Some(found) = room.store.secret(rotating.scope, &rotating.name, Pick::Labelled).await? else { return Ok(None) };
    let request = RequestId::random(&*room.entropy);
    let permit = room.gate.authorize_service(found.account(), PLAN_CHECK, &found, request)?;
    let secret = found.open(&permit)?;
    Ok((secret.uid == rotating.subject).then_some((permit, secret)))
}
