//! What a single client may ask of the server.

use std::num::NonZeroU32;
use std::time::Duration;

use super::quantity::Bytes;
use super::setting::settings;

settings! {
    pub struct Limit {
        /// Bytes of a request's body.
        "limit.body_bytes" => body_bytes: Bytes = Bytes::mib(1),
        /// Bytes of all bodies that are being received at once.
        "limit.bodies_bytes" => bodies_bytes: Bytes = Bytes::mib(256),
        /// Bytes of a request's headers.
        "limit.header_bytes" => header_bytes: Bytes = Bytes::kib(32),
        /// Connections open at once; those beyond are closed. Never more than the file descriptors allow.
        "limit.connections" => connections: NonZeroU32 = nonzero(10_000),
        /// Requests at once on one HTTP/2 connection.
        "limit.streams_per_connection" => streams_per_connection: NonZeroU32 = nonzero(128),
        /// Time for a TLS handshake and a request's headers to arrive.
        "limit.header_timeout" => header_timeout: Duration = Duration::from_secs(10),
        /// Time for a request's body to arrive.
        "limit.body_timeout" => body_timeout: Duration = Duration::from_secs(20),
        /// Time that a client may take to accept an answer.
        "limit.write_timeout" => write_timeout: Duration = Duration::from_secs(30),
        /// Time that a connection may stay open without a request. Longer than SDKs and load balancers keep one, so that
        /// the side that sends requests is the side that closes.
        "limit.idle_timeout" => idle_timeout: Duration = Duration::from_secs(400),
        /// Time that running requests have to end after SIGTERM.
        "limit.drain_timeout" => drain_timeout: Duration = Duration::from_secs(25),
    }
}

fn nonzero(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// A limit of nothing would turn every client away.
pub(super) fn check(limit: &Limit) -> Result<(), String> {
    // hyper needs no less, and header lists beyond a mebibyte are no client's.
    if !(Bytes::kib(8)..=Bytes::mib(1)).contains(&limit.header_bytes) {
        return Err("limit.header_bytes: expected 8 KiB to 1 MiB".to_owned());
    }
    // A body is held in memory whole.
    if !(Bytes::kib(1)..=Bytes::mib(1024)).contains(&limit.body_bytes) {
        return Err("limit.body_bytes: expected 1 KiB to 1 GiB".to_owned());
    }
    if limit.bodies_bytes < limit.body_bytes {
        return Err("limit.bodies_bytes: expected limit.body_bytes or more".to_owned());
    }
    let times = [
        ("limit.header_timeout", limit.header_timeout),
        ("limit.body_timeout", limit.body_timeout),
        ("limit.write_timeout", limit.write_timeout),
        ("limit.idle_timeout", limit.idle_timeout),
    ];
    match times.iter().find(|(_, time)| time.is_zero()) {
        Some((key, _)) => Err(format!("{key}: expected more than no time at all")),
        None => Ok(()),
    }
}
