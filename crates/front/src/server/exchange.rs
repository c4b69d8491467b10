//! One request and its answer.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;

use super::body::whole;
use super::connection::Visit;
use super::listener::Edge;
use super::{Application, Body, Readiness, Refusal};

/// Every request leaves through here.
pub(super) async fn exchange<A: Application>(
    visit: Arc<Visit<A>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let version = request.version();
    let _turn = visit.pulse.begin(version);
    let edge = &*visit.edge;
    if let Some(answer) = of_the_floor_itself(edge, request.method(), request.uri().path()) {
        return Ok(answer);
    }
    let (head, body) = request.into_parts();
    if head.method == Method::CONNECT {
        return Ok(last(edge.application.refuse(Some(&head), Refusal::Tunnel), version));
    }
    let longest = edge.application.body_bytes_max(&head).unwrap_or(edge.limits.body_bytes_max);
    let body = match whole(body, longest, &edge.limits, &edge.bodies).await {
        Ok(body) => body,
        Err(refusal) => {
            visit.pulse.linger();
            return Ok(last(edge.application.refuse(Some(&head), refusal), version));
        }
    };
    let answer = unless_it_panics(edge.application.answer(&visit.connection, head, body.bytes)).await;
    Ok(answer.unwrap_or_else(|| {
        // The panic hook has said where. What it was about may be secret.
        tracing::error!("a request panicked");
        edge.application.refuse(None, Refusal::Internal)
    }))
}

/// Liveness and readiness, for whoever asks: one word each.
fn of_the_floor_itself<A: Application>(edge: &Edge<A>, method: &Method, path: &str) -> Option<Response<Body>> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let (status, word) = match path {
        "/health" => (StatusCode::OK, "alive\n"),
        "/ready" if edge.roster.is_draining() => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
        "/ready" => match edge.application.readiness() {
            Readiness::Ready => (StatusCode::OK, "ready\n"),
            Readiness::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
            Readiness::Sealed => (StatusCode::SERVICE_UNAVAILABLE, "sealed\n"),
        },
        _ => return None,
    };
    let mut answer = Response::new(Body::from(word));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Some(answer)
}

/// The connection's last answer: what follows on it may be the rest of a body nobody read.
fn last(mut answer: Response<Body>, version: Version) -> Response<Body> {
    // In HTTP/2 a refused stream harms no other, and the header is forbidden.
    if version <= Version::HTTP_11 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Nothing when the future panics.
async fn unless_it_panics<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // Unwind safe: the future is never polled again, and what it shares with others is behind locks that do not poison.
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
