//! The Lambda Runtime API, version 2018-06-01, as one environment sees it: on a loopback port of its own.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use super::peer::Residents;

/// What a function may answer: 6 MiB and a little, as AWS counts.
pub(super) const RESPONSE_BYTES_MAX: usize = 6 * 1024 * 1024 + 100;
/// Runtime clients keep one or two connections.
const CONNECTIONS_MAX: usize = 64;
/// At once, since they take the host's memory and not the function's.
const BODIES_MAX: usize = 2;
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
const VERSION: &str = "/2018-06-01/";

/// One call on its way to the function.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) deadline_ms: i64,
    pub(super) invoked_arn: String,
    pub(super) trace_id: Option<String>,
    pub(super) client_context: Option<String>,
}

/// What a function said of its call, or of its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Answer(Bytes),
    Error { body: Bytes, error_type: String },
    TooLarge,
}

/// One environment's end of the API.
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    conversation: Arc<Conversation>,
    listening: AbortHandle,
}

struct Conversation {
    state: Mutex<State>,
    changed: Notify,
    bodies: Semaphore,
}

impl Default for Conversation {
    fn default() -> Self {
        Self { state: Mutex::default(), changed: Notify::default(), bodies: Semaphore::new(BODIES_MAX) }
    }
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// Waits for the next call.
    poller: Option<oneshot::Sender<Delivery>>,
    said: Option<Said>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The runtime has not asked for a call yet.
    #[default]
    Init,
    InitFailed,
    Waiting,
    Busy(String),
    /// It has answered, and has not asked for the next call yet.
    Done,
}

impl RuntimeApi {
    /// Begins to listen. Nobody is let in before `residents` are known.
    pub(super) async fn listen(residents: oneshot::Receiver<Residents>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let conversation = Arc::new(Conversation::default());
        let serving = serve(listener, address, residents, Arc::clone(&conversation));
        let listening = tokio::spawn(serving).abort_handle();
        Ok(Self { address, conversation, listening })
    }

    /// Until the runtime asks for its first call: Ok, or the error that it reports instead.
    pub(super) async fn initialised(&self) -> Result<(), Said> {
        self.when(|state| match state.phase {
            Phase::Init => None,
            Phase::InitFailed => Some(Err(state.said.clone().unwrap_or(Said::TooLarge))),
            _ => Some(Ok(())),
        })
        .await
    }

    /// Hands the call over as soon as the runtime asks for one.
    pub(super) async fn deliver(&self, delivery: &Delivery) {
        self.when(|state| {
            if state.phase != Phase::Waiting {
                return None;
            }
            // One that has hung up meanwhile is none.
            state.poller.take()?.send(delivery.clone()).ok()?;
            state.phase = Phase::Busy(delivery.request_id.clone());
            state.said = None;
            Some(())
        })
        .await;
    }

    /// What the function says of the call that was delivered.
    pub(super) async fn said(&self) -> Said {
        self.when(|state| state.said.take()).await
    }

    async fn when<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.conversation.changed.notified();
            if let Some(ready) = ready(&mut self.conversation.state.lock()) {
                return ready;
            }
            changed.await;
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        // With its connections.
        self.listening.abort();
    }
}

async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    residents: oneshot::Receiver<Residents>,
    conversation: Arc<Conversation>,
) {
    let Ok(residents) = residents.await else { return };
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // Too many open files, for the whole host: others will close theirs.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        if connections.len() < CONNECTIONS_MAX {
            connections.spawn(connection(stream, from, address, residents, Arc::clone(&conversation)));
        }
    }
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    to: SocketAddr,
    residents: Residents,
    conversation: Arc<Conversation>,
) {
    let is_resident = tokio::task::spawn_blocking(move || residents.opened(from, to)).await;
    if !is_resident.unwrap_or_default() {
        tracing::warn!(%from, "somebody else asked a function's environment for its calls, and was turned away");
        return;
    }
    drop(stream.set_nodelay(true));
    let service = service_fn(|request| answer(&conversation, request));
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    // A client that breaks off is its own affair.
    drop(server.serve_connection(TokioIo::new(stream), service).await);
}

async fn answer(conversation: &Conversation, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let path = path.strip_prefix(VERSION).unwrap_or_default();
    let told = |path: &str| path.strip_prefix("runtime/invocation/").map(str::to_owned);
    Ok(match (request.method(), path) {
        (&Method::GET, "runtime/invocation/next") => next(conversation).await,
        (&Method::POST, "runtime/init/error") => {
            let said = error(conversation, request).await;
            conversation.init_failed(said)
        }
        (&Method::POST, path) => match told(path).as_deref().and_then(|rest| rest.split_once('/')) {
            Some((id, "response")) => {
                let said = body(conversation, request).await.map_or(Said::TooLarge, Said::Answer);
                conversation.said(id, said)
            }
            Some((id, "error")) => {
                let said = error(conversation, request).await;
                conversation.said(id, said)
            }
            _ => not_found(),
        },
        _ => not_found(),
    })
}

async fn next(conversation: &Conversation) -> Response<Full<Bytes>> {
    let Some(delivery) = conversation.poll() else { return wrong_state() };
    // Never times out: a runtime may wait for days. A second poller takes the place of the first.
    match delivery.await {
        Ok(delivery) => delivered(delivery),
        Err(_) => wrong_state(),
    }
}

impl Conversation {
    fn poll(&self) -> Option<oneshot::Receiver<Delivery>> {
        let mut state = self.state.lock();
        if matches!(state.phase, Phase::Busy(_) | Phase::InitFailed) {
            return None;
        }
        let (poller, delivery) = oneshot::channel();
        state.phase = Phase::Waiting;
        state.poller = Some(poller);
        self.changed.notify_waiters();
        Some(delivery)
    }

    fn init_failed(&self, said: Said) -> Response<Full<Bytes>> {
        let mut state = self.state.lock();
        if state.phase != Phase::Init {
            return wrong_state();
        }
        state.phase = Phase::InitFailed;
        state.said = Some(said);
        self.changed.notify_waiters();
        accepted()
    }

    fn said(&self, id: &str, said: Said) -> Response<Full<Bytes>> {
        let mut state = self.state.lock();
        match &state.phase {
            Phase::Busy(current) if current == id => {}
            Phase::Busy(_) => return refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
            _ => return wrong_state(),
        }
        let answer = match said {
            Said::TooLarge => too_large(),
            _ => accepted(),
        };
        state.phase = Phase::Done;
        state.said = Some(said);
        self.changed.notify_waiters();
        answer
    }
}

/// None when it is larger than a function may answer, or breaks off.
async fn body(conversation: &Conversation, request: Request<Incoming>) -> Option<Bytes> {
    let _room = conversation.bodies.acquire().await.ok()?;
    let body = Limited::new(request.into_body(), RESPONSE_BYTES_MAX).collect().await;
    body.ok().map(http_body_util::Collected::to_bytes)
}

/// Some clients name the type in a header, some in the body alone.
async fn error(conversation: &Conversation, request: Request<Incoming>) -> Said {
    /// All else is passed over, however much it is.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        error_type: Option<String>,
    }

    let header = request.headers().get("lambda-runtime-function-error-type");
    let header = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(body) = body(conversation, request).await else { return Said::TooLarge };
    let in_body = || serde_json::from_slice::<Told>(&body).ok()?.error_type;
    let error_type = header.or_else(in_body).unwrap_or_default();
    Said::Error { body, error_type }
}

fn delivered(delivery: Delivery) -> Response<Full<Bytes>> {
    let Delivery { request_id, payload, deadline_ms, invoked_arn, trace_id, client_context } = delivery;
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", request_id)
        .header("Lambda-Runtime-Deadline-Ms", deadline_ms)
        .header("Lambda-Runtime-Invoked-Function-Arn", invoked_arn);
    for (name, value) in [("Lambda-Runtime-Trace-Id", trace_id), ("Lambda-Runtime-Client-Context", client_context)] {
        // What a caller sent and no header can hold is left out.
        let value = value.filter(|value| !value.is_empty()).map(|value| in_ascii(&value));
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response = response.header(name, value);
        }
    }
    response.body(Full::new(payload)).unwrap_or_else(|_| wrong_state())
}

/// JSON that means the same, as clients want it in a header.
fn in_ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\r' | '\n' | '\t' => ascii.push(' '),
            c if c.is_ascii() => ascii.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    ascii.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    ascii
}

fn accepted() -> Response<Full<Bytes>> {
    json(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn wrong_state() -> Response<Full<Bytes>> {
    refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed")
}

fn too_large() -> Response<Full<Bytes>> {
    let text = format!("Exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes).");
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &text)
}

fn not_found() -> Response<Full<Bytes>> {
    refusal(StatusCode::NOT_FOUND, "InvalidPath", "No such path in the Runtime API")
}

fn refusal(status: StatusCode, error_type: &str, error_message: &str) -> Response<Full<Bytes>> {
    json(status, serde_json::json!({ "errorMessage": error_message, "errorType": error_type }).to_string())
}

fn json(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_in_ascii() {
        let json = "{\n\t\"zoë\": \"🔑\"}";
        let ascii = in_ascii(json);
        assert!(HeaderValue::try_from(&ascii).unwrap().to_str().is_ok());
        let parse = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(parse(&ascii), parse(json));
    }
}
