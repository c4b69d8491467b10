//! A target that an operator allows: a network or a host name, with or without a port.

use std::{fmt, net::SocketAddr, str::FromStr};

use ipnet::IpNet;

use super::forbidden;

/// `10.0.0.0/8`, `10.1.2.3:5432`, `[fd00::/8]:5432`, `db.example.com`, `*.example.com:5432`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedTarget {
    host: Host,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Network(IpNet),
    Name(String),
    /// Every name that ends so; begins with the dot.
    Suffix(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a network nor a host name, such as 10.0.0.0/8, db.example.com or *.example.com:5432")]
pub struct InvalidTarget(String);

impl AllowedTarget {
    pub(super) fn admits(&self, host: &str, address: SocketAddr) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_there = match &self.host {
            Host::Network(network) => network.contains(&address.ip().to_canonical()),
            Host::Name(name) => *name == host,
            Host::Suffix(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        };
        is_there && self.port.is_none_or(|port| port == address.port())
    }

    /// Was it meant, although nobody's database is there? A wide network was not meant so, nor was a name.
    pub(super) fn names_forbidden(&self, address: SocketAddr) -> bool {
        let Host::Network(network) = self.host else { return false };
        // No wider than the link-local networks.
        let widest = if network.addr().is_ipv4() { 16 } else { 10 };
        let is_forbidden = |address| forbidden::reason(address).is_some();
        let is_narrow =
            network.prefix_len() >= widest && is_forbidden(network.network()) && is_forbidden(network.broadcast());
        is_narrow && self.admits("", address)
    }
}

impl FromStr for AllowedTarget {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let invalid = || InvalidTarget(text.to_owned());
        if let Some(host) = parse_host(text) {
            return Ok(Self { host, port: None });
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bare {
            Some(bare) => parse_network(bare),
            // Where a port begins cannot be told from an address without brackets.
            None => parse_host(host).filter(|_| !host.contains(':')),
        };
        Ok(Self { host: host.ok_or_else(invalid)?, port: Some(port) })
    }
}

impl fmt::Display for AllowedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Network(network) if self.port.is_some() => write!(f, "[{network}]")?,
            Host::Network(network) => write!(f, "{network}")?,
            Host::Name(name) => f.write_str(name)?,
            Host::Suffix(suffix) => write!(f, "*{suffix}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn parse_host(text: &str) -> Option<Host> {
    parse_network(text).or_else(|| parse_name(text))
}

fn parse_network(text: &str) -> Option<Host> {
    let network = text.parse::<IpNet>().ok().or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))?;
    Some(Host::Network(network.trunc()))
}

fn parse_name(text: &str) -> Option<Host> {
    let name = text.to_ascii_lowercase();
    let (name, is_suffix) = name.strip_prefix("*.").map_or((name.as_str(), false), |name| (name, true));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let is_name = name.split('.').all(is_label) && !name.split('.').all(|label| label.parse::<u32>().is_ok());
    is_name.then(|| if is_suffix { Host::Suffix(format!(".{name}")) } else { Host::Name(name.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(target: &str, host: &str, address: &str) -> bool {
        target.parse::<AllowedTarget>().unwrap().admits(host, address.parse().unwrap())
    }

    #[test]
    fn a_network_admits_its_addresses() {
        assert!(admits("10.0.0.0/8", "db", "10.1.2.3:5432"));
        assert!(admits("10.0.0.0/8", "db", "[::ffff:10.1.2.3]:5432"));
        assert!(!admits("10.0.0.0/8", "db", "11.1.2.3:5432"));
        assert!(admits("10.1.2.3:5432", "db", "10.1.2.3:5432"));
        assert!(!admits("10.1.2.3:5432", "db", "10.1.2.3:5433"));
        assert!(admits("[fd00::/8]:5432", "db", "[fd12::1]:5432"));
        assert!(admits("fd00::/8", "db", "[fd12::1]:1"));
    }

    #[test]
    fn a_name_admits_itself_and_a_suffix_what_is_below_it() {
        let at = "10.1.2.3:5432";
        assert!(admits("DB.example.com", "db.EXAMPLE.com.", at));
        assert!(!admits("db.example.com", "xdb.example.com", at));
        assert!(admits("*.example.com:5432", "a.b.example.com", at));
        assert!(!admits("*.example.com", "example.com", at));
        assert!(!admits("*.example.com", "badexample.com", at));
        assert!(!admits("*.example.com:1", "a.example.com", at));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in
            ["", "*", "10.0.0.0/33", "db:0", "db:70000", "a b", "*.*.com", "300.1.1.1", "db.example.com/8", ":1"]
        {
            assert!(text.parse::<AllowedTarget>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_target_is_displayed_as_it_is_parsed() {
        for text in ["10.0.0.0/8", "[fd00::/8]:5432", "db.example.com", "*.example.com:5432", "[10.1.2.3/32]:5432"] {
            assert_eq!(text.parse::<AllowedTarget>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_a_network_that_means_it_opens_what_is_forbidden() {
        let address = "169.254.169.254:80".parse().unwrap();
        for (target, names) in [
            ("169.254.169.254", true),
            ("169.254.0.0/16", true),
            ("0.0.0.0/0", false),
            ("0.0.0.0/8", false),
            ("169.0.0.0/8", false),
            ("metadata", false),
        ] {
            assert_eq!(target.parse::<AllowedTarget>().unwrap().names_forbidden(address), names, "{target}");
        }
    }
}
