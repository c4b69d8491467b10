//! Address ranges of conditions.

use std::net::IpAddr;

/// A range of addresses, such as `203.0.113.0/24`. An address alone is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    /// The bits that are fixed; addresses of version 4 are 32 bits wide.
    prefix: u128,
    host_bits: u32,
    is_v4: bool,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => length.parse::<u32>().ok()?,
            Some(_) => return None,
            None => width,
        };
        let host_bits = width.checked_sub(length)?;
        Some(Self { prefix: above(bits(address), host_bits), host_bits, is_v4: address.is_ipv4() })
    }

    /// An address of version 4 that is wrapped in one of version 6 is what it wraps.
    pub(crate) fn contains(&self, text: &str) -> bool {
        let Ok(address) = text.parse::<IpAddr>() else { return false };
        let address = address.to_canonical();
        address.is_ipv4() == self.is_v4 && above(bits(address), self.host_bits) == self.prefix
    }

    /// Has every address of the other.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let more = self.host_bits.checked_sub(other.host_bits);
        self.is_v4 == other.is_v4 && more.is_some_and(|more| above(other.prefix, more) == self.prefix)
    }

    pub(crate) fn is_v4(&self) -> bool {
        self.is_v4
    }

    /// How many of an address's bits are left open.
    pub(crate) fn host_bits(&self) -> u32 {
        self.host_bits
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The bits above the host's.
fn above(bits: u128, host_bits: u32) -> u128 {
    bits.checked_shr(host_bits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address)
    }

    #[test]
    fn a_network_has_the_addresses_that_share_its_prefix() {
        assert!(contains("203.0.113.0/24", "203.0.113.7"));
        assert!(contains("203.0.113.9/24", "203.0.113.7"));
        assert!(contains("203.0.113.7", "203.0.113.7"));
        assert!(contains("203.0.113.7", "::ffff:203.0.113.7"));
        assert!(contains("0.0.0.0/0", "198.51.100.1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("203.0.113.0/24", "203.0.114.7"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(!contains("::/0", "198.51.100.1"));
        assert!(!contains("203.0.113.7", "lambda.amazonaws.com"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["", "203.0.113", "203.0.113.0/33", "::/129", "203.0.113.0/", "203.0.113.0/+8", "10.0.0.*"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
