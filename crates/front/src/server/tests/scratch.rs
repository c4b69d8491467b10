//! A small application behind a real server, and a client that says exactly what it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::server::{
    Application, Body, Bound, Connection, DrainReport, Limits, Readiness, Refusal, Settings, TlsReloader, bind, serve,
};

/// Nothing in these tests takes this long unless it hangs.
const HANGING: Duration = Duration::from_secs(20);

/// Says what it was asked. `/panic` panics, `/wait` waits until it is let go, `/big` answers 8 MiB, and
/// `/long` may be asked with ten million bytes.
pub(super) struct Scratch {
    pub(super) is_ready: AtomicBool,
    pub(super) asked: AtomicU32,
    pub(super) dropped: AtomicU32,
    pub(super) gate: Semaphore,
}

impl Application for Scratch {
    async fn answer(&self, connection: &Connection, head: http::request::Parts, body: Bytes) -> Response<Body> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut unanswered = Unanswered { count: &self.dropped, is_answered: false };
        match head.uri.path() {
            "/panic" => panic!("as asked"),
            "/wait" => self.gate.acquire().await.unwrap().forget(),
            _ => (),
        }
        unanswered.is_answered = true;
        if head.uri.path() == "/big" {
            return Response::new(Body::from(vec![b'x'; 8 * 1024 * 1024]));
        }
        let tls = connection
            .tls
            .map_or("plain".to_owned(), |tls| format!("{} {} {}", tls.version, tls.cipher_suite, tls.key_exchange));
        let path = head.uri.path_and_query().map_or("", |path| path.as_str());
        Response::new(Body::from(format!("{} {path} {} {tls}", head.method, body.len())))
    }

    fn body_bytes_max(&self, head: &http::request::Parts) -> Option<u32> {
        (head.uri.path() == "/long").then_some(10_000_000)
    }

    fn refuse(&self, _: Option<&http::request::Parts>, refusal: Refusal) -> Response<Body> {
        let mut answer = Response::new(Body::from(format!("{refusal:?}")));
        *answer.status_mut() = refusal.status();
        answer
    }

    fn readiness(&self) -> Readiness {
        if self.is_ready.load(Ordering::SeqCst) { Readiness::Ready } else { Readiness::Starting }
    }
}

struct Unanswered<'a> {
    count: &'a AtomicU32,
    is_answered: bool,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A running server.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) application: Arc<Scratch>,
    pub(super) tls: Option<TlsReloader>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<DrainReport>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(super) async fn limited(limit: impl FnOnce(&mut Limits)) -> Self {
        Self::with(|settings| limit(&mut settings.limits)).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::plain(vec!["127.0.0.1:0".parse().unwrap()]);
        change(&mut settings);
        Self::of(bind(settings).await.unwrap())
    }

    fn of(bound: Bound) -> Self {
        let address = bound.addresses()[0];
        let tls = bound.tls();
        let application = Arc::new(Scratch {
            is_ready: AtomicBool::new(true),
            asked: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            gate: Semaphore::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(serve(bound, Arc::clone(&application), async {
            let _ = stopped.await;
        }));
        Self { address, application, tls, stop, running }
    }

    pub(super) async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).await.unwrap())
    }

    /// Asks something ordinary on a fresh connection: whatever happened before, the server is well.
    pub(super) async fn must_answer(&self) {
        let mut client = self.connect().await;
        client.send(b"GET /well HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(client.answer().await.text(), "GET /well 0 plain");
    }

    pub(super) async fn until_asked(&self, times: u32) {
        until(&self.application.asked, times).await;
    }

    /// Until a request was dropped before its answer.
    pub(super) async fn until_dropped(&self) {
        until(&self.application.dropped, 1).await;
    }

    /// Tells the server to stop, without waiting.
    pub(super) fn tell_to_stop(self) -> JoinHandle<DrainReport> {
        self.stop.send(()).unwrap();
        self.running
    }

    pub(super) async fn stop(self) -> DrainReport {
        timeout(HANGING, self.tell_to_stop()).await.expect("the server does not stop").unwrap()
    }
}

async fn until(count: &AtomicU32, least: u32) {
    let reached = async {
        while count.load(Ordering::SeqCst) < least {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(HANGING, reached).await.expect("it never happens");
}

/// The client's end of a connection.
pub(super) struct Client<S> {
    pub(super) stream: S,
    read: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Status line and headers, lower case.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next answer, but not what follows on it.
    pub(super) async fn answer(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.read_more().await > 0, "closed before an answer: {:?}", String::from_utf8_lossy(&self.read));
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        while self.read.len() < length {
            assert!(self.read_more().await > 0, "closed within an answer");
        }
        let body = self.read.drain(..length).collect();
        Answer { status, head, body }
    }

    /// Whatever comes until the server closes. A reset is a close as well.
    pub(super) async fn until_closed(&mut self) -> Vec<u8> {
        while self.read_more().await > 0 {}
        std::mem::take(&mut self.read)
    }

    async fn read_more(&mut self) -> usize {
        let mut buffer = [0; 16 * 1024];
        let read = timeout(HANGING, self.stream.read(&mut buffer)).await.expect("the server hangs");
        let length = read.unwrap_or_default();
        self.read.extend_from_slice(&buffer[..length]);
        length
    }
}
