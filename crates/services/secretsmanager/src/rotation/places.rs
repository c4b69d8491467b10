//! Places for attempts: so many are at work at once, on the whole server and at one host. Whoever waits is served in the
//! order of asking, and keeps nobody from working elsewhere.

mod hosts;

use std::{net::IpAddr, sync::Arc, time::Duration};

use contract::Answer;
use facades::HostPlaces;
use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use self::hosts::Hosts;

#[derive(Clone)]
pub(crate) struct Places {
    server: Arc<Semaphore>,
    hosts: Arc<Hosts>,
}

/// What one attempt has: a place on the server while it is at work, and one at each host that it came to, until it ends.
pub(crate) struct Place {
    places: Places,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    server: Option<OwnedSemaphorePermit>,
    hosts: Vec<(IpAddr, OwnedSemaphorePermit)>,
    waited: Duration,
    waits_since: Option<Instant>,
}

impl Places {
    pub(crate) fn new(count: usize, count_per_host: usize) -> Self {
        Self { server: Arc::new(hosts::semaphore(count)), hosts: Arc::new(Hosts::new(count_per_host)) }
    }

    pub(crate) fn free(&self) -> usize {
        self.server.available_permits()
    }

    pub(crate) async fn take(&self) -> Place {
        let server = self.at_server().await;
        Place { places: self.clone(), held: Mutex::new(Held { server, ..Held::default() }) }
    }

    async fn at_server(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.server).acquire_owned().await.ok()
    }
}

impl Place {
    /// Lets others work meanwhile.
    pub(crate) async fn leave_for(&self, time: Duration) {
        self.leave(tokio::time::sleep(time)).await;
    }

    /// How long was waited for places since this was asked last.
    pub(crate) fn take_waited(&self) -> Duration {
        let mut held = self.held.lock();
        let mut waited = std::mem::take(&mut held.waited);
        if let Some(since) = &mut held.waits_since {
            waited += since.elapsed();
            *since = Instant::now();
        }
        waited
    }

    async fn leave<T>(&self, until: impl Future<Output = T>) -> T {
        {
            let mut held = self.held.lock();
            held.server = None;
            held.waits_since = Some(Instant::now());
        }
        let came = until.await;
        let server = self.places.at_server().await;
        let mut held = self.held.lock();
        held.server = server;
        let waited = held.waits_since.take().map(|since| since.elapsed());
        held.waited += waited.unwrap_or_default();
        came
    }

    fn is_at(&self, host: IpAddr) -> bool {
        self.held.lock().hosts.iter().any(|(at, _)| *at == host)
    }

    async fn take_at(&self, host: IpAddr) {
        if self.is_at(host) {
            return;
        }
        let places = self.places.hosts.of(host);
        let place = match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => Some(place),
            Err(_) => {
                // Who waits at one host keeps no place at another: two who did could wait for each other.
                self.held.lock().hosts.clear();
                self.leave(places.acquire_owned()).await.ok()
            }
        };
        self.held.lock().hosts.extend(place.map(|place| (host, place)));
    }
}

impl HostPlaces for Place {
    fn take(&self, host: IpAddr) -> Answer<'_, ()> {
        Box::pin(self.take_at(host.to_canonical()))
    }
}

#[cfg(test)]
mod tests;
