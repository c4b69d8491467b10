//! What is known of a request before anybody believes it.

use std::net::IpAddr;

use http::HeaderValue;
use terms::{Clock, Entropy, EventId, RequestId, Timestamp};

/// One request's circumstances: its ids, its time, and where it came from. The trail writes them down.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub request_id: RequestId,
    pub event_id: EventId,
    /// Read once: everything that the request does happens at this time.
    pub received_at: Timestamp,
    pub source_ip: IpAddr,
    pub user_agent: Option<HeaderValue>,
    pub referer: Option<HeaderValue>,
    pub host: Option<HeaderValue>,
    pub tls: Option<TlsContext>,
}

#[derive(Debug, Clone)]
pub struct TlsContext {
    pub version: &'static str,
    pub cipher_suite: &'static str,
}

impl RequestContext {
    pub fn begin(clock: &dyn Clock, entropy: &dyn Entropy, source_ip: IpAddr) -> Self {
        Self {
            request_id: RequestId::random(entropy),
            event_id: EventId::random(entropy),
            received_at: clock.now(),
            source_ip,
            user_agent: None,
            referer: None,
            host: None,
            tls: None,
        }
    }
}
