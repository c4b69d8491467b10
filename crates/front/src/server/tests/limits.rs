use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::scratch::Server;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let long = "x".repeat(40 * 1024);
    client.send(format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {long}\r\n\r\n").as_bytes()).await;
    assert_eq!(client.answer().await.status, 431);

    let mut client = server.connect().await;
    let many = "a: b\r\n".repeat(101);
    client.send(format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n").as_bytes()).await;
    assert_eq!(client.answer().await.status, 431);

    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
    server.must_answer().await;
}

#[tokio::test]
async fn a_head_below_the_limit_is_fine() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let long = "x".repeat(31 * 1024);
    client.send(format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {long}\r\n\r\n").as_bytes()).await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn a_body_announced_too_long_is_refused_unread_and_the_refusal_is_heard() {
    let server = Server::limited(|limits| limits.body_bytes_max = 1000).await;
    for length in [1001, 12_000_000, 1_u64 << 60] {
        let mut client = server.connect().await;
        client.send(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n").as_bytes()).await;
        // The client sends on without listening, as many do. Its body must not cost it the answer.
        client.send(&vec![b'x'; usize::try_from(length.min(12_000_000)).unwrap()]).await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.text()), (413, "BodyTooLarge"), "{length}");
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
    }
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
    server.must_answer().await;
}

#[tokio::test]
async fn a_body_that_grows_too_long_is_refused() {
    let server = Server::limited(|limits| limits.body_bytes_max = 1000).await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let piece = format!("{:x}\r\n{}\r\n", 500, "x".repeat(500));
    client.send(piece.repeat(3).as_bytes()).await;
    assert_eq!(client.answer().await.text(), "BodyTooLarge");
}

#[tokio::test]
async fn the_largest_body_allowed_is_answered() {
    let server = Server::limited(|limits| limits.body_bytes_max = 1000).await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n").await;
    client.send(&[b'x'; 1000]).await;
    assert_eq!(client.answer().await.text(), "POST / 1000 plain");
}

#[tokio::test]
async fn when_all_bodies_together_are_too_many_one_is_refused_and_the_room_comes_back() {
    let server = Server::limited(|limits| limits.bodies_bytes_max = 1_500_000).await;
    let million = vec![b'x'; 1_000_000];
    let head = |path: &str| format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n");
    let mut first = server.connect().await;
    first.send(head("/wait").as_bytes()).await;
    first.send(&million).await;
    server.until_asked(1).await;

    let mut second = server.connect().await;
    second.send(head("/").as_bytes()).await;
    second.send(&million).await;
    let refused = second.answer().await;
    assert_eq!((refused.status, refused.text()), (503, "Busy"));
    // Small bodies need no room.
    server.must_answer().await;

    server.application.gate.add_permits(1);
    assert_eq!(first.answer().await.status, 200);
    let mut third = server.connect().await;
    third.send(head("/").as_bytes()).await;
    third.send(&million).await;
    assert_eq!(third.answer().await.text(), "POST / 1000000 plain");
}

#[tokio::test]
async fn a_request_that_may_be_longer_is_answered_up_to_its_own_limit() {
    let server = Server::start().await;
    for chunked in [false, true] {
        let mut client = server.connect().await;
        let body = vec![b'x'; 10_000_000];
        if chunked {
            client.send(b"POST /long HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await;
            client.send(format!("{:x}\r\n", body.len()).as_bytes()).await;
            client.send(&body).await;
            client.send(b"\r\n0\r\n\r\n").await;
        } else {
            client.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n").await;
            client.send(&body).await;
        }
        assert_eq!(client.answer().await.text(), "POST /long 10000000 plain");
    }
    let mut client = server.connect().await;
    client.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 10000001\r\n\r\n").await;
    assert_eq!(client.answer().await.text(), "BodyTooLarge");
}

#[tokio::test]
async fn long_bodies_leave_room_for_ordinary_ones() {
    let server = Server::limited(|limits| {
        limits.body_bytes_max = 1_000_000;
        limits.bodies_bytes_max = 8_000_000;
    })
    .await;
    // Beyond the first million they may take six. What is sent is taken in on another thread, after a while; whoever came
    // before all of it has been might have the first one turned away.
    let mut while_taken_in = Duration::from_millis(20);
    let mut first = loop {
        let mut first = server.connect().await;
        first.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 6500000\r\n\r\n").await;
        first.send(&vec![b'x'; 6_400_000]).await;
        tokio::time::sleep(while_taken_in).await;
        let mut second = server.connect().await;
        second.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n").await;
        second.send(&vec![b'x'; 2_000_000]).await;
        if second.answer().await.text() == "Busy" {
            break first;
        }
        while_taken_in *= 2;
        assert!(while_taken_in < Duration::from_secs(10), "the second one was let in");
    };

    let mut ordinary = server.connect().await;
    ordinary.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n").await;
    ordinary.send(&vec![b'x'; 1_000_000]).await;
    assert_eq!(ordinary.answer().await.text(), "POST / 1000000 plain");

    first.send(&vec![b'x'; 100_000]).await;
    assert_eq!(first.answer().await.text(), "POST /long 6500000 plain");
}

#[tokio::test]
async fn a_body_that_can_never_have_room_is_too_long() {
    let server = Server::limited(|limits| {
        limits.body_bytes_max = 1_000_000;
        limits.bodies_bytes_max = 4_000_000;
    })
    .await;
    let mut client = server.connect().await;
    client.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 4000001\r\n\r\n").await;
    assert_eq!(client.answer().await.text(), "BodyTooLarge");
}

#[tokio::test]
async fn a_long_body_has_more_time_the_more_of_it_has_come() {
    let server = Server::limited(|limits| limits.body_timeout = Duration::from_secs(1)).await;
    let mut client = server.connect().await;
    client.send(b"POST /long HTTP/1.1\r\nhost: x\r\ncontent-length: 4300000\r\n\r\n").await;
    // Four MiB and a little.
    client.send(&vec![b'x'; 4_200_000]).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    client.send(&vec![b'x'; 100_000]).await;
    assert_eq!(client.answer().await.text(), "POST /long 4300000 plain");
}

#[tokio::test]
async fn a_slow_body_is_refused_and_the_connection_closed() {
    let server = Server::limited(|limits| {
        limits.body_timeout = SHORT;
        limits.header_timeout = SHORT;
    })
    .await;
    let mut client = server.connect().await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.text()), (408, "BodyTooSlow"));
    assert!(client.until_closed().await.is_empty());
    assert_eq!(server.application.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_slow_head_is_closed_however_it_trickles() {
    let server = Server::limited(|limits| limits.header_timeout = SHORT).await;
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.send(b"GET / HTTP/1.1\r\nhost: x\r\n").await;
    let mut second_time = server.connect().await;
    second_time.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(second_time.answer().await.status, 200);
    let trickle = async {
        // A byte now and then buys no time.
        use tokio::io::AsyncWriteExt;
        while second_time.stream.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), trickle).await.expect("a trickling head is never closed");
    assert!(silent.until_closed().await.is_empty());
    assert!(half.until_closed().await.is_empty());
    server.must_answer().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let server = Server::limited(|limits| {
        limits.idle_timeout = SHORT;
        limits.header_timeout = LONG;
        limits.write_timeout = LONG;
    })
    .await;
    let mut idle = server.connect().await;
    idle.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.answer().await;
    let mut busy = server.connect().await;
    busy.send(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.until_asked(2).await;
    assert!(idle.until_closed().await.is_empty());
    tokio::time::sleep(2 * SHORT).await;
    server.application.gate.add_permits(1);
    assert_eq!(busy.answer().await.status, 200);
}

#[tokio::test]
async fn an_answer_nobody_takes_does_not_keep_its_connection() {
    let server = Server::limited(|limits| limits.write_timeout = SHORT).await;
    let mut client = server.connect().await;
    client.send(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(4 * SHORT).await;
    let begun = Instant::now();
    let taken = client.until_closed().await;
    assert!(taken.len() < 8 * 1024 * 1024, "{} bytes", taken.len());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_slow_but_steady_reader_gets_all_of_its_answer() {
    let server = Server::limited(|limits| limits.write_timeout = SHORT).await;
    let mut client = server.connect().await;
    client.send(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.answer().await.body.len(), 8 * 1024 * 1024);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_and_those_within_it_go_on() {
    let server = Server::limited(|limits| limits.connections_max = 10).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = server.connect().await;
        client.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        client.answer().await;
        clients.push(client);
    }
    for _ in 0..100 {
        assert!(server.connect().await.until_closed().await.is_empty());
    }
    for client in &mut clients {
        client.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(client.answer().await.status, 200);
    }
    clients.pop();
    let back = async {
        loop {
            let mut client = server.connect().await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut client.stream, b"GET / HTTP/1.0\r\n\r\n").await;
            if client.until_closed().await.starts_with(b"HTTP/1.0 200") {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("the seat is never given back");
}
