//! Where the server listens, and whether in TLS.

use std::net::SocketAddr;
use std::path::PathBuf;

use front::server::TlsFiles;
use ipnet::IpNet;

use super::setting::settings;

settings! {
    pub struct Listen {
        /// An address and port to listen on; give it again for more. Port 0 takes a free one.
        "listen" => addresses: Vec<SocketAddr> = vec![SocketAddr::from(([127, 0, 0, 1], 5337))],
        /// Allow plain HTTP on addresses that other machines can reach. Values cross the network readable unless
        /// something in front ends TLS.
        "insecure_plaintext" => insecure_plaintext: bool = false,
        /// A proxy in front, or a network of them, such as 10.0.0.0/8; give it again for more. Its X-Forwarded-For is
        /// believed, and nobody else's: policies and the trail see the client behind it.
        "trusted_proxies" => trusted_proxies: Vec<IpNet> = Vec::new(),
    }
}

settings! {
    pub struct Tls {
        /// The server's certificate and its chain, PEM. With it every address speaks TLS. `keepwell certificate` makes one.
        "tls.certificate" => certificate: Option<PathBuf> = None,
        /// The private key of the certificate, PEM. SIGHUP reads both again.
        "tls.key" => key: Option<PathBuf> = None,
    }
}

impl Tls {
    /// Both files, or none: [`check`] has refused one without the other.
    pub fn files(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.certificate.clone()?, self.key.clone()?);
        Some(TlsFiles { certificate, key })
    }
}

/// A password must not cross a network because a flag was forgotten.
pub(super) fn check(listen: &Listen, tls: &Tls) -> Result<(), String> {
    if listen.addresses.is_empty() {
        return Err("listen: expected at least one address".to_owned());
    }
    if tls.certificate.is_some() != tls.key.is_some() {
        return Err("tls.certificate and tls.key belong together: give both, or neither".to_owned());
    }
    let exposed = listen.addresses.iter().find(|address| !address.ip().is_loopback());
    match exposed {
        Some(address) if tls.certificate.is_none() && !listen.insecure_plaintext => Err(format!(
            "listen: {address} can be reached by other machines and would speak plain HTTP. Give --tls-certificate and \
             --tls-key (`keepwell certificate` makes them), or --insecure-plaintext if something in front ends TLS"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening_on(address: &str, insecure_plaintext: bool) -> Listen {
        Listen { addresses: vec![address.parse().unwrap()], insecure_plaintext, trusted_proxies: Vec::new() }
    }

    const NO_TLS: Tls = Tls { certificate: None, key: None };

    #[test]
    fn plaintext_stays_on_this_machine_unless_asked_for() {
        for loopback in ["127.0.0.1:5337", "127.9.9.9:1", "[::1]:5337"] {
            assert_eq!(check(&listening_on(loopback, false), &NO_TLS), Ok(()), "{loopback}");
        }
        for exposed in ["0.0.0.0:5337", "[::]:5337", "10.0.0.7:443", "[::ffff:127.0.0.1]:5337"] {
            let refusal = check(&listening_on(exposed, false), &NO_TLS).unwrap_err();
            assert!(refusal.contains("--insecure-plaintext"), "{exposed}: {refusal}");
            assert_eq!(check(&listening_on(exposed, true), &NO_TLS), Ok(()), "{exposed}");
        }
    }

    #[test]
    fn one_exposed_address_among_several_is_refused() {
        let mut listen = listening_on("127.0.0.1:5337", false);
        listen.addresses.push("192.168.0.1:5337".parse().unwrap());
        assert!(check(&listen, &NO_TLS).unwrap_err().contains("192.168.0.1:5337"));
    }

    #[test]
    fn tls_opens_every_address_and_needs_both_files() {
        let certificate = Some(PathBuf::from("server.pem"));
        let key = Some(PathBuf::from("server.key"));
        let whole = Tls { certificate: certificate.clone(), key: key.clone() };
        assert_eq!(check(&listening_on("0.0.0.0:5337", false), &whole), Ok(()));
        for half in [Tls { certificate, key: None }, Tls { certificate: None, key }] {
            assert!(check(&listening_on("127.0.0.1:5337", false), &half).unwrap_err().contains("belong together"));
            assert_eq!(half.files(), None);
        }
    }
}
