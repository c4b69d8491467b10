//! What the operator decides about the edge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// One server: where it listens and how much it puts up with.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: Vec<SocketAddr>,
    /// Without it the listeners speak plaintext.
    pub tls: Option<TlsFiles>,
    pub limits: Limits,
    /// Threads that connections live on, at least one.
    pub threads: usize,
    /// How long running requests may take to end once the server is told to stop.
    pub drain_timeout: Duration,
}

/// A certificate chain and its private key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    /// Refused when anyone but its owner can read it.
    pub key: PathBuf,
}

/// Bounds on what clients may cost before they have proved who they are.
///
/// The timeouts are watched by a sweep that looks at every connection four times within the shortest of them, so a
/// connection may outlive its limit by a quarter of that.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The request line and all headers together. Below 8 KiB it counts as 8 KiB. More than 100 headers are refused
    /// too (HTTP/1.1).
    pub header_bytes_max: u32,
    /// One body. Few requests may be longer; see [`Application::body_bytes_max`](super::Application::body_bytes_max).
    pub body_bytes_max: u32,
    /// All bodies that are being collected or answered, except those small enough to come with their head. What is
    /// longer than `body_bytes_max` takes three quarters of it at most, so that all other requests are served meanwhile.
    pub bodies_bytes_max: usize,
    /// From the accepted connection (TLS handshake included), or the first byte of a later request, to its last header.
    pub header_timeout: Duration,
    /// From the last header to the last byte of the body. A long body has a second more for each MiB that has come.
    pub body_timeout: Duration,
    /// Between two requests. While nine tenths of `connections_max` are taken, `header_timeout` applies instead.
    pub idle_timeout: Duration,
    /// How long a client may take none of an answer that is waiting for it.
    pub write_timeout: Duration,
    /// Further connections are closed as soon as they are accepted. Never more than the file descriptors allow.
    pub connections_max: usize,
    /// TLS handshakes past their first message; others wait their turn.
    pub handshakes_in_flight_max: usize,
    pub http2_streams_max: u32,
    /// Streams that a client reset before they were looked at ("rapid reset", CVE-2023-44487); one more ends the
    /// connection.
    pub http2_resets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes_max: 32 * 1024,
            body_bytes_max: 1024 * 1024,
            bodies_bytes_max: 256 * 1024 * 1024,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            // Longer than any SDK keeps a connection (.NET: two minutes) and than an AWS network load balancer does
            // (350 s): the side that sends requests should be the side that closes, else a request meets a closed door.
            idle_timeout: Duration::from_secs(400),
            write_timeout: Duration::from_secs(30),
            connections_max: 10_000,
            handshakes_in_flight_max: 512,
            http2_streams_max: 128,
            http2_resets_max: 20,
        }
    }
}

impl Settings {
    /// The default limits on these addresses, plaintext.
    pub fn plain(listen: Vec<SocketAddr>) -> Self {
        Self { listen, tls: None, limits: Limits::default(), threads: 2, drain_timeout: Duration::from_secs(25) }
    }
}
