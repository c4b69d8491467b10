//! HTTP as the commands speak it: one request, straight to the server, with TLS that trusts the server's own CA or what
//! this machine trusts.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::client_files::Endpoint;

pub(super) fn agent(endpoint: &Endpoint, answers_within: Duration) -> anyhow::Result<Agent> {
    let config = Agent::config_builder()
        // Errors have a body that tells more than their status.
        .http_status_as_error(false)
        // A signature is good for one host, and a proxy in between would see values.
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(answers_within))
        .user_agent(concat!("keepwell/", env!("CARGO_PKG_VERSION")));
    if !endpoint.url.starts_with("https:") {
        return Ok(config.build().into());
    }
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(trusted(endpoint)?)))
        .build();
    Ok(config.tls_config(tls).build().into())
}

fn trusted(endpoint: &Endpoint) -> anyhow::Result<Vec<Certificate<'static>>> {
    let certificates = match &endpoint.ca_bundle {
        Some(path) => {
            let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
            read().with_context(|| format!("cannot read {}", path.display()))?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    ensure!(!certificates.is_empty(), "this machine trusts no CA: name one with AWS_CA_BUNDLE");
    Ok(certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}
