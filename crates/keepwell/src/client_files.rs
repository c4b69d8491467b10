//! What the server leaves in its data folder for the clients on this machine.
//!
//! | file          | written       | holds                                                                     |
//! |---------------|---------------|---------------------------------------------------------------------------|
//! | `endpoint`    | at each start | the URL, alone: for scripts                                               |
//! | `aws-config`  | at each start | an AWS config file: region, endpoint, and the CA where there is our own   |
//! | `credentials` | at first start | an AWS credentials file, mode 0600: the administrator's access key, which is to |
//! |               |               | be used, and the root user's in the profile `root`, for emergencies       |
//!
//! `keepwell env` reads the last two. So do AWS's own tools, by AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE.

mod credentials;
mod profile;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use terms::Region;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::private_file;
use crate::shell::Shell;

pub use credentials::{Credentials, Profile, find_credentials, write_credentials};
pub(crate) use credentials::{credentials_of, read_credentials};
use profile::{DEFAULT, member, write_profile};

const ENDPOINT: &str = "endpoint";
const AWS_CONFIG: &str = "aws-config";

/// How a client on this machine reaches the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub url: String,
    pub region: Region,
    /// Where the server's certificate comes from a CA of our own: what clients must trust.
    pub ca_bundle: Option<PathBuf>,
}

impl Endpoint {
    /// Of a server that listens on the address. An address that means "all of mine" is reached by loopback.
    pub fn of(config: &Config, bound: SocketAddr) -> Self {
        let host = match bound.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            other => other,
        };
        let scheme = if config.tls.certificate.is_some() { "https" } else { "http" };
        Self {
            url: format!("{scheme}://{}", SocketAddr::new(host, bound.port())),
            region: config.account.first_region(),
            ca_bundle: config.tls.certificate.as_deref().and_then(own_ca),
        }
    }
}

/// `keepwell certificate` puts the CA beside the certificate that comes from it.
pub(crate) fn own_ca(certificate: &Path) -> Option<PathBuf> {
    let ca = std::path::absolute(certificate.with_file_name("ca.pem")).ok()?;
    ca.is_file().then_some(ca)
}

/// Tells local clients where the server is. The file `endpoint` comes last: who waits for it finds all.
pub fn write_endpoint(data_dir: &Path, endpoint: &Endpoint) -> anyhow::Result<()> {
    let mut profile = vec![("region", endpoint.region.as_str()), ("endpoint_url", endpoint.url.as_str())];
    if let Some(ca) = &endpoint.ca_bundle {
        profile.push(("ca_bundle", ca.to_str().context("the path of the CA is no UTF-8 text")?));
    }
    replace(&data_dir.join(AWS_CONFIG), &write_profile(DEFAULT, &profile)?)?;
    replace(&data_dir.join(ENDPOINT), &format!("{}\n", endpoint.url))
}

/// Tells that the server has stopped, so that nobody sends a request to whoever takes the port next.
pub fn remove_endpoint(data_dir: &Path) -> anyhow::Result<()> {
    for path in [data_dir.join(ENDPOINT), data_dir.join(AWS_CONFIG)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn read_endpoint(data_dir: &Path) -> anyhow::Result<Endpoint> {
    let path = data_dir.join(AWS_CONFIG);
    let Some(text) = read(&path)? else {
        bail!(
            "no server is running on {}: start one with `keepwell serve --data-dir {}`, or name another folder with \
             --data-dir",
            data_dir.display(),
            word(data_dir)
        );
    };
    let member = |name| member(&text, DEFAULT, name);
    let region = member("region").and_then(|region| Region::parse(region).ok());
    match (member("endpoint_url"), region) {
        (Some(url), Some(region)) => {
            Ok(Endpoint { url: url.to_owned(), region, ca_bundle: member("ca_bundle").map(PathBuf::from) })
        }
        _ => bail!("{} is damaged: restart the server, which writes it anew", path.display()),
    }
}

/// As one types it.
fn word(path: &Path) -> String {
    Shell::Sh.quote_if_needed(&path.to_string_lossy())
}

fn read(path: &Path) -> anyhow::Result<Option<Zeroizing<String>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error).with_context(|| {
            format!("{} belongs to the server's user: run this as that user, or as root", path.display())
        }),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    private_file::replace(path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            url: "https://127.0.0.1:5337".to_owned(),
            region: Region::parse("eu-west-1").unwrap(),
            ca_bundle: Some("/tls/with space/ca.pem".into()),
        }
    }

    fn config(settings: &[(&str, &str)]) -> Config {
        Config::from_settings(settings.iter().copied()).unwrap()
    }

    #[test]
    fn what_the_server_writes_is_what_clients_read() {
        let folder = tempfile::tempdir().unwrap();
        for endpoint in [endpoint(), Endpoint { ca_bundle: None, ..endpoint() }] {
            write_endpoint(folder.path(), &endpoint).unwrap();
            assert_eq!(read_endpoint(folder.path()).unwrap(), endpoint);
        }
        assert_eq!(std::fs::read_to_string(folder.path().join("endpoint")).unwrap(), "https://127.0.0.1:5337\n");
    }

    #[test]
    fn a_folder_without_a_server_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        write_endpoint(folder.path(), &endpoint()).unwrap();
        remove_endpoint(folder.path()).unwrap();
        remove_endpoint(folder.path()).unwrap();
        let refusal = read_endpoint(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("no server is running"), "{refusal}");
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_member_in() {
        let folder = tempfile::tempdir().unwrap();
        let smuggled = Endpoint { ca_bundle: Some("/x\nregion = us-west-2".into()), ..endpoint() };
        assert!(write_endpoint(folder.path(), &smuggled).is_err());
    }

    #[test]
    fn the_url_leads_to_the_server_from_this_machine() {
        let config = config(&[("listen", "0.0.0.0:0"), ("insecure_plaintext", "true"), ("region", "eu-west-1")]);
        for (bound, url) in [
            ("127.0.0.1:5337", "http://127.0.0.1:5337"),
            ("0.0.0.0:5337", "http://127.0.0.1:5337"),
            ("[::]:5337", "http://[::1]:5337"),
            ("10.1.2.3:80", "http://10.1.2.3:80"),
        ] {
            let endpoint = Endpoint::of(&config, bound.parse().unwrap());
            assert_eq!((endpoint.url.as_str(), endpoint.region.as_str()), (url, "eu-west-1"));
        }
    }

    #[test]
    fn a_ca_of_our_own_is_found_beside_the_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
        let settings = [("tls.certificate", certificate.to_str().unwrap()), ("tls.key", key.to_str().unwrap())];
        let endpoint = || Endpoint::of(&config(&settings), "127.0.0.1:1".parse().unwrap());
        assert_eq!((endpoint().url.as_str(), endpoint().ca_bundle), ("https://127.0.0.1:1", None));

        std::fs::write(folder.path().join("ca.pem"), "").unwrap();
        assert_eq!(endpoint().ca_bundle, Some(folder.path().join("ca.pem")));
    }
}
