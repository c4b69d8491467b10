//! A host that calls may lead to.

/// `api.example.com`, `*.example.com`, `[fd00::1]:8443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// In lower case; after a star it begins with a dot.
    name: String,
    is_suffix: bool,
    /// That of the scheme, if it is not said.
    port: Option<u16>,
}

impl Host {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} is no host, such as api.example.com, *.example.com or 10.1.2.3:8443");
        let (name, is_suffix) = match text.strip_prefix('*') {
            Some(suffix) => (suffix, true),
            None => (text, false),
        };
        // The port of an address in brackets comes after them.
        let colon = name.rfind(':').filter(|colon| name.rfind(']').is_none_or(|bracket| *colon > bracket));
        let (name, port) = match colon.and_then(|colon| name.split_at_checked(colon)) {
            Some((name, port)) => (name, Some(port.trim_start_matches(':').parse().map_err(|_| refused())?)),
            None => (name, None),
        };
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let is_name = |name: &str| {
            let letters = name.trim_start_matches('.');
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            !letters.is_empty() && letters.bytes().all(fits) && name.starts_with('.') == is_suffix
        };
        let is_host = match bare {
            Some(address) => !is_suffix && address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => is_name(name),
        };
        is_host.then(|| Self { name: name.to_ascii_lowercase(), is_suffix, port }).ok_or_else(refused)
    }

    pub(crate) fn admits(&self, host: &str, port: u16, port_of_scheme: u16) -> bool {
        let host = host.to_ascii_lowercase();
        let is_named =
            if self.is_suffix { host.len() > self.name.len() && host.ends_with(&self.name) } else { host == self.name };
        is_named && port == self.port.unwrap_or(port_of_scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_admits_itself_and_a_star_what_is_below() {
        let admits = |pattern: &str, host: &str, port| Host::parse(pattern).unwrap().admits(host, port, 443);
        assert!(admits("api.example.com", "API.example.com", 443));
        assert!(!admits("api.example.com", "api.example.com", 8443));
        assert!(!admits("api.example.com", "xapi.example.com", 443));
        assert!(admits("api.example.com:8443", "api.example.com", 8443));
        assert!(admits("*.example.com", "a.b.example.com", 443));
        assert!(!admits("*.example.com", "example.com", 443));
        assert!(!admits("*.example.com", "badexample.com", 443));
        assert!(admits("[fd00::1]:8443", "[fd00::1]", 8443));
        assert!(admits("127.0.0.1:80", "127.0.0.1", 80));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", "*", "*.", "*example.com", "https://example.com", "a b", "a:b", "a:99999", "[::1", "user@host", ".a"]
        {
            assert!(Host::parse(text).is_err(), "{text:?}");
        }
    }
}
