//! Work that nobody waits for, taken from the store's jobs as it becomes due.

use std::{fmt, time::Duration};

use contract::{JobKind, Jobs, Lease, StoreError};
use terms::Timestamp;

/// Jobs taken at once.
const JOBS_MAX: usize = 100;
/// How long to rest when nothing is due.
const REST: Duration = Duration::from_secs(1);

/// A service that has such work.
pub trait Worker: Sync {
    type Error: From<StoreError> + fmt::Debug + Send;

    /// The jobs that are its own.
    const KINDS: &'static [JobKind];

    fn now(&self) -> Timestamp;

    /// Does one job, under the service's own permit, fenced and recorded.
    fn do_job(&self, lease: &Lease) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Does what is due, for ever.
pub async fn work<W: Worker>(worker: &W, jobs: &dyn Jobs) {
    loop {
        match do_due(worker, jobs).await {
            // There may be more.
            Ok(JOBS_MAX..) => {}
            Ok(_) => tokio::time::sleep(REST).await,
            Err(error) => {
                let cause = format!("{error:?}");
                let kinds = format!("{:?}", W::KINDS);
                tracing::error!(target: "keepwell::operator", kinds, cause, "background work failed and is tried again");
                tokio::time::sleep(10 * REST).await;
            }
        }
    }
}

/// Does what is due now. Returns how many jobs were looked at.
pub async fn do_due<W: Worker>(worker: &W, jobs: &dyn Jobs) -> Result<usize, W::Error> {
    let due = jobs.due(W::KINDS, worker.now(), JOBS_MAX).await?;
    let mut failure = None;
    for job in &due {
        let Some(lease) = jobs.claim(job).await? else { continue };
        // One that cannot be done must not keep the others waiting.
        if let Err(error) = worker.do_job(&lease).await {
            failure.get_or_insert(error);
        }
    }
    failure.map_or(Ok(due.len()), Err)
}
