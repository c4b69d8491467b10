//! Places for attempts: so many are at work at once.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Clone)]
pub(crate) struct Places(Arc<Semaphore>);

/// Held by whoever is at work.
pub(crate) struct Place {
    places: Places,
    held: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS))))
    }

    pub(crate) fn free(&self) -> usize {
        self.0.available_permits()
    }

    pub(crate) async fn take(&self) -> Place {
        // It is never closed.
        Place { places: self.clone(), held: Arc::clone(&self.0).acquire_owned().await.ok() }
    }
}

impl Place {
    /// Lets others work meanwhile.
    pub(crate) async fn leave_for(&mut self, time: Duration) {
        self.held = None;
        tokio::time::sleep(time).await;
        self.held = self.places.take().await.held;
    }
}
