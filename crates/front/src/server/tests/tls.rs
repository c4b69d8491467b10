use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::aws_lc_rs::{self, kx_group};
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use terms::Timestamp;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::scratch::{Client, Server};
use crate::server::{BindError, Settings, TlsError, TlsFiles, bind, issue};

#[expect(clippy::disallowed_methods, reason = "TLS clients hold certificates against the system's clock")]
fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap())
}

fn certificate_in(folder: &Path) -> TlsFiles {
    let issued = issue(folder, &["localhost".to_owned(), "127.0.0.1".to_owned()], &[], now()).unwrap();
    TlsFiles { certificate: issued.certificate, key: issued.key }
}

pub(super) async fn server_with(folder: &Path) -> Server {
    let files = certificate_in(folder);
    Server::with(|settings| settings.tls = Some(files)).await
}

/// What a client wants of the handshake.
pub(super) struct Wishes {
    pub(super) protocols: &'static [&'static [u8]],
    pub(super) groups: Vec<&'static dyn rustls::crypto::SupportedKxGroup>,
    pub(super) versions: Vec<&'static SupportedProtocolVersion>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { protocols: &[b"http/1.1"], groups: kx_group_all(), versions: rustls::ALL_VERSIONS.to_vec() }
    }
}

fn kx_group_all() -> Vec<&'static dyn rustls::crypto::SupportedKxGroup> {
    vec![kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1]
}

pub(super) fn connector(folder: &Path, wishes: Wishes) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    let provider = rustls::crypto::CryptoProvider { kx_groups: wishes.groups, ..aws_lc_rs::default_provider() };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&wishes.versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = wishes.protocols.iter().map(|protocol| protocol.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

pub(super) async fn connect(server: &Server, connector: &TlsConnector) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
}

async fn ask(client: &mut Client<TlsStream<TcpStream>>) -> String {
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}").await;
    client.answer().await.text().to_owned()
}

#[tokio::test]
async fn the_key_exchange_withstands_quantum_computers_if_the_client_can() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(folder.path()).await;
    let stream = connect(&server, &connector(folder.path(), Wishes::default())).await;
    let group = stream.get_ref().1.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
    assert_eq!(ask(&mut Client::new(stream)).await, "POST / 2 TLSv1.3 TLS_AES_256_GCM_SHA384 X25519MLKEM768");
}

#[tokio::test]
async fn older_clients_are_answered_and_their_handshake_is_told_in_awss_words() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(folder.path()).await;
    // The FIPS module approves it only beside the post-quantum one.
    if !cfg!(feature = "fips") {
        let classic = Wishes { groups: vec![kx_group::X25519], ..Wishes::default() };
        let stream = connect(&server, &connector(folder.path(), classic)).await;
        assert_eq!(ask(&mut Client::new(stream)).await, "POST / 2 TLSv1.3 TLS_AES_256_GCM_SHA384 x25519");
    }

    let old =
        Wishes { groups: vec![kx_group::SECP256R1], versions: vec![&rustls::version::TLS12], ..Wishes::default() };
    let stream = connect(&server, &connector(folder.path(), old)).await;
    assert_eq!(ask(&mut Client::new(stream)).await, "POST / 2 TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 secp256r1");
}

#[tokio::test]
async fn a_client_that_comes_back_resumes_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(folder.path()).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let connector = connector(folder.path(), Wishes { versions: vec![version], ..Wishes::default() });
        let mut first = Client::new(connect(&server, &connector).await);
        ask(&mut first).await;
        assert_ne!(first.stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));
        let mut second = Client::new(connect(&server, &connector).await);
        ask(&mut second).await;
        assert_eq!(second.stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
    }
}

#[tokio::test]
async fn a_client_that_shakes_no_hands_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate_in(folder.path());
    let server = Server::with(|settings| {
        settings.tls = Some(files);
        settings.limits.header_timeout = Duration::from_secs(1);
        settings.limits.handshakes_in_flight_max = 1;
    })
    .await;
    let mut silent = server.connect().await;
    // Silence takes no turn from others, nor does plain HTTP do harm.
    let stream = connect(&server, &connector(folder.path(), Wishes::default())).await;
    ask(&mut Client::new(stream)).await;
    let mut plain = server.connect().await;
    plain.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    plain.until_closed().await;
    assert!(silent.until_closed().await.is_empty());
}

#[tokio::test]
async fn a_new_certificate_is_shown_under_load_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(server_with(folder.path()).await);
    let shown = async |server: &Server| {
        let stream = connect(server, &connector(folder.path(), Wishes::default())).await;
        let certificate = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
        ask(&mut Client::new(stream)).await;
        certificate
    };
    let load: Vec<_> = (0..2)
        .map(|_| {
            let (server, connector) = (Arc::clone(&server), connector(folder.path(), Wishes::default()));
            tokio::spawn(async move {
                let mut kept = Client::new(connect(&server, &connector).await);
                loop {
                    let mut fresh = Client::new(connect(&server, &connector).await);
                    assert!(ask(&mut fresh).await.starts_with("POST / 2 TLSv1.3"));
                    assert!(ask(&mut kept).await.starts_with("POST / 2 TLSv1.3"));
                }
            })
        })
        .collect();

    let reloader = server.tls.clone().unwrap();
    let mut last = shown(&server).await;
    for _ in 0..5 {
        certificate_in(folder.path());
        reloader.reload_if_changed().unwrap();
        let new = shown(&server).await;
        assert_ne!(new, last);
        last = new;
    }

    fs::write(folder.path().join("server.pem"), "garbage").unwrap();
    assert!(matches!(reloader.reload_if_changed(), Err(TlsError::NoCertificate { .. })));
    assert_eq!(shown(&server).await, last);
    // It is told once, not every few seconds.
    reloader.reload_if_changed().unwrap();
    assert!(matches!(reloader.reload(), Err(TlsError::NoCertificate { .. })));

    for task in load {
        assert!(!task.is_finished());
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate_in(folder.path());
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o640)).unwrap();
    let message = refusal(files.clone()).await;
    let key = files.key.display();
    assert!(message.starts_with(&format!("{key} can be read by others than its owner (mode 0640)")), "{message}");
}

#[tokio::test]
async fn files_that_are_no_pair_are_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let files = certificate_in(folder.path());
    let strangers = TlsFiles { key: certificate_in(other.path()).key, ..files.clone() };
    assert!(refusal(strangers).await.contains("cannot be used"));

    let swapped = TlsFiles { certificate: files.key.clone(), key: files.key.clone() };
    assert!(refusal(swapped).await.ends_with("holds no certificate in PEM form"));

    let absent = TlsFiles { certificate: folder.path().join("absent.pem"), ..files };
    assert!(refusal(absent).await.contains("absent.pem: No such file"));
}

async fn refusal(files: TlsFiles) -> String {
    let mut settings = Settings::plain(vec!["127.0.0.1:0".parse().unwrap()]);
    settings.tls = Some(files);
    match bind(settings).await {
        Err(BindError::Tls(error)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("accepted"),
    }
}
