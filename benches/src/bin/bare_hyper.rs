//! The floor: hyper reads the whole request and answers bytes it was given at start. No server in Rust that speaks HTTP
//! properly does less, so its rate is what every read is measured against.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Parser;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    /// The answer, as it came from the server it is to be compared with: headers, an empty line, the body.
    #[arg(long)]
    answer: PathBuf,
    #[arg(long, requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    #[arg(long)]
    tls_key: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let answer = Arc::new(FixedAnswer::read(&arguments.answer)?);
    let tls = match (&arguments.tls_certificate, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(acceptor(certificate, key)?),
        _ => None,
    };

    let listener = TcpListener::bind(arguments.listen).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (answer, tls) = (Arc::clone(&answer), tls.clone());
        // How a connection ends is the load generator's to judge: it counts what it did not get.
        tokio::spawn(async move {
            match tls {
                None => serve(socket, answer).await,
                Some(tls) => {
                    if let Ok(session) = tls.accept(socket).await {
                        serve(session, answer).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Arc<FixedAnswer>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = Arc::clone(&answer);
        async move {
            let _whole_body = request.into_body().collect().await;
            Ok::<_, Infallible>(answer.response())
        }
    });
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

struct FixedAnswer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl FixedAnswer {
    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let (head, body) = text.split_once("\r\n\r\n").context("no empty line after the headers")?;
        let mut headers = Vec::new();
        for line in head.lines() {
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            headers.push((name.parse()?, value.trim().parse()?));
        }
        Ok(Self { headers, body: Bytes::from(body.to_owned()) })
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body.clone()));
        for (name, value) in &self.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
