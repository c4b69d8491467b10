//! One connection, from its first byte to its last.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::exchange::exchange;
use super::listener::Edge;
use super::roster::{Order, Pulse, Seat};
use super::socket::Socket;
use super::{Application, Connection};

/// A connection as its requests see it.
pub(super) struct Visit<A> {
    pub(super) edge: Arc<Edge<A>>,
    pub(super) connection: Connection,
    pub(super) pulse: Arc<Pulse>,
}

/// Serves a connection until either side closes it, or the roster says so.
pub(super) async fn attend<A: Application>(
    edge: Arc<Edge<A>>,
    seat: Seat,
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
) {
    // Answers are small and written at once: waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "connection lost before its first byte");
        return;
    }
    let Some(tls) = edge.tls.clone() else {
        return converse(edge, &seat, stream, Connection { peer, local, tls: None }).await;
    };
    match unless_ordered_away(seat.pulse(), tls.shake_hands(stream)).await {
        Some(Ok((stream, details))) => {
            converse(edge, &seat, stream, Connection { peer, local, tls: Some(details) }).await;
        }
        Some(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
        None => tracing::debug!(%peer, "TLS handshake not ended in time"),
    }
}

/// HTTP/1.1 or HTTP/2, whichever the client's first bytes say.
async fn converse<A, S>(edge: Arc<Edge<A>>, seat: &Seat, stream: S, connection: Connection)
where
    A: Application,
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let pulse = seat.pulse();
    let peer = connection.peer;
    let visit = Arc::new(Visit { edge: Arc::clone(&edge), connection, pulse: Arc::clone(pulse) });
    let service = service_fn(move |request: Request<Incoming>| exchange(Arc::clone(&visit), request));
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(pulse)));

    let mut conversation = pin!(edge.http.serve_connection(socket, service));
    let mut is_known = false;
    let mut is_finishing = false;
    let outcome = std::future::poll_fn(|cx| {
        match pulse.obey(cx.waker(), &mut is_known) {
            Order::Stay => (),
            Order::Finish if is_finishing => (),
            Order::Finish => {
                is_finishing = true;
                conversation.as_mut().graceful_shutdown();
            }
            Order::Leave => return Poll::Ready(None),
        }
        conversation.as_mut().poll(cx).map(Some)
    })
    .await;
    match outcome {
        Some(Ok(())) => (),
        Some(Err(error)) => tracing::debug!(%peer, error, "connection ended badly"),
        None => tracing::debug!(%peer, "connection cut: too slow, or the server is going down"),
    }
}

/// Before the first request any order means to leave.
async fn unless_ordered_away<F: Future>(pulse: &Pulse, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut is_known = false;
    std::future::poll_fn(|cx| match pulse.obey(cx.waker(), &mut is_known) {
        Order::Stay => future.as_mut().poll(cx).map(Some),
        Order::Finish | Order::Leave => Poll::Ready(None),
    })
    .await
}
