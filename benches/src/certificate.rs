//! An authority for one run, and the certificate that all TLS servers of the run share: the same key type on both sides
//! of a comparison.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};

pub struct ServerCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// A client that trusts it, speaks TLS 1.3 only and never resumes: each new connection is a full handshake.
    pub client: Arc<ClientConfig>,
}

impl ServerCertificate {
    /// ECDSA on P-256, for 127.0.0.1.
    pub fn create(dir: &Path) -> Result<Self> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new([])?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let server_key = KeyPair::generate()?;
        let server = CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&server_key, &issuer)?;

        let (certificate, key) = (dir.join("server.pem"), dir.join("server.key"));
        fs::write(&certificate, server.pem())?;
        write_private(&key, &server_key.serialize_pem())?;

        let mut roots = RootCertStore::empty();
        roots.add(authority_certificate.der().clone())?;
        let mut client = ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.resumption = Resumption::disabled();
        Ok(Self { certificate, key, client: Arc::new(client) })
    }
}

/// The server refuses a key that others can read.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
