//! Servers that mean no good.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::super::Postgres;
use crate::{
    rotator::Rotator,
    settings::NetworkSettings,
    single_user::SingleUser,
    testing::{Tools, listener::listen, login_here},
};

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag][..], &length, body].concat()
}

/// Lets everybody in, and is asked something.
async fn let_in(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut room = [0; 1024];
    assert!(stream.read(&mut room).await? > 0);
    stream.write_all(&[message(b'R', &[0; 4]), message(b'Z', b"I")].concat()).await?;
    assert!(stream.read(&mut room).await? > 0);
    Ok(())
}

/// What is told of a server that answers with this, again and again.
async fn refused(first: Vec<u8>, then: Vec<u8>) -> String {
    let port = listen(move |mut stream| {
        let (first, then) = (first.clone(), then.clone());
        async move {
            let _ = let_in(&mut stream).await;
            let _ = stream.write_all(&first).await;
            while stream.write_all(&then).await.is_ok() {}
        }
    });
    let secret = login_here("postgres", port.await, "app", "x", &json!({}));
    let rotator = SingleUser(Box::new(Postgres::PostgreSql));
    rotator.test(&Tools::default().errand(), &secret).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_message_without_an_end_is_not_kept() {
    let begun = [&b"D"[..], &i32::MAX.to_be_bytes()].concat();
    let refused = refused(begun, vec![0; 64 * 1024]).await;
    // Where the connection ends, and why, is the driver's to know. Nobody has waited for the end of the message.
    assert!(refused.contains("connection closed"), "{refused}");
}

#[tokio::test]
async fn rows_without_an_end_are_not_kept() {
    let no_columns = message(b'T', &[0, 0]);
    let rows = message(b'D', &[0, 0]).repeat(1000);
    let refused = refused(no_columns, rows).await;
    assert!(refused.contains("more than 100000 rows"), "{refused}");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    let (left, mut is_left) = mpsc::unbounded_channel();
    let port = listen(move |mut stream| {
        let left = left.clone();
        async move {
            let_in(&mut stream).await.unwrap();
            // Until the other side goes.
            while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
            left.send(()).unwrap();
        }
    });
    let secret = login_here("postgres", port.await, "app", "x", &json!({}));
    let settings = NetworkSettings { answer_timeout: Duration::from_millis(200), ..NetworkSettings::default() };
    let rotator = SingleUser(Box::new(Postgres::PostgreSql));
    let begun = Instant::now();
    let refused = rotator.test(&Tools::new(settings).errand(), &secret).await.unwrap_err().to_string();
    assert!(refused.contains("did not answer within"), "{refused}");
    tokio::time::timeout(Duration::from_secs(5), is_left.recv()).await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
}
