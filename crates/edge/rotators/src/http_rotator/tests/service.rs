//! A service that issues keys, and remembers how it was asked.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::testing::listener::listen;

/// Keys by their numbers.
pub(super) struct Service {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    keys: Vec<String>,
    made: usize,
    calls: Vec<SeenCall>,
    /// A key that is not known until somebody has called so often.
    learning: Option<(String, usize)>,
}

#[derive(Debug, Clone)]
pub(super) struct SeenCall {
    pub(super) method: String,
    /// With the query.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl SeenCall {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

type Answers = Arc<dyn Fn(SeenCall) -> Response<Full<Bytes>> + Send + Sync>;

/// Answers as it is told to; returns where.
pub(super) async fn serve(answers: Answers) -> u16 {
    listen(move |stream| talk(stream, Arc::clone(&answers))).await
}

async fn talk(mut stream: TcpStream, answers: Answers) {
    let mut peeked = [0; 32];
    let length = stream.peek(&mut peeked).await.unwrap_or(0);
    if peeked[..length].starts_with(b"GET /broken") {
        let _ = stream.write_all(b"SSH-2.0-other\r\n").await;
        return;
    }
    let answer = service_fn(move |request| answer(Arc::clone(&answers), request));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(answers: Answers, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (method, target) = (request.method().to_string(), request.uri().to_string());
    let headers = request.headers().clone();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    if target == "/silent" {
        sleep(Duration::from_secs(60)).await;
    }
    let body = String::from_utf8(body.to_vec()).unwrap();
    Ok(answers(SeenCall { method, target, headers, body }))
}

impl Service {
    pub(super) async fn start(keys: &[&str]) -> Self {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let made = keys.len();
        let state = Arc::new(Mutex::new(State { keys, made, ..State::default() }));
        let shared = Arc::clone(&state);
        let port = serve(Arc::new(move |call| shared.lock().answer(&call))).await;
        Self { port, state }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.state.lock().keys.clone()
    }

    pub(super) fn calls(&self) -> Vec<SeenCall> {
        self.state.lock().calls.clone()
    }

    pub(super) fn learns(&self, key: &str, after: usize) {
        self.state.lock().learning = Some((key.to_owned(), after));
    }
}

impl State {
    fn answer(&mut self, call: &SeenCall) -> Response<Full<Bytes>> {
        self.calls.push(call.clone());
        if let Some((key, after)) = &mut self.learning {
            *after = after.saturating_sub(1);
            if *after == 0 {
                let key = key.clone();
                self.keys.push(key);
                self.learning = None;
            }
        }
        let bearer = call.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
        let is_known = self.keys.iter().any(|key| key == bearer);
        match (call.method.as_str(), call.target.as_str()) {
            ("GET", "/endless") => reply(200, "x".repeat(2 * 1024 * 1024)),
            ("GET", "/elsewhere") => {
                let mut reply = reply(307, String::new());
                reply.headers_mut().insert("location", "/me".parse().unwrap());
                reply
            }
            ("POST", "/keys") if bearer == "admin-token" => {
                self.made += 1;
                let (key, id) = (format!("key-{}", self.made), self.made);
                self.keys.push(key.clone());
                reply(201, json!({ "data": { "key": key, "id": id } }).to_string())
            }
            ("GET", "/me") if is_known => reply(200, "{}".to_owned()),
            // The key that calls, which nothing else names. Who repeats himself is told that it is gone.
            ("DELETE", "/own-key") => {
                self.keys.retain(|own| own != bearer);
                reply(if is_known { 204 } else { 404 }, String::new())
            }
            ("DELETE", path) if is_known => {
                let key = path.strip_prefix("/keys/").map(|id| format!("key-{id}")).unwrap();
                let before = self.keys.len();
                self.keys.retain(|own| *own != key);
                reply(if self.keys.len() < before { 204 } else { 404 }, String::new())
            }
            _ => reply(401, format!("{{\"you said\":\"{bearer}\"}}")),
        }
    }
}

pub(super) fn reply(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = StatusCode::from_u16(status).unwrap();
    reply
}
