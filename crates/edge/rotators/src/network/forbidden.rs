//! Addresses at which nobody's database is, and at which a request from this machine may do harm.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Where clouds tell machines who they are, outside of link-local networks.
const METADATA: [IpAddr; 4] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];

/// The reason why no rotator connects there by default. Private networks and this machine are where databases are.
pub(super) fn reason(address: IpAddr) -> Option<&'static str> {
    meanings(address).find_map(reason_of_meaning)
}

fn reason_of_meaning(address: IpAddr) -> Option<&'static str> {
    if METADATA.contains(&address) {
        return Some("it is a cloud's metadata service");
    }
    if address.is_unspecified() {
        return Some("it is no address of one machine");
    }
    if address.is_multicast() {
        return Some("it is a multicast address");
    }
    match address {
        IpAddr::V4(v4) if v4.is_link_local() => Some("it is a link-local address"),
        IpAddr::V4(v4) if v4.is_broadcast() || v4.octets().first() == Some(&0) => {
            Some("it is no address of one machine")
        }
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some("it is a link-local address"),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// The address, and those that packets to it may arrive at: IPv4 hides in IPv6 in several ways.
fn meanings(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let address = address.to_canonical();
    let hidden = match address {
        IpAddr::V4(_) => Vec::new(),
        IpAddr::V6(v6) => hidden(v6),
    };
    std::iter::once(address).chain(hidden.into_iter().map(IpAddr::V4))
}

fn hidden(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    match address.segments() {
        // This machine, and no address at all.
        [0, 0, 0, 0, 0, 0, 0, _] => Vec::new(),
        // NAT64, addresses translated without a state (SIIT), and those of the kind that came before the mapped ones.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => {
            vec![v4(high, low)]
        }
        // 6to4.
        [0x2002, high, low, ..] => vec![v4(high, low)],
        // NAT64 in a network's own way (RFC 8215): how long the prefix is, only that network knows (RFC 6052).
        [0x64, 0xff9b, 1, ..] => in_prefixes(address),
        _ => Vec::new(),
    }
}

/// What prefixes of 48, 56, 64 and 96 bits are followed by, without the byte that RFC 6052 leaves empty.
fn in_prefixes(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let [_, _, _, _, _, _, a, b, _, c, d, e, w, x, y, z] = address.octets();
    let every = [[a, b, c, d], [b, c, d, e], [c, d, e, w], [w, x, y, z]];
    // One that begins with nothing is read at the wrong place.
    every.into_iter().filter(|octets| octets.first() != Some(&0)).map(Ipv4Addr::from).collect()
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

/// Is it one of these listeners? One that listens at every address listens at all that this machine has.
pub(super) fn is_one_of(address: SocketAddr, listeners: &[SocketAddr]) -> bool {
    listeners.iter().filter(|listener| listener.port() == address.port()).any(|listener| {
        let own = listener.ip().to_canonical();
        meanings(address.ip()).any(|ip| own == ip || (own.is_unspecified() && is_of_this_machine(ip)))
    })
}

/// Only an address of this machine can be bound.
fn is_of_this_machine(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason_of(address: &str) -> Option<&'static str> {
        reason(address.parse().unwrap())
    }

    #[test]
    fn metadata_link_local_and_multicast_are_refused_in_every_disguise() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::ffff:0:169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:2:3:4:169.254.169.254",
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:a9:fe:a9fe::",
            "64:ff9b:1:2:a9:fea9:fe00:0",
            "::169.254.169.254",
            "169.254.1.1",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "224.0.0.1",
            "ff02::1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "255.255.255.255",
        ] {
            assert!(reason_of(address).is_some(), "{address}");
        }
    }

    #[test]
    fn databases_live_in_private_networks_and_on_this_machine() {
        for address in [
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "192.168.1.1",
            "172.16.0.1",
            "fd12::1",
            "8.8.8.8",
            "2001:db8::1",
            "64:ff9b::a01:203",
            "64:ff9b:1::a01:203",
        ] {
            assert_eq!(reason_of(address), None, "{address}");
        }
    }

    #[test]
    fn an_open_listener_is_at_every_address_of_this_machine() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let open = [at("0.0.0.0:8443")];
        assert!(is_one_of(at("127.0.0.1:8443"), &open));
        assert!(is_one_of(at("127.9.9.9:8443"), &open));
        assert!(is_one_of(at("[::1]:8443"), &open));
        assert!(is_one_of(at("[::ffff:127.0.0.1]:8443"), &open));
        assert!(is_one_of(at("[64:ff9b::127.0.0.1]:8443"), &open));
        assert!(is_one_of(at("[2002:7f00:1::]:8443"), &open));
        assert!(is_one_of(at("[::ffff:0:192.0.2.7]:8443"), &[at("192.0.2.7:8443")]));
        assert!(is_one_of(at("[64:ff9b:1::192.0.2.7]:8443"), &[at("192.0.2.7:8443")]));
        assert!(!is_one_of(at("127.0.0.1:5432"), &open));
        assert!(!is_one_of(at("192.0.2.7:8443"), &open), "an address of documentation is no machine's");
        assert!(is_one_of(at("192.0.2.7:8443"), &[at("192.0.2.7:8443")]));
    }
}
