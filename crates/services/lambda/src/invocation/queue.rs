//! Events that nobody waits for: run in the background, and again after a minute or two when the function fails.
//!
//! They wait in memory, and a restart forgets them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use contract::FunctionRecord;
use facades::{InvocationEnd, Invoked};
use policy::{Action, Permit};
use terms::{RequestId, Timestamp, Uid};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Job, Runner};
use crate::{error::Error, function_name::NamedFunction, versions::routed};

/// Those that run or wait to be run again, and what they hold together.
const EVENTS_MAX: usize = 1_000;
const EVENTS_BYTES_MAX: usize = 64 << 20;
/// After a failure of the function.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// While as many run as may.
const THROTTLED_FIRST: Duration = Duration::from_secs(1);
const THROTTLED_MAX: Duration = Duration::from_mins(5);
/// Older ones are given up.
const AGE_MAX_MS: i64 = 6 * 3_600_000;

/// The service's own authority to run what a caller was allowed to queue.
const INVOKE_QUEUED: Action = Action::new("lambda:InvokeQueued");

pub(super) struct Queue {
    places: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

impl Default for Queue {
    fn default() -> Self {
        let of = |room| Arc::new(Semaphore::new(room));
        Self { places: of(EVENTS_MAX), bytes: of(EVENTS_BYTES_MAX) }
    }
}

impl Queue {
    fn reserve(&self, payload: &Bytes) -> Result<Place, Error> {
        let full = |_| Error::Throttled { reason: "CallerRateLimitExceeded" };
        let bytes = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        Ok(Place {
            _place: Arc::clone(&self.places).try_acquire_owned().map_err(full)?,
            _bytes: Arc::clone(&self.bytes).try_acquire_many_owned(bytes).map_err(full)?,
        })
    }
}

/// An event that was taken.
pub(crate) struct Event {
    /// With the qualifier by which it was named.
    pub(crate) named: NamedFunction,
    pub(crate) receiver: Receiver,
    pub(crate) request: RequestId,
    pub(crate) payload: Bytes,
    pub(crate) client_context: Option<String>,
    pub(crate) taken_at: Timestamp,
}

/// Who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// This function, and no other that has its name later.
    Here(Uid),
    /// Whatever the configuration means by the ARN.
    Elsewhere,
}

/// Room for an event, until it is dropped.
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

/// How one try ended.
enum Tried {
    Done,
    Failed,
    Throttled,
}

impl Runner {
    /// Room for one more event, unless too many wait, or they are too large.
    pub(crate) fn reserve(&self, payload: &Bytes) -> Result<Place, Error> {
        self.queue.reserve(payload)
    }

    /// Runs the event in the background.
    pub(crate) fn queue(self: &Arc<Self>, event: Event, place: Place) {
        let runner = Arc::clone(self);
        drop(tokio::spawn(async move {
            runner.deliver(&event).await;
            drop(place);
        }));
    }

    async fn deliver(self: &Arc<Self>, event: &Event) {
        let mut retries = RETRIES.iter();
        let mut throttled = THROTTLED_FIRST;
        loop {
            match self.attempt(event).await {
                Ok(Tried::Done) => return,
                Ok(Tried::Failed) => match retries.next() {
                    Some(rest) => tokio::time::sleep(*rest).await,
                    None => return,
                },
                Ok(Tried::Throttled) => {
                    let age = self.means.clock.now().as_millis().saturating_sub(event.taken_at.as_millis());
                    if age > AGE_MAX_MS {
                        return tell(event, "it waited too long for its turn");
                    }
                    tokio::time::sleep(throttled).await;
                    throttled = throttled.saturating_mul(2).min(THROTTLED_MAX);
                }
                Err(error) => {
                    tell(event, &format!("{error:?}"));
                    let Some(rest) = retries.next() else { return };
                    tokio::time::sleep(*rest).await;
                }
            }
        }
    }

    /// Reads the function anew, which may have changed or gone since.
    async fn attempt(self: &Arc<Self>, event: &Event) -> Result<Tried, Error> {
        let uid = match event.receiver {
            Receiver::Here(uid) => uid,
            Receiver::Elsewhere => return self.attempt_elsewhere(event).await,
        };
        let Some((permit, function)) = self.open(event, uid).await? else { return Ok(Tried::Done) };
        let Some(version) = routed(&function, event.named.qualifier.as_deref(), &*self.means.entropy) else {
            return Ok(Tried::Done);
        };
        let slot = match self.begin(&function).await {
            Ok(slot) => slot,
            Err(Error::Throttled { .. }) => return Ok(Tried::Throttled),
            Err(error) => return Err(error),
        };
        let job = Job {
            permit,
            function,
            version,
            qualifier: event.named.qualifier.clone(),
            request: event.request,
            payload: event.payload.clone(),
            client_context: event.client_context.clone(),
        };
        tried(self.run(job, slot).await)
    }

    async fn attempt_elsewhere(self: &Arc<Self>, event: &Event) -> Result<Tried, Error> {
        tried(self.call_elsewhere(&event.named, event.payload.clone(), event.client_context.clone()).await)
    }

    async fn open(&self, event: &Event, uid: Uid) -> Result<Option<(Permit, Arc<FunctionRecord>)>, Error> {
        let scope = event.named.scope;
        let Some(found) = self.means.store.function(scope, &event.named.name).await? else { return Ok(None) };
        let permit = self.means.gate.authorize_service(scope.account, INVOKE_QUEUED, &found, event.request)?;
        let function = found.open_function(&permit, None)?;
        Ok((function.uid == uid).then_some((permit, function)))
    }
}

fn tried(invoked: Result<Invoked, Error>) -> Result<Tried, Error> {
    match invoked {
        Ok(Invoked { end: InvocationEnd::Answered(_), .. }) => Ok(Tried::Done),
        Ok(_) => Ok(Tried::Failed),
        Err(Error::Throttled { .. }) => Ok(Tried::Throttled),
        Err(error) => Err(error),
    }
}

fn tell(event: &Event, cause: &str) {
    let (request_id, function) = (event.request, event.named.arn());
    tracing::error!(target: "keepwell::operator", %request_id, function, cause, "an event was not delivered");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_wait_as_long_as_there_is_room_for_all_of_them() {
        let (queue, large) = (Queue::default(), Bytes::from(vec![b' '; 1 << 20]));
        let mut places: Vec<Place> = (0..64).map(|_| queue.reserve(&large).unwrap()).collect();
        assert!(matches!(queue.reserve(&large), Err(Error::Throttled { .. })));
        // What has no size has a place all the same.
        let empty = (64..EVENTS_MAX).map(|_| queue.reserve(&Bytes::new()).unwrap());
        places.extend(empty);
        assert!(queue.reserve(&Bytes::new()).is_err());
        drop(places.swap_remove(0));
        assert!(queue.reserve(&large).is_ok());
    }
}
