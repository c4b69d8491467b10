//! Whether the server answers, and what time it thinks it is.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::fmt::rfc2822::DateTimeParser;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use terms::{Clock, Timestamp};

use super::Finding;
use crate::client_files::Endpoint;
use crate::system::SystemClock;

const SUBJECT: &str = "server";
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Far more than the answer needs.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// What `/ready` answered.
#[derive(Debug, PartialEq, Eq)]
struct Ready {
    status: u16,
    date: Option<Timestamp>,
}

pub(super) fn look(endpoint: &anyhow::Result<Endpoint>) -> Vec<Finding> {
    let now = SystemClock.now();
    let endpoint = match endpoint {
        Ok(endpoint) => endpoint,
        Err(refusal) => {
            let advice = "The checks of a running server are left out.";
            return vec![Finding::doubtful(SUBJECT, format!("{refusal:#}"), advice), clock(now, None)];
        }
    };
    match ask(endpoint) {
        Ok(ready) => vec![judge_ready(&endpoint.url, ready.status), clock(now, ready.date)],
        Err(failure) => {
            let told = format!("{} does not answer: {failure:#}", endpoint.url);
            let advice = "If it should be running, its log says why it is not; if not, start it with `keepwell serve`.";
            vec![Finding::broken(SUBJECT, told, advice), clock(now, None)]
        }
    }
}

fn judge_ready(url: &str, status: u16) -> Finding {
    match status {
        200 => Finding::fine(SUBJECT, format!("{url} is ready")),
        503 => Finding::doubtful(
            SUBJECT,
            format!("{url} is running and not ready"),
            "It is starting or stopping, waits for shares of its root key (`keepwell root-key unseal`), or cannot record \
             what it does. Its log says which.",
        ),
        other => Finding::broken(
            SUBJECT,
            format!("{url}/ready answers {other}"),
            "Something else may listen on this port. Look at what does with `ss -ltnp`.",
        ),
    }
}

/// AWS, and keepwell, refuse signatures whose time is further off than this.
const SKEW_MINUTES_MAX: i64 = 5;
/// This program did not exist before 2026.
const EARLIEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

fn clock(now: Timestamp, server: Option<Timestamp>) -> Finding {
    const SUBJECT: &str = "clock";
    const ADVICE: &str =
        "Let the machine keep time by NTP (`timedatectl set-ntp true`): signatures are only good for minutes.";
    let off_minutes = server.map_or(0, |server| (now.as_millis() - server.as_millis()) / 60_000);
    if now < EARLIEST {
        Finding::broken(SUBJECT, "this machine's clock is years late", ADVICE)
    } else if off_minutes.abs() >= SKEW_MINUTES_MAX {
        Finding::broken(SUBJECT, format!("this machine and the server differ by {} minutes", off_minutes.abs()), ADVICE)
    } else if server.is_some() {
        Finding::fine(SUBJECT, "this machine and the server agree on the time")
    } else {
        Finding::fine(SUBJECT, "the time is plausible")
    }
}

fn ask(endpoint: &Endpoint) -> anyhow::Result<Ready> {
    let (scheme, address) = endpoint.url.split_once("://").context("its URL has no scheme")?;
    let address: SocketAddr = address.parse().context("its URL holds no address")?;
    let connected = TcpStream::connect_timeout(&address, ANSWERS_WITHIN)?;
    connected.set_read_timeout(Some(ANSWERS_WITHIN))?;
    connected.set_write_timeout(Some(ANSWERS_WITHIN))?;
    let request = format!("GET /ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let answer = match (scheme, &endpoint.ca_bundle) {
        ("https", Some(ca)) => exchange(secured(connected, address, ca)?, &request)?,
        ("https", None) => {
            anyhow::bail!("it speaks TLS with a certificate whose CA is not ours to know; ask it with curl")
        }
        _ => exchange(connected, &request)?,
    };
    parse(&answer).context("what answers is no HTTP server")
}

fn secured(
    connected: TcpStream,
    address: SocketAddr,
    ca: &Path,
) -> anyhow::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).with_context(|| format!("cannot read {}", ca.display()))? {
        trusted.add(certificate.with_context(|| format!("{} is damaged", ca.display()))?)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::from(address.ip()))?;
    Ok(StreamOwned::new(connection, connected))
}

fn exchange(mut stream: impl Read + Write, request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let read = stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
    match read {
        // Some servers end a TLS stream without its goodbye; what came before it is whole.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

fn parse(answer: &str) -> Option<Ready> {
    let mut lines = answer.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let mut headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    let date = headers.find(|(name, _)| name.eq_ignore_ascii_case("date")).and_then(|(_, text)| {
        let timestamp = DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
        Some(Timestamp::from_millis(timestamp.as_millisecond()))
    });
    Some(Ready { status, date })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use rustls::pki_types::PrivateKeyDer;
    use terms::Region;

    use super::super::Verdict;
    use super::*;

    fn at_noon() -> Timestamp {
        Timestamp::from_millis(1_795_262_400_000)
    }

    #[test]
    fn an_answer_is_read_with_its_date() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\nok";
        assert_eq!(parse(answer), Some(Ready { status: 200, date: Some(at_noon()) }));
        assert_eq!(parse("HTTP/1.1 503 Service Unavailable\r\n\r\n"), Some(Ready { status: 503, date: None }));
        for strange in ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 ", "HTTP/1.1 abc\r\n"] {
            assert_eq!(parse(strange), None, "{strange}");
        }
    }

    #[test]
    fn a_clock_that_would_spoil_signatures_is_noticed() {
        assert_eq!(clock(at_noon(), None).verdict, Verdict::Fine);
        assert_eq!(clock(at_noon(), Some(at_noon().plus_millis(-60_000))).verdict, Verdict::Fine);
        for minutes in [-6, 6] {
            let finding = clock(at_noon(), Some(at_noon().plus_millis(minutes * 60_000)));
            assert!(finding.told.contains("differ by 6 minutes"), "{finding:?}");
        }
        assert_eq!(clock(Timestamp::from_millis(0), None).verdict, Verdict::Broken);
    }

    /// A server that says one thing to one client.
    fn server(answer: &'static str) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /ready HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        Endpoint { url, region: Region::parse("us-east-1").unwrap(), ca_bundle: None }
    }

    #[test]
    fn a_running_server_is_asked_whether_it_is_ready() {
        for (answer, verdict) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Verdict::Fine),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Verdict::Doubtful),
            ("HTTP/1.1 404 Not Found\r\n\r\n", Verdict::Broken),
            ("220 mail.example.com ESMTP\r\n", Verdict::Broken),
        ] {
            let findings = look(&Ok(server(answer)));
            assert_eq!(findings.first().unwrap().verdict, verdict, "{answer}: {findings:?}");
        }
    }

    /// A server that answers one client in TLS, with a certificate for the names.
    fn server_in_tls(folder: &Path, names: &[&str]) -> Endpoint {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let issued = front::server::issue(folder, &names, &[], SystemClock.now()).unwrap();
        let chain = CertificateDer::pem_file_iter(&issued.certificate).unwrap().collect::<Result<_, _>>().unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_file(&issued.key).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
            let mut stream = StreamOwned::new(connection, listener.accept().unwrap().0);
            // A client that distrusts the certificate says so here.
            if stream.read(&mut [0; 1024]).is_ok() {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            }
        });
        Endpoint { url, region: Region::parse("us-east-1").unwrap(), ca_bundle: Some(issued.ca) }
    }

    #[test]
    fn a_server_in_tls_is_asked_with_the_ca_that_clients_use() {
        let folder = tempfile::tempdir().unwrap();
        let findings = look(&Ok(server_in_tls(folder.path(), &["127.0.0.1"])));
        assert_eq!(findings.first().unwrap().verdict, Verdict::Fine, "{findings:?}");

        let folder = tempfile::tempdir().unwrap();
        let findings = look(&Ok(server_in_tls(folder.path(), &["elsewhere.example"])));
        assert!(findings.first().unwrap().told.contains("not valid for name"), "{findings:?}");
    }

    #[test]
    fn a_server_that_is_gone_is_broken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let endpoint = Endpoint { url, region: Region::parse("us-east-1").unwrap(), ca_bundle: None };
        let findings = look(&Ok(endpoint));
        assert!(findings.first().unwrap().told.contains("does not answer"), "{findings:?}");
    }
}
