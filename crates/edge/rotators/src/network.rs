//! Where rotators may connect to. A name is resolved once, what it means is checked, and only that is dialled: a name that
//! changes its meaning in between gains nothing.

mod allowed;
mod bounded;
mod forbidden;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use facades::HostPlaces;
use parking_lot::RwLock;
use tokio::{net::TcpStream, time::timeout};

pub use allowed::{AllowedTarget, InvalidTarget};
pub(crate) use bounded::Bounded;

use crate::{failure::Failure, settings::NetworkSettings};

/// The way out.
pub(crate) struct Network {
    settings: NetworkSettings,
    own_listeners: RwLock<Vec<SocketAddr>>,
}

/// One step's use of the network.
pub(crate) struct Visit<'a> {
    network: &'a Network,
    /// None where a login is tried outside of any attempt.
    places: Option<&'a dyn HostPlaces>,
    was_turned_away: AtomicBool,
}

/// Addresses of a host that may be dialled; there is one at least.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    addresses: Vec<SocketAddr>,
    connect_timeout: Duration,
}

impl Network {
    pub(crate) fn new(settings: NetworkSettings) -> Self {
        Self { settings, own_listeners: RwLock::default() }
    }

    /// The server's own doors: nobody rotates a password there.
    pub(crate) fn listens_at(&self, listeners: &[SocketAddr]) {
        self.own_listeners.write().extend_from_slice(listeners);
    }

    pub(crate) fn visit<'a>(&'a self, places: Option<&'a dyn HostPlaces>) -> Visit<'a> {
        Visit { network: self, places, was_turned_away: AtomicBool::new(false) }
    }

    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let looked_up = timeout(self.settings.connect_timeout, tokio::net::lookup_host((host, port))).await;
        let found: Vec<SocketAddr> = match looked_up {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        if found.is_empty() {
            return Err(Failure::new(format!("the host {host} does not resolve")));
        }
        Ok(found)
    }

    /// The reason why nobody connects there, if there is one.
    fn refusal(&self, host: &str, address: SocketAddr) -> Option<&'static str> {
        if forbidden::is_one_of(address, &self.own_listeners.read()) {
            return Some("it is the server's own");
        }
        let allowed = &self.settings.allowed;
        if let Some(reason) = forbidden::reason(address.ip())
            && !allowed.iter().any(|target| target.names_forbidden(address))
        {
            return Some(reason);
        }
        let is_allowed = allowed.is_empty() || allowed.iter().any(|target| target.admits(host, address));
        (!is_allowed).then_some("it is not among the targets that the configuration allows")
    }
}

impl Visit<'_> {
    /// Where a host is, if rotators may connect there and there is a place.
    pub(crate) async fn reach(&self, host: &str, port: u16) -> Result<Reached, Failure> {
        let addresses = self.network.resolve(host, port).await?;
        // One that is refused refuses all: a host that is half inside is no host to send a password to.
        if let Some(reason) = addresses.iter().find_map(|address| self.network.refusal(host, *address)) {
            return Err(Failure::new(format!("rotators do not connect to {host}:{port}: {reason}")));
        }
        // Names may be resolved in another order each time.
        let least = addresses.iter().map(SocketAddr::ip).min();
        if let (Some(places), Some(address)) = (self.places, least)
            && !places.take(address)
        {
            self.was_turned_away.store(true, Ordering::Relaxed);
            return Err(Failure::new(format!("as many rotations are at work at {host} as may")));
        }
        Ok(Reached { addresses, connect_timeout: self.network.settings.connect_timeout })
    }

    /// Did the step miss a place somewhere? Then its failure says nothing.
    pub(crate) fn was_turned_away(&self) -> bool {
        self.was_turned_away.load(Ordering::Relaxed)
    }

    pub(crate) fn settings(&self) -> &NetworkSettings {
        &self.network.settings
    }
}

impl Reached {
    /// Connects to the first address that answers.
    pub(crate) async fn dial(&self) -> io::Result<Bounded<TcpStream>> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in &self.addresses {
            match timeout(self.connect_timeout, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(Bounded::new(stream));
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests;
