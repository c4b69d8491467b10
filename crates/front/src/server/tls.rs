//! TLS: rustls on aws-lc-rs, with post-quantum key exchange, and certificates that can be exchanged under load.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, ServerConfig, ServerConnection};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use terms::SecretBytes;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Limits, TlsFiles};

/// What was agreed in a handshake, in the words of CloudTrail's `tlsDetails`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsDetails {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// IANA's name for TLS 1.3, OpenSSL's for TLS 1.2, as AWS writes them.
    pub cipher_suite: &'static str,
    /// `X25519MLKEM768`, `x25519`, `secp256r1`...
    pub key_exchange: &'static str,
}

/// Why there is no TLS, or no new certificate. Nothing of the key is ever told.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{} can be read by others than its owner (mode {mode:04o}): chmod 600 it, and consider the key known", file.display())]
    KeyExposed { file: PathBuf, mode: u32 },
    #[error("{} holds no certificate in PEM form", file.display())]
    NoCertificate { file: PathBuf },
    #[error("{} holds no private key in PEM form", file.display())]
    NoKey { file: PathBuf },
    #[error("the certificate {} and the key {} cannot be used: {source}", certificate.display(), key.display())]
    Unusable { certificate: PathBuf, key: PathBuf, source: rustls::Error },
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Speaks TLS on the accepted streams of a server.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ServerConfig>,
    reloader: TlsReloader,
    handshakes: Arc<Semaphore>,
}

impl Tls {
    pub(super) fn load(files: &TlsFiles, limits: &Limits) -> Result<Self, TlsError> {
        let reloader = TlsReloader::load(files.clone())?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&reloader.shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // A full handshake costs as much as ten requests. No early data: it could be replayed.
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        // Tickets are kept by clients; nothing is kept here.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        let handshakes = Arc::new(Semaphore::new(limits.handshakes_in_flight_max.clamp(1, Semaphore::MAX_PERMITS)));
        Ok(Self { config: Arc::new(config), reloader, handshakes })
    }

    pub(super) fn reloader(&self) -> TlsReloader {
        self.reloader.clone()
    }

    /// The handshake. A client that connects and says nothing takes no turn from others.
    pub(super) async fn shake_hands(self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, TlsDetails)> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let _turn = self.handshakes.acquire().await.map_err(io::Error::other)?;
        let stream = hello.into_stream(self.config).await?;
        let details = TlsDetails::of(stream.get_ref().1);
        Ok((stream, details))
    }
}

/// aws-lc-rs and the key exchanges we take part in, passed explicitly so that no process-wide default counts. Which one
/// it is follows the client's order, and those that know the post-quantum one put it first.
pub(super) fn provider() -> Arc<CryptoProvider> {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};
    let mut kx_groups = vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1];
    kx_groups.retain(|group| group.fips() || !cfg!(feature = "fips"));
    Arc::new(CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() })
}

/// Exchanges the certificate of a running server. A new one that is no good is logged and the old one stays.
#[derive(Clone)]
pub struct TlsReloader {
    files: TlsFiles,
    shown: Arc<Shown>,
    /// What the files looked like when they were last read, whether or not they were any good.
    read: Arc<Mutex<[Option<Stamp>; 2]>>,
}

impl TlsReloader {
    fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let stamps = stamps(&files);
        let key = certified_key(&files)?;
        Ok(Self { files, shown: Arc::new(Shown(RwLock::new(Arc::new(key)))), read: Arc::new(Mutex::new(stamps)) })
    }

    /// Reads the certificate and its key anew. Connections that are open go on as they are.
    ///
    /// # Errors
    /// When the files are not fit for use; the old certificate is kept, and the reason is also logged.
    pub fn reload(&self) -> Result<(), TlsError> {
        let mut read = self.read.lock();
        *read = stamps(&self.files);
        match certified_key(&self.files) {
            Ok(key) => {
                *self.shown.0.write() = Arc::new(key);
                tracing::info!(certificate = %self.files.certificate.display(), "certificate reloaded");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "certificate not reloaded, the old one is kept");
                Err(error)
            }
        }
    }

    /// [`Self::reload`], if the files are not as they were when last read.
    ///
    /// # Errors
    /// As [`Self::reload`].
    pub fn reload_if_changed(&self) -> Result<(), TlsError> {
        if *self.read.lock() == stamps(&self.files) { Ok(()) } else { self.reload() }
    }
}

/// The certificate that clients are shown, whatever name they ask for.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read()))
    }
}

/// Tells one content of a file from the next: a rename changes the inode, a write in place the times or the length.
#[derive(PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    changed_s: i64,
    changed_ns: i64,
}

fn stamps(files: &TlsFiles) -> [Option<Stamp>; 2] {
    [&files.certificate, &files.key].map(|file| {
        let metadata = fs::metadata(file).ok()?;
        Some(Stamp {
            inode: metadata.ino(),
            length: metadata.len(),
            changed_s: metadata.ctime(),
            changed_ns: metadata.ctime_nsec(),
        })
    })
}

fn certified_key(files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    // Also refuses a key that is not the certificate's.
    CertifiedKey::from_der(chain, key, &provider()).map_err(|source| TlsError::Unusable {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        source,
    })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = fs::read(file).map_err(|source| TlsError::Unreadable { file: file.to_owned(), source })?;
    match CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>() {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(TlsError::NoCertificate { file: file.to_owned() }),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = private_key_pem(file)?;
    PrivateKeyDer::from_pem_slice(pem.expose()).map_err(|_| TlsError::NoKey { file: file.to_owned() })
}

/// A key file's content, if the file is its owner's alone.
pub(super) fn private_key_pem(file: &Path) -> Result<SecretBytes, TlsError> {
    let unreadable = |source| TlsError::Unreadable { file: file.to_owned(), source };
    let mut opened = File::open(file).map_err(unreadable)?;
    // Asked of the open file, so that it cannot be another one than is read.
    let metadata = opened.metadata().map_err(unreadable)?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(TlsError::KeyExposed { file: file.to_owned(), mode });
    }
    let mut pem = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    let read = opened.read_to_end(&mut pem);
    let pem = SecretBytes::new(pem);
    read.map_err(unreadable)?;
    Ok(pem)
}

impl TlsDetails {
    fn of(connection: &ServerConnection) -> Self {
        Self {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
                Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "unknown",
            },
            cipher_suite: connection.negotiated_cipher_suite().map_or("unknown", |suite| name_of_suite(suite.suite())),
            key_exchange: connection.negotiated_key_exchange_group().map_or("unknown", |group| name_of(group.name())),
        }
    }
}

fn name_of_suite(suite: CipherSuite) -> &'static str {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-RSA-CHACHA20-POLY1305",
        _ => "unknown",
    }
}

fn name_of(group: NamedGroup) -> &'static str {
    match group {
        NamedGroup::X25519MLKEM768 => "X25519MLKEM768",
        NamedGroup::X25519 => "x25519",
        NamedGroup::secp256r1 => "secp256r1",
        NamedGroup::secp384r1 => "secp384r1",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::provider;

    #[test]
    fn a_build_with_the_fips_module_offers_only_what_it_approves() {
        assert_eq!(provider().fips(), cfg!(feature = "fips"));
    }
}
