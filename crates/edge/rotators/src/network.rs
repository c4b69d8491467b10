//! Where rotators may connect to. A name is resolved once, what it means is checked, and only that is dialled: a name that
//! changes its meaning in between gains nothing.

mod allowed;
mod forbidden;

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
use tokio::{net::TcpStream, time::timeout};

pub use allowed::{AllowedTarget, InvalidTarget};

use crate::{failure::Failure, settings::NetworkSettings};

/// The way out.
pub(crate) struct Network {
    settings: NetworkSettings,
    own_listeners: RwLock<Vec<SocketAddr>>,
    steps_at_work: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// Secrets whose step found no place, and where: they are turned away again before anything is read for them.
    turned_away: Mutex<HashMap<String, IpAddr>>,
}

/// More wait nowhere; to forget them costs some reads.
const TURNED_AWAY_MAX: usize = 10_000;

/// One step's use of the network: it counts once for each address, however often it connects there.
pub(crate) struct Visit<'a> {
    network: &'a Network,
    places: Mutex<Vec<Place>>,
    /// Where there was no place for this one.
    full: Mutex<Option<IpAddr>>,
}

/// A place among the steps at work at an address.
struct Place {
    address: IpAddr,
    steps_at_work: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Addresses of a host that may be dialled; there is one at least.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    addresses: Vec<SocketAddr>,
    connect_timeout: Duration,
}

impl Network {
    pub(crate) fn new(settings: NetworkSettings) -> Self {
        Self {
            settings,
            own_listeners: RwLock::default(),
            steps_at_work: Arc::default(),
            turned_away: Mutex::default(),
        }
    }

    /// The server's own doors: nobody rotates a password there.
    pub(crate) fn listens_at(&self, listeners: &[SocketAddr]) {
        self.own_listeners.write().extend_from_slice(listeners);
    }

    pub(crate) fn visit(&self) -> Visit<'_> {
        Visit { network: self, places: Mutex::default(), full: Mutex::default() }
    }

    /// Was the secret's last step turned away, from where there is still no place?
    pub(crate) fn would_turn_away(&self, secret_arn: &str) -> bool {
        let Some(address) = self.turned_away.lock().get(secret_arn).copied() else { return false };
        self.steps_at_work.lock().get(&address).is_some_and(|count| *count >= self.settings.steps_per_host)
    }

    /// How the secret's step came out, for the next one.
    pub(crate) fn remember(&self, secret_arn: &str, visit: &Visit<'_>) {
        let full = visit.full.lock().take();
        let mut turned_away = self.turned_away.lock();
        match full {
            Some(address) => {
                if turned_away.len() >= TURNED_AWAY_MAX {
                    turned_away.clear();
                }
                turned_away.insert(secret_arn.to_owned(), address);
            }
            None => drop(turned_away.remove(secret_arn)),
        }
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
    /// Where a host is, if rotators may connect there.
    pub(crate) async fn reach(&self, host: &str, port: u16) -> Result<Reached, Failure> {
        let found = self.network.resolve(host, port).await?;
        // One that is refused refuses all: a host that is half inside is no host to send a password to.
        if let Some(reason) = found.iter().find_map(|address| self.network.refusal(host, *address)) {
            return Err(Failure::new(format!("rotators do not connect to {host}:{port}: {reason}")));
        }
        if let Some(address) = found.first() {
            self.take_place(host, address.ip())?;
        }
        Ok(Reached { addresses: found, connect_timeout: self.network.settings.connect_timeout })
    }

    fn take_place(&self, host: &str, address: IpAddr) -> Result<(), Failure> {
        let address = address.to_canonical();
        let mut places = self.places.lock();
        if places.iter().any(|place| place.address == address) {
            return Ok(());
        }
        let mut at_work = self.network.steps_at_work.lock();
        let count = at_work.entry(address).or_default();
        if *count >= self.network.settings.steps_per_host {
            *self.full.lock() = Some(address);
            return Err(Failure::busy(format!("as many rotations are at work at {host} as may")));
        }
        *count += 1;
        places.push(Place { address, steps_at_work: Arc::clone(&self.network.steps_at_work) });
        Ok(())
    }

    pub(crate) fn settings(&self) -> &NetworkSettings {
        &self.network.settings
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut at_work = self.steps_at_work.lock();
        if let Some(count) = at_work.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                at_work.remove(&self.address);
            }
        }
    }
}

impl Reached {
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Connects to the first address that answers.
    pub(crate) async fn dial(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in &self.addresses {
            match timeout(self.connect_timeout, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
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
