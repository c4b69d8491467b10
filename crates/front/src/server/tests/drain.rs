use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::scratch::{Client, Server};
use crate::server::{BindError, DrainReport, Settings, bind};

#[tokio::test]
async fn a_server_without_work_stops_at_once() {
    let server = Server::start().await;
    let mut idle = server.connect().await;
    idle.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.answer().await;
    let _silent = server.connect().await;
    let begun = Instant::now();
    let address = server.address;
    let report = server.stop().await;
    assert_eq!((report.connections_cut, report.requests_cut), (0, 0));
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(idle.until_closed().await.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_running_request_is_answered_and_its_connection_then_closed() {
    let server = Server::start().await;
    let application = server.application.clone();
    let address = server.address;
    let mut client = server.connect().await;
    client.send(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.until_asked(1).await;
    let stopping = server.tell_to_stop();
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!stopping.is_finished());
    application.gate.add_permits(1);
    let answer = client.answer().await;
    assert_eq!(answer.text(), "GET /wait 0 plain");
    assert!(answer.head.contains("connection: close"), "{}", answer.head);
    assert!(client.until_closed().await.is_empty());
    assert_eq!(stopping.await.unwrap(), DrainReport { connections: 1, connections_cut: 0, requests_cut: 0 });
}

#[tokio::test]
async fn what_takes_too_long_is_cut_and_counted() {
    let server = Server::with(|settings| settings.drain_timeout = Duration::from_millis(100)).await;
    let application = server.application.clone();
    let mut clients: Vec<Client<TcpStream>> = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client.send(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await;
        clients.push(client);
    }
    server.until_asked(2).await;
    let report = server.stop().await;
    assert_eq!(report, DrainReport { connections: 2, connections_cut: 2, requests_cut: 2 });
    assert_eq!(application.dropped.load(Ordering::SeqCst), 2);
    for client in &mut clients {
        assert!(client.until_closed().await.is_empty());
    }
}

#[tokio::test]
async fn a_taken_port_is_named_in_the_error() {
    let server = Server::start().await;
    let error = bind(Settings::plain(vec![server.address])).await.err().unwrap();
    assert!(matches!(error, BindError::Address { address, .. } if address == server.address));
    assert!(error.to_string().starts_with(&format!("cannot listen on {}: ", server.address)), "{error}");
}
