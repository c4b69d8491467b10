//! Takes what is due from the store's jobs, and has so much of it done at once.

use std::{collections::HashSet, sync::Arc, time::Duration};

use contract::{JobKind, JobRecord, Jobs};
use parking_lot::Mutex;
use terms::Uid;
use tokio::task::JoinSet;

use super::{attempt, checks, places::Places, unplanned::plan_checks};
use crate::{error::Error, room::Room};

const KINDS: &[JobKind] = &[JobKind::RotateSecret, JobKind::CheckRotation];
/// How long to rest when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// Attempts that wait for a place at a host, or for a function that is busy, have none here, and take a little memory.
const WAITING_MAX: usize = 4096;
const OPERATOR: &str = "keepwell::operator";

/// Rotates secrets, in the background.
pub struct Scheduler {
    room: Arc<Room>,
    jobs: Arc<dyn Jobs>,
    places: Places,
    /// Never two at once for one secret: whoever was told to stop may not have noticed yet.
    at_work: Arc<Mutex<HashSet<(JobKind, Uid)>>>,
    tasks: JoinSet<()>,
}

impl Scheduler {
    pub fn new(room: Arc<Room>, jobs: Arc<dyn Jobs>) -> Self {
        let settings = &room.rotation.settings;
        let places = Places::new(settings.concurrency, settings.concurrency_per_host);
        Self { room, jobs, places, at_work: Arc::default(), tasks: JoinSet::new() }
    }

    /// Does what is due, for ever.
    pub async fn work(mut self) {
        self.tasks.spawn(plan_checks(Arc::clone(&self.room), Arc::clone(&self.jobs)));
        loop {
            let rest = match self.begin_due().await {
                Ok(_) => REST,
                Err(error) => {
                    let cause = format!("{error:?}");
                    tracing::error!(target: OPERATOR, cause, "rotations cannot be looked for, and are soon again");
                    10 * REST
                }
            };
            // Whoever has ended makes room for the next.
            tokio::select! {
                Some(_) = self.tasks.join_next() => {}
                // Somebody asked for a rotation.
                () = self.room.rotation.asked_for.notified() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Begins what is due now, as far as there are places. Returns how much that was.
    pub async fn begin_due(&mut self) -> Result<usize, Error> {
        while self.tasks.try_join_next().is_some() {}
        let (free, busy) = (self.places.free(), self.at_work.lock().len());
        if free == 0 || busy >= WAITING_MAX {
            return Ok(0);
        }
        // Some of what is due is at work already.
        let due = self.jobs.due(KINDS, self.room.clock.now(), free.saturating_add(busy)).await?;
        let mut begun = 0;
        for job in due {
            if begun < free && self.begin(job).await {
                begun += 1;
            }
        }
        Ok(begun)
    }

    /// Waits until nothing that was begun is at work any more.
    pub async fn finish(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    async fn begin(&mut self, job: JobRecord) -> bool {
        let Some(at_work) = AtWork::begin(&self.at_work, &job) else { return false };
        let place = self.places.take().await;
        let room = Arc::clone(&self.room);
        self.tasks.spawn(async move {
            let done = match job.kind {
                JobKind::CheckRotation => checks::do_job(&room, &job, &place).await,
                _ => attempt::do_job(&room, &job, &place).await,
            };
            match done {
                // Someone was faster. The next look tells what is left to do.
                Ok(()) | Err(Error::Conflict) => {}
                Err(error) => {
                    let (secret, cause) = (&job.name, format!("{error:?}"));
                    tracing::error!(target: OPERATOR, secret, cause, "a rotation could not be looked at, and is again");
                    // It is still due: not at once again.
                    tokio::time::sleep(REST).await;
                }
            }
            drop(at_work);
        });
        true
    }
}

/// Says that somebody is at work, also when they end without a word.
struct AtWork {
    all: Arc<Mutex<HashSet<(JobKind, Uid)>>>,
    one: (JobKind, Uid),
}

impl AtWork {
    fn begin(all: &Arc<Mutex<HashSet<(JobKind, Uid)>>>, job: &JobRecord) -> Option<Self> {
        let one = (job.kind, job.subject);
        all.lock().insert(one).then(|| Self { all: Arc::clone(all), one })
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.all.lock().remove(&self.one);
    }
}
