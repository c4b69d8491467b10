//! One request and its answer.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Sleep, sleep};

use super::connection::Visit;
use super::listener::Edge;
use super::{Application, Body, Limits, Readiness, Refusal};

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
    if request.method() == Method::CONNECT {
        return Ok(last(edge.application.refuse(Refusal::Tunnel), version));
    }
    let (head, body) = request.into_parts();
    let body = match whole(body, &edge.limits, &edge.bodies).await {
        Ok(body) => body,
        Err(refusal) => {
            visit.pulse.linger();
            return Ok(last(edge.application.refuse(refusal), version));
        }
    };
    let answer = unless_it_panics(edge.application.answer(&visit.connection, head, body.bytes)).await;
    Ok(answer.unwrap_or_else(|| {
        // The panic hook has said where. What it was about may be secret.
        tracing::error!("a request panicked");
        edge.application.refuse(Refusal::Internal)
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

/// A body in one piece, and the room that it takes.
struct Whole<'a> {
    bytes: Bytes,
    _room: Option<SemaphorePermit<'a>>,
}

/// Collects a body. Nearly every one came in the same packet as its head and is handed on without a copy, a timer or a
/// permit; what the socket's read buffer holds is bounded already.
async fn whole<'a>(mut body: Incoming, limits: &Limits, bodies: &'a Semaphore) -> Result<Whole<'a>, Refusal> {
    let max = u64::from(limits.body_bytes_max);
    if body.is_end_stream() {
        return Ok(Whole { bytes: Bytes::new(), _room: None });
    }
    if body.size_hint().lower() > max {
        return Err(Refusal::BodyTooLarge);
    }
    let mut patience = Patience::of(limits.body_timeout);
    let mut collected = Collected::default();
    while let Some(frame) = patience.next(&mut body).await? {
        // Trailers carry nothing that AWS's protocols know of.
        let Ok(data) = frame.into_data() else { continue };
        if collected.len() + data.len() as u64 > max {
            return Err(Refusal::BodyTooLarge);
        }
        let is_all = body.is_end_stream();
        if is_all && collected.len() == 0 {
            return Ok(Whole { bytes: data, _room: None });
        }
        collected.add(&data, &body.size_hint(), bodies)?;
        if is_all {
            break;
        }
    }
    Ok(Whole { bytes: collected.bytes.freeze(), _room: collected.room })
}

/// The part of a long body that is here.
#[derive(Default)]
struct Collected<'a> {
    bytes: BytesMut,
    room: Option<SemaphorePermit<'a>>,
}

impl<'a> Collected<'a> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn add(&mut self, data: &Bytes, to_come: &SizeHint, bodies: &'a Semaphore) -> Result<(), Refusal> {
        let length = u32::try_from(data.len()).map_err(|_| Refusal::BodyTooLarge)?;
        let room = bodies.try_acquire_many(length).map_err(|_| Refusal::Busy)?;
        match &mut self.room {
            Some(taken) => taken.merge(room),
            None => self.room = Some(room),
        }
        if self.bytes.is_empty() {
            // No more than twice what really came: an announcement costs its sender nothing.
            let announced = usize::try_from(to_come.lower()).unwrap_or(usize::MAX);
            self.bytes.reserve(data.len() + announced.min(data.len()));
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }
}

/// Waits for a body, but not for ever.
struct Patience {
    limit: Duration,
    has_looked_twice: bool,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn of(limit: Duration) -> Self {
        Self { limit, has_looked_twice: false, deadline: None }
    }

    async fn next(&mut self, body: &mut Incoming) -> Result<Option<Frame<Bytes>>, Refusal> {
        std::future::poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(frame.transpose().map_err(|_| Refusal::BodyBroken)),
            Poll::Pending => self.poll_lost(cx).map(Err),
        })
        .await
    }

    /// hyper hands over a body that it already has only when asked twice, so the first time we just ask to be polled
    /// again. Only then is the deadline armed.
    fn poll_lost(&mut self, cx: &mut Context<'_>) -> Poll<Refusal> {
        if !self.has_looked_twice {
            self.has_looked_twice = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Refusal::BodyTooSlow)
    }
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
