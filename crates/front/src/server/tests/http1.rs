use std::sync::atomic::Ordering;

use tokio::io::AsyncWriteExt;

use super::scratch::Server;

#[tokio::test]
async fn many_requests_share_a_connection() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    for n in 0..3 {
        client.send(format!("POST /{n} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{{}}").as_bytes()).await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.text()), (200, format!("POST /{n} 2 plain").as_str()));
        assert!(!answer.head.contains("connection: close"), "{}", answer.head);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let one = "POST /1 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    client
        .send(format!("{one}{}GET /3 HTTP/1.1\r\nhost: x\r\n\r\n", one.replace("POST /1", "POST /2")).as_bytes())
        .await;
    for expected in ["POST /1 2 plain", "POST /2 2 plain", "GET /3 0 plain"] {
        assert_eq!(client.answer().await.text(), expected);
    }
}

#[tokio::test]
async fn the_path_arrives_as_it_was_written() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    for path in ["/a%2Fb//c?x=+", "//", "/a/../b/./c?", "/%2f%2F?a=%20&a=+&=", "*"] {
        let method = if path == "*" { "OPTIONS" } else { "GET" };
        client.send(format!("{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        assert_eq!(client.answer().await.text(), format!("{method} {path} 0 plain"));
    }
}

#[tokio::test]
async fn a_client_that_stops_talking_after_its_request_still_hears_the_answer() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST /wait HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody").await;
    client.stream.shutdown().await.unwrap();
    server.until_asked(1).await;
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    server.application.gate.add_permits(1);
    assert_eq!(client.answer().await.text(), "POST /wait 4 plain");
    assert!(client.until_closed().await.is_empty());
}

#[tokio::test]
async fn a_body_in_many_pieces_is_handed_on_whole() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for _ in 0..5 {
        client.send(b"3\r\nabc\r\n").await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    client.send(b"0\r\n\r\n").await;
    assert_eq!(client.answer().await.text(), "POST / 15 plain");

    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n").await;
    client.send(&vec![b'x'; 1_000_000]).await;
    assert_eq!(client.answer().await.text(), "POST / 1000000 plain");
}

#[tokio::test]
async fn a_client_that_waits_to_be_told_is_told_to_go_on() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 100);
    client.send(b"{}").await;
    assert_eq!(client.answer().await.text(), "POST / 2 plain");
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_too_much_is_told_at_once() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2000000\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 413);
}

#[tokio::test]
async fn health_and_readiness_are_one_word_each() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let mut ask = async |line: &str| {
        client.send(format!("{line} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        client.answer().await
    };
    let alive = ask("GET /health").await;
    assert_eq!((alive.status, alive.text()), (200, "alive\n"));
    let ready = ask("GET /ready?from=probe").await;
    assert_eq!((ready.status, ready.text()), (200, "ready\n"));

    server.application.is_ready.store(false, Ordering::SeqCst);
    let starting = ask("GET /ready").await;
    assert_eq!((starting.status, starting.text()), (503, "starting\n"));
    assert_eq!(ask("GET /health").await.status, 200);
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);

    // Only these methods and exactly these paths are the floor's own.
    for line in ["POST /health", "GET /health/", "GET //health", "GET /Health", "DELETE /ready"] {
        assert_eq!(ask(line).await.text(), format!("{line} 0 plain"));
    }
}

#[tokio::test]
async fn a_head_request_for_health_gets_no_body() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"HEAD /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let all = String::from_utf8(client.until_closed().await).unwrap();
    assert!(all.starts_with("HTTP/1.1 200 OK\r\n") && all.ends_with("\r\n\r\n"), "{all}");
}

#[tokio::test]
async fn this_is_no_proxy_and_speaks_nothing_but_http() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.text()), (405, "Tunnel"));
    assert!(client.until_closed().await.is_empty());

    // An upgrade nobody offers is no reason not to answer.
    let mut client = server.connect().await;
    client.send(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_closed() {
    let server = Server::start().await;
    for noise in ["hello\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"] {
        let mut client = server.connect().await;
        client.send(noise.as_bytes()).await;
        client.stream.shutdown().await.unwrap();
        let reply = String::from_utf8(client.until_closed().await).unwrap();
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400"), "{noise:?}: {reply}");
    }
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
    server.must_answer().await;
}

#[tokio::test]
async fn a_body_that_ends_early_never_reaches_the_application() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
    client.stream.shutdown().await.unwrap();
    client.until_closed().await;

    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n").await;
    client.until_closed().await;
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
    server.must_answer().await;
}

#[tokio::test]
async fn a_panic_is_answered_and_the_connection_goes_on() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send(b"POST /panic HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.text()), (500, "Internal"));
    client.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 200);
}
