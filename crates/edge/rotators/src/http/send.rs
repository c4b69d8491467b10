//! A request on its way to a service, and the answer on its way back.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::call::Request;
use crate::failure::Failure;
use crate::network::Visit;
use crate::tls::Tls;

/// What issues keys answers with a few hundred bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Does not print: it may hold a key.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Sends it over a connection of its own, to the addresses that were looked at. Nobody is followed elsewhere.
pub(crate) async fn send(request: Request, visit: &Visit<'_>, tls: &Tls) -> Result<Answered, Failure> {
    let place = format!("{}:{}", request.host, request.port);
    let reached = visit.reach(&request.host, request.port).await?;
    let stream =
        reached.dial().await.map_err(|error| Failure::new(format!("{place} cannot be reached: {}", error.kind())))?;
    let within = visit.settings().answer_timeout;
    let exchanged = timeout(within, async {
        if !request.is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(request.host.clone())
            .map_err(|_| Failure::new("a certificate cannot name such a host"))?;
        let connector = TlsConnector::from(Arc::clone(&tls.config));
        let stream =
            connector.connect(name, stream).await.map_err(|error| Failure::new(format!("TLS failed: {error}")))?;
        exchange(stream, request).await
    });
    let late = |_| Failure::new(format!("no answer within {} seconds", within.as_secs()));
    exchanged.await.map_err(late).flatten().map_err(|failure| failure.within(&place))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request,
) -> Result<Answered, Failure> {
    let broken = |_| Failure::new("the connection broke, or what came over it is not HTTP");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let Request { method, uri, headers, body, .. } = request;
    let authority = uri.authority().map_or("", |authority| authority.as_str()).to_owned();
    let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let unsendable = |_| Failure::new("the request cannot be sent");
    let mut asked = http::Request::builder().method(method).uri(target);
    if let Some(own) = asked.headers_mut() {
        own.insert(USER_AGENT, HeaderValue::from_static(concat!("keepwell/", env!("CARGO_PKG_VERSION"))));
        own.extend(headers);
        own.insert(HOST, HeaderValue::try_from(authority).map_err(unsendable_header)?);
        own.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let asked = asked.body(Full::new(Bytes::from_owner(body))).map_err(unsendable)?;
    let mut answered = pin!(async {
        let answer = sender.send_request(asked).await.map_err(broken)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| Failure::new("the answer broke off, or is longer than any key"))?;
        Ok(Answered { status, body: Zeroizing::new(body.to_bytes().to_vec()) })
    });
    // The connection is at work as long as the answer is waited for; that it has ended may well be after the answer came.
    tokio::select! {
        biased;
        answered = &mut answered => return answered,
        _ = connection => {}
    }
    answered.await
}

fn unsendable_header(_: http::header::InvalidHeaderValue) -> Failure {
    Failure::new("the request cannot be sent")
}
