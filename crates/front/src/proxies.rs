//! Whom to believe about where a request comes from.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies in front of this server that append the address of their own peer to `X-Forwarded-For`. Of everybody else
/// the header is passed over.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The nearest address on the request's way that is no proxy of ours. What stands before it in the header is hearsay.
    pub(crate) fn source_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        if !self.trusts(nearest) {
            return nearest;
        }
        let hops = headers.get_all(FORWARDED_FOR).iter().flat_map(|value| {
            // A value that is not text ends the way there.
            value.to_str().unwrap_or("?").split(',').map(str::trim)
        });
        let hops: Vec<&str> = hops.collect();
        for hop in hops.into_iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { return nearest };
            nearest = address.to_canonical();
            if !self.trusts(nearest) {
                return nearest;
            }
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        headers
    }

    fn seen(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let networks = trusted.iter().map(|network| network.parse().unwrap()).collect();
        TrustedProxies::new(networks).source_ip(peer.parse().unwrap(), &headers(forwarded)).to_string()
    }

    #[test]
    fn nobody_is_believed_without_being_named() {
        assert_eq!(seen(&[], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(seen(&["10.0.0.0/8"], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_tells_its_own_peer_and_the_rest_is_hearsay() {
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &["1.1.1.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &["1.1.1.1", "203.0.113.9, 10.2.2.2"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.0/8"], "::ffff:10.1.1.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen(&["fd00::/8"], "fd00::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn a_way_that_cannot_be_read_ends_at_the_last_proxy() {
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &["203.0.113.9, unknown"]), "10.1.1.1");
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &["203.0.113.9:443"]), "10.1.1.1");
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &[]), "10.1.1.1");
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.1.1", &["10.9.9.9"]), "10.9.9.9");
    }
}
