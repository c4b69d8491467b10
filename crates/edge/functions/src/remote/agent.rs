//! HTTP to a place where functions run.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::RemoteError;

/// No function runs longer than 15 minutes.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15 * 60 + 30);
const CONNECTS_WITHIN: Duration = Duration::from_secs(10);

/// A URL, and what of it matters.
pub(super) struct Endpoint {
    url: String,
    authority: String,
    path: String,
    is_tls: bool,
}

impl Endpoint {
    /// Events may hold what lets somebody write a secret: without TLS they go no further than this machine.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let is_tls = uri.scheme_str() == Some("https");
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let is_open = uri.scheme_str() == Some("http") && is_here;
        (is_tls || is_open).then(|| Self {
            url: url.to_owned(),
            authority: authority.as_str().to_owned(),
            path: uri.path().to_owned(),
            is_tls,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn host(&self) -> &str {
        &self.authority
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

pub(super) fn agent(endpoint: &Endpoint, ca_bundle: Option<&Path>) -> Result<Agent, RemoteError> {
    let config = Agent::config_builder()
        // Refusals have a body that tells more than their status.
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_connect(Some(CONNECTS_WITHIN))
        .timeout_global(Some(ANSWERS_WITHIN))
        .user_agent(concat!("keepwell/", env!("CARGO_PKG_VERSION")));
    if !endpoint.is_tls {
        return Ok(config.build().into());
    }
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(trusted(ca_bundle)?)))
        .build();
    Ok(config.tls_config(tls).build().into())
}

fn trusted(ca_bundle: Option<&Path>) -> Result<Vec<Certificate<'static>>, RemoteError> {
    let certificates = match ca_bundle {
        Some(path) => {
            let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
            read().map_err(|error| RemoteError::CaBundle { path: path.to_owned(), cause: error.to_string() })?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    if certificates.is_empty() {
        return Err(RemoteError::NoCa);
    }
    Ok(certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

/// As SigV4 wants it: everything but letters, digits and `-._~`.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
