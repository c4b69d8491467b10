use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::scratch::Server;
use super::tls::{Wishes, connect, connector, server_with};

const HANGING: Duration = Duration::from_secs(20);

/// A connection of hyper's client and the task that drives it; the task ends with the connection.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> (SendRequest<Full<Bytes>>, JoinHandle<hyper::Result<()>>) {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection))
}

async fn plain(server: &Server) -> (SendRequest<Full<Bytes>>, JoinHandle<hyper::Result<()>>) {
    speak(TcpStream::connect(server.address).await.unwrap()).await
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(format!("http://localhost{path}")).body(Full::new(body.into())).unwrap()
}

async fn ask(sender: &mut SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    let answer = timeout(HANGING, sender.send_request(request)).await.expect("no answer").unwrap();
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn http2_is_spoken_to_those_who_begin_with_it() {
    let server = Server::start().await;
    let (mut sender, _connection) = plain(&server).await;
    for path in ["/a%2Fb//c?x=+", "/second"] {
        let answer = ask(&mut sender, post(path, "{}")).await;
        assert_eq!(answer, (StatusCode::OK, format!("POST {path} 2 plain")));
    }
    let health = Request::get("http://localhost/health").body(Full::default()).unwrap();
    assert_eq!(ask(&mut sender, health).await.1, "alive\n");
}

#[tokio::test]
async fn http2_is_agreed_on_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(folder.path()).await;
    let wishes = Wishes { protocols: &[b"h2", b"http/1.1"], ..Wishes::default() };
    let stream = connect(&server, &connector(folder.path(), wishes)).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut sender, _connection) = speak(stream).await;
    let (status, text) = ask(&mut sender, post("/", "{}")).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "POST / 2 TLSv1.3 TLS_AES_256_GCM_SHA384 X25519MLKEM768"));
}

#[tokio::test]
async fn many_requests_run_at_once_on_one_connection() {
    let server = Server::start().await;
    let (sender, _connection) = plain(&server).await;
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let mut sender = sender.clone();
            tokio::spawn(async move { ask(&mut sender, post("/wait", vec![b'x'; 40_000])).await })
        })
        .collect();
    server.until_asked(50).await;
    server.application.gate.add_permits(50);
    for answer in waiting {
        assert_eq!(answer.await.unwrap().1, "POST /wait 40000 plain");
    }
}

#[tokio::test]
async fn one_refused_stream_harms_no_other() {
    let server = Server::limited(|limits| limits.body_bytes_max = 100_000).await;
    let (mut sender, _connection) = plain(&server).await;
    let (status, text) = ask(&mut sender, post("/", vec![b'x'; 100_001])).await;
    assert_eq!((status, text.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "BodyTooLarge"));
    assert_eq!(ask(&mut sender, post("/panic", "{}")).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(ask(&mut sender, post("/", vec![b'x'; 100_000])).await.1, "POST / 100000 plain");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = Server::start().await;
    let (mut sender, _connection) = plain(&server).await;
    let mut request = post("/", "{}");
    request.headers_mut().insert("long", "x".repeat(40 * 1024).parse().unwrap());
    let refused = timeout(HANGING, sender.send_request(request)).await.expect("no answer");
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.status() == 431));
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
    server.must_answer().await;
}

#[tokio::test]
async fn what_a_client_gives_up_is_given_up() {
    let server = Server::start().await;
    let (mut sender, _connection) = plain(&server).await;
    let answer = tokio::spawn(async move { ask(&mut sender, post("/wait", "{}")).await });
    server.until_asked(1).await;
    answer.abort();
    server.until_dropped().await;
}

#[tokio::test]
async fn a_running_request_is_answered_before_the_server_goes() {
    let server = Server::start().await;
    let application = server.application.clone();
    let (mut sender, connection) = plain(&server).await;
    let address = server.address;
    let answer = tokio::spawn(async move { ask(&mut sender, post("/wait", "{}")).await });
    server.until_asked(1).await;
    let stopping = server.tell_to_stop();
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!stopping.is_finished());
    application.gate.add_permits(1);
    assert_eq!(answer.await.unwrap().1, "POST /wait 2 plain");
    let report = timeout(HANGING, stopping).await.expect("the server does not stop").unwrap();
    assert_eq!((report.connections, report.connections_cut, report.requests_cut), (1, 0, 0));
    timeout(HANGING, connection).await.expect("the connection stays").unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_connection_is_told_to_go_and_a_deaf_one_is_cut() {
    let server = Server::limited(|limits| {
        limits.idle_timeout = Duration::from_millis(300);
        limits.header_timeout = Duration::from_millis(300);
    })
    .await;
    let (mut sender, connection) = plain(&server).await;
    ask(&mut sender, post("/", "{}")).await;
    timeout(HANGING, connection).await.expect("the idle connection stays").unwrap().unwrap();

    // Answers neither GOAWAY nor PING.
    let mut deaf = server.connect().await;
    deaf.send(&[PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, END, 1, GET_ROOT)].concat()).await;
    server.until_asked(2).await;
    let heard = deaf.until_closed().await;
    assert!(contains(&heard, &[0, 0, 8, GOAWAY, 0]), "{heard:?}");
}

#[tokio::test]
async fn streams_opened_only_to_be_reset_end_the_connection() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let mut attack = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    for stream in (1..2000).step_by(2) {
        attack.extend(frame(HEADERS, END, stream, GET_ROOT));
        attack.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
    }
    // It may be closed before it is all sent.
    let _ = tokio::io::AsyncWriteExt::write_all(&mut client.stream, &attack).await;
    timeout(HANGING, client.until_closed()).await.expect("the attack is tolerated");
    let asked = server.application.asked.load(Ordering::SeqCst);
    assert!(asked < 200, "{asked} of 1000 reached the application");
    server.must_answer().await;
}

#[tokio::test]
async fn an_unfinished_body_is_timed_on_its_own_stream() {
    let server = Server::limited(|limits| limits.body_timeout = Duration::from_millis(100)).await;
    let mut client = server.connect().await;
    client.send(&[PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, END_HEADERS, 1, GET_ROOT)].concat()).await;
    let mut seen = Vec::new();
    let refused = async {
        while !contains(&seen, b"BodyTooSlow") {
            let mut buffer = [0; 1024];
            let length = tokio::io::AsyncReadExt::read(&mut client.stream, &mut buffer).await.unwrap();
            assert!(length > 0, "closed without an answer");
            seen.extend_from_slice(&buffer[..length]);
        }
    };
    timeout(HANGING, refused).await.expect("no answer");
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_connection_that_vanishes_takes_its_requests_along() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(&[PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, END, 1, GET_WAIT)].concat()).await;
    server.until_asked(1).await;
    drop(client);
    server.until_dropped().await;
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_HEADERS: u8 = 4;
/// End of headers and of the stream.
const END: u8 = 5;
/// `GET /` of `http://x` in HPACK: three entries of the static table, and the authority spelt out.
const GET_ROOT: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'];
/// `GET /wait`, its path spelt out as well.
const GET_WAIT: &[u8] = b"\x82\x86\x04\x05/wait\x41\x01x";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
