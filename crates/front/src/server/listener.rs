//! Takes ports, accepts connections, and drains them when told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::body::Bodies;
use super::connection::attend;
use super::lanes::Lanes;
use super::roster::Roster;
use super::tls::Tls;
use super::{Application, Limits, Settings, TlsError, TlsReloader};

/// Connections the kernel keeps until we accept them.
const BACKLOG: u32 = 4096;
/// Descriptors left to everything that is no connection: the store, the trail, logs, listeners.
const DESCRIPTORS_KEPT: u64 = 64;
const CERTIFICATE_LOOKED_AT_EVERY: Duration = Duration::from_secs(5);
const CUT_TAKES_AT_MOST: Duration = Duration::from_secs(1);

/// Ports that are taken and not yet served: clients may already connect, they wait.
pub struct Bound {
    doors: Vec<(SocketAddr, TcpListener)>,
    tls: Option<Tls>,
    lanes: Lanes,
    settings: Settings,
}

#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("cannot listen on {address}: {source}")]
    Address { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot start threads: {0}")]
    Threads(io::Error),
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainReport {
    /// Connections that were open when the server was told to stop.
    pub connections: usize,
    /// Of these, the ones that were still there when the time was over.
    pub connections_cut: usize,
    /// Requests that never got their answer.
    pub requests_cut: u64,
}

/// Reads the certificate and takes the ports.
///
/// # Errors
/// When a port is taken or forbidden, or the certificate and its key are not fit for use.
pub async fn bind(settings: Settings) -> Result<Bound, BindError> {
    let tls = settings.tls.as_ref().map(|files| Tls::load(files, &settings.limits)).transpose()?;
    let mut doors = Vec::new();
    for &address in &settings.listen {
        let listener = listen(address).map_err(|source| BindError::Address { address, source })?;
        let address = listener.local_addr().map_err(|source| BindError::Address { address, source })?;
        doors.push((address, listener));
    }
    let lanes = Lanes::start(settings.threads).map_err(BindError::Threads)?;
    Ok(Bound { doors, tls, lanes, settings })
}

impl Bound {
    /// Where the server listens, with the ports that the system chose for port 0.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.doors.iter().map(|(address, _)| *address).collect()
    }

    /// Reads the certificate anew on demand. It is also read when its files change.
    pub fn tls(&self) -> Option<TlsReloader> {
        self.tls.as_ref().map(Tls::reloader)
    }
}

/// Answers until `shutdown` resolves, then drains: nobody is let in, running requests are answered, and what is not
/// done within the drain timeout is cut.
pub async fn serve<A: Application>(
    bound: Bound,
    application: Arc<A>,
    shutdown: impl Future<Output = ()>,
) -> DrainReport {
    let Bound { doors, tls, lanes, settings: Settings { limits, drain_timeout, .. } } = bound;
    let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let edge = Arc::new(Edge {
        application,
        http: http(&limits),
        roster: Roster::new(connections_allowed(limits.connections_max, descriptors)),
        bodies: Bodies::of(&limits),
        tls,
        limits,
        lanes,
    });

    let mut porters = JoinSet::new();
    for (address, listener) in doors {
        porters.spawn(accept(Arc::clone(&edge), address, listener));
    }
    let mut keepers = JoinSet::new();
    keepers.spawn(sweep(Arc::clone(&edge)));
    if let Some(reloader) = edge.tls.as_ref().map(Tls::reloader) {
        keepers.spawn(watch(reloader));
    }

    shutdown.await;
    porters.shutdown().await;
    let connections = edge.roster.drain();
    let is_drained = timeout(drain_timeout, edge.roster.emptied()).await.is_ok();
    let (connections_cut, requests_cut) = if is_drained { (0, 0) } else { edge.roster.cut() };
    // A connection that is inside the application's code right now cannot be interrupted, only left behind.
    let _ = timeout(CUT_TAKES_AT_MOST, edge.roster.emptied()).await;
    DrainReport { connections, connections_cut, requests_cut }
}

/// What all connections of a server share.
pub(super) struct Edge<A> {
    pub(super) application: Arc<A>,
    pub(super) http: auto::Builder<TokioExecutor>,
    pub(super) roster: Arc<Roster>,
    pub(super) bodies: Bodies,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
    lanes: Lanes,
}

/// HTTP as we speak it. hyper's own timeouts stay off: the roster's sweep keeps time.
fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let header_bytes_max = limits.header_bytes_max.max(8 * 1024);
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .half_close(true)
        .header_read_timeout(None)
        // A lossless conversion on every platform we support; where it is not, the limit is hyper's largest.
        .max_buf_size(usize::try_from(header_bytes_max).unwrap_or(usize::MAX));
    http.http2()
        .max_header_list_size(header_bytes_max)
        .max_concurrent_streams(limits.http2_streams_max)
        .max_pending_accept_reset_streams(limits.http2_resets_max)
        // What a connection may have sent that nobody asked for yet: a whole small request per stream, four at once.
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(256 * 1024);
    http
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for the old connections' last packets.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// As many connections as asked for, if the process may open that many descriptors.
fn connections_allowed(connections_max: usize, descriptors: Option<u64>) -> usize {
    let Some(descriptors) = descriptors else { return connections_max };
    let possible = usize::try_from(descriptors.saturating_sub(DESCRIPTORS_KEPT)).unwrap_or(usize::MAX).max(1);
    if possible < connections_max {
        tracing::warn!(
            connections_max,
            descriptors,
            "fewer connections than configured: raise the limit on open files"
        );
    }
    connections_max.min(possible)
}

async fn accept<A: Application>(edge: Arc<Edge<A>>, local: SocketAddr, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => admit(&edge, stream, peer, local),
            Err(error) if is_about_one_connection(&error) => (),
            Err(error) => {
                // Out of descriptors or memory: what is open must close before more can come in.
                tracing::warn!(%error, "cannot accept connections");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn admit<A: Application>(edge: &Arc<Edge<A>>, stream: TcpStream, peer: SocketAddr, door: SocketAddr) {
    // Without a seat the stream is dropped, which closes it: a client that learns so at once can go elsewhere.
    if let Some(seat) = edge.roster.take_seat() {
        // The door may be 0.0.0.0; the connection's own end is a real address.
        let local = stream.local_addr().unwrap_or(door);
        let attending = Arc::clone(edge);
        edge.lanes.put(stream, move |stream| attend(attending, seat, stream, peer, local));
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn sweep<A: Application>(edge: Arc<Edge<A>>) {
    let limits = &edge.limits;
    let shortest = limits.header_timeout.min(limits.idle_timeout).min(limits.write_timeout);
    let between = (shortest / 4).clamp(Duration::from_millis(1), Duration::from_secs(5));
    let mut turns = interval(between);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let turned_away = edge.roster.sweep(limits, between);
        if turned_away > 0 {
            tracing::warn!(turned_away, "too many connections: the newest were closed");
        }
    }
}

async fn watch(reloader: TlsReloader) {
    let mut turns = interval(CERTIFICATE_LOOKED_AT_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let reloader = reloader.clone();
        // Reading files blocks; the outcome, good or bad, is logged by the reloader itself.
        let _ = tokio::task::spawn_blocking(move || reloader.reload_if_changed()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_rest_of_the_server() {
        assert_eq!(connections_allowed(10_000, Some(1024)), 960);
        assert_eq!(connections_allowed(500, Some(1024)), 500);
        assert_eq!(connections_allowed(10_000, None), 10_000);
        assert_eq!(connections_allowed(10_000, Some(0)), 1);
    }
}
