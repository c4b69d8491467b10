//! The edge: sockets, TLS, limits, deadlines and the drain. It knows requests, not what they mean.
//!
//! [`bind`] takes the ports, [`serve`] answers on them until it is told to stop. Whatever gets through as a whole
//! request goes to the [`Application`]; what does not is refused with the application's words, or closed.

mod body;
mod certificate;
mod connection;
mod exchange;
mod lanes;
mod listener;
mod roster;
mod settings;
mod socket;
#[cfg(test)]
mod tests;
mod tls;

use std::net::SocketAddr;

use bytes::Bytes;
use http::StatusCode;

pub use certificate::{CertificateError, Issued, issue, names_of_this_machine};
pub use listener::{BindError, Bound, DrainReport, bind, serve};
pub use settings::{Limits, Settings, TlsFiles};
pub use tls::{TlsDetails, TlsError, TlsReloader};

/// What an answer is made of.
pub type Body = http_body_util::Full<Bytes>;

/// What answers. There is one per server.
pub trait Application: Send + Sync + 'static {
    /// Answers one whole request. The path in `head` is as the client wrote it, byte for byte, because it is signed.
    ///
    /// The future is dropped when the client resets its connection or stream; a panic in it becomes
    /// [`Refusal::Internal`].
    fn answer(
        &self,
        connection: &Connection,
        head: http::request::Parts,
        body: Bytes,
    ) -> impl Future<Output = http::Response<Body>> + Send;

    /// How long the body of this request may be, where that is not [`Limits::body_bytes_max`]. Nobody has believed the
    /// request yet.
    fn body_bytes_max(&self, _head: &http::request::Parts) -> Option<u32> {
        None
    }

    /// Puts into the API's words that there is no whole request to answer. The status should be [`Refusal::status`].
    /// Without a head the application has panicked.
    fn refuse(&self, head: Option<&http::request::Parts>, refusal: Refusal) -> http::Response<Body>;

    /// What `/ready` says. A draining server is not ready whatever this is.
    fn readiness(&self) -> Readiness;
}

/// Whether requests get more than a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    Starting,
    /// Until people have come with their shares of the root key.
    Sealed,
}

/// What is known of the connection that a request came on.
#[derive(Debug, Clone)]
pub struct Connection {
    pub peer: SocketAddr,
    pub local: SocketAddr,
    pub tls: Option<TlsDetails>,
}

/// Why the edge refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than it may be, by its own announcement or as it came.
    BodyTooLarge,
    /// Not whole within [`Limits::body_timeout`].
    BodyTooSlow,
    /// Ended early, or not framed as HTTP wants it.
    BodyBroken,
    /// All requests together hold more than [`Limits::bodies_bytes_max`].
    Busy,
    /// CONNECT: this is no proxy.
    Tunnel,
    /// The application panicked.
    Internal,
}

impl Refusal {
    pub fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Tunnel => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
