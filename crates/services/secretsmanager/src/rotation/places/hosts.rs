//! The hosts where attempts are at work, or wait for a place.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// A host is known as long as somebody has a place there or waits for one.
pub(super) struct Hosts {
    count_each: usize,
    known: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
}

impl Hosts {
    pub(super) fn new(count_each: usize) -> Self {
        Self { count_each, known: Mutex::default() }
    }

    /// Its places: whoever asks gets one in turn.
    pub(super) fn of(&self, host: IpAddr) -> Arc<Semaphore> {
        let mut known = self.known.lock();
        if let Some(places) = known.get(&host).and_then(Weak::upgrade) {
            return places;
        }
        known.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(semaphore(self.count_each));
        known.insert(host, Arc::downgrade(&places));
        places
    }
}

pub(super) fn semaphore(count: usize) -> Semaphore {
    Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS))
}
