//! Places for attempts: so many are at work at once, on the whole server and at one host. Whoever waits is served in the
//! order of asking, and keeps nobody from working elsewhere.

mod hosts;

use std::{net::IpAddr, sync::Arc, time::Duration};

use facades::HostPlaces;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
    /// Where there was none for it.
    wanted: Option<IpAddr>,
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
    /// Waits until the host has a place that did not have one, or for this time where it was no host that was busy. Others
    /// work meanwhile.
    pub(crate) async fn wait(&self, time: Duration) {
        let wanted = {
            let mut held = self.held.lock();
            held.server = None;
            // Who waits at one host keeps no place at another: two who did could wait for each other.
            held.hosts.clear();
            held.wanted.take()
        };
        match wanted {
            Some(host) => {
                let place = self.places.hosts.of(host).acquire_owned().await.ok();
                self.held.lock().hosts.extend(place.map(|place| (host, place)));
            }
            None => tokio::time::sleep(time).await,
        }
        let server = self.places.at_server().await;
        self.held.lock().server = server;
    }
}

impl HostPlaces for Place {
    fn take(&self, host: IpAddr) -> bool {
        let (host, mut held) = (host.to_canonical(), self.held.lock());
        if held.hosts.iter().any(|(at, _)| *at == host) {
            return true;
        }
        // Never one that somebody waits for.
        let place = self.places.hosts.of(host).try_acquire_owned().ok();
        held.wanted = place.is_none().then_some(host);
        held.hosts.extend(place.map(|place| (host, place)));
        held.wanted.is_none()
    }
}

#[cfg(test)]
mod tests;
