//! Work that nobody waits for: erasing what lay in groups and streams that are deleted, and what has expired.
//!
//! A group has one job. Each time it erases a bounded part, under the service's own permit and fenced; as long as something is
//! left it comes again at once, and as long as the group has a retention it comes again within the hour. It leaves no record:
//! what it erases was condemned by calls that have theirs.

use std::sync::Arc;

use contract::{Change, Commit, JobChange, JobKind, JobRecord, Lease, LogContentChange, LogGroupRecord};
use policy::Action;
use service::Worker;
use terms::{RequestId, Timestamp};

use crate::{batch::expired_before, error::Error, room::Room};

const TEND: Action = Action::new("logs:TendLogGroup");

/// Chunks, and streams, that are erased in one commit at most.
const ERASED_MAX: u32 = 500;

const RETENTION_REST_MS: i64 = 60 * 60 * 1000;

impl Worker for Room {
    type Error = Error;

    const KINDS: &'static [JobKind] = &[JobKind::TendLogGroup];

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn do_job(&self, Lease { job }: &Lease) -> Result<(), Error> {
        match tend(self, job).await {
            // Somebody gave the job more to do. It is due again.
            Err(Error::Conflict) => Ok(()),
            other => other,
        }
    }
}

async fn tend(room: &Room, job: &JobRecord) -> Result<(), Error> {
    let Some(found) = room.store.log_group_by_uid(job.subject).await? else { return Ok(()) };
    let permit = room.gate.authorize_job(job, TEND, &found, RequestId::random(&*room.entropy))?;
    let group = found.open_log_group(&permit)?;
    let now = room.clock.now();
    let older_than = expired_before(now, group.details.retention_days);
    let remains = room.store.log_remains(&group, older_than, ERASED_MAX).await?;
    // Streams go behind the last of their chunks.
    let is_last = remains.chunks < ERASED_MAX && remains.streams <= ERASED_MAX;
    let next = if !is_last {
        tended_at(&group, now)
    } else if group.is_deleted || group.details.retention_days.is_none() {
        JobChange::Cancel { kind: JobKind::TendLogGroup, subject: group.uid }
    } else {
        tended_again(&group, now)
    };
    let mut commit = Commit::under(permit).guard(job.fenced()).jobs([next]);
    if group.is_deleted || remains.chunks > 0 || remains.streams > 0 {
        let erase = LogContentChange::Erase { group: Arc::clone(&group), older_than, limit: ERASED_MAX };
        commit = commit.change(Change::LogContent(erase))?;
    }
    Ok(room.recorder.commit_log_content(commit).await?)
}

/// The job that looks after the group from this time on.
pub(crate) fn tended_at(group: &LogGroupRecord, due_at: Timestamp) -> JobChange {
    JobChange::Schedule {
        kind: JobKind::TendLogGroup,
        subject: group.uid,
        scope: group.scope,
        name: group.name.to_string(),
        due_at,
    }
}

/// The same, when a retention has nothing to do for a while.
pub(crate) fn tended_again(group: &LogGroupRecord, now: Timestamp) -> JobChange {
    tended_at(group, now.plus_millis(RETENTION_REST_MS))
}
