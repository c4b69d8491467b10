//! Servers that mean no good.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::super::MySql;
use crate::{
    rotator::Rotator,
    settings::NetworkSettings,
    single_user::SingleUser,
    testing::{Tools, listener::listen, login_here},
};

/// Packets, numbered from this one on.
fn packets(mut number: u8, payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for payload in payloads {
        bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes()[..3]);
        bytes.push(number);
        bytes.extend_from_slice(payload);
        number = number.wrapping_add(1);
    }
    bytes
}

fn greeting() -> Vec<u8> {
    let capabilities = [0x09, 0xa2, 0x21, 2, 0, 0x08, 0, 21];
    let plugin = b"mysql_native_password\0";
    [b"\x0a8.0.0\0", &[1, 0, 0, 0][..], &[7; 8], &[0], &capabilities, &[0; 10], &[7; 12], &[0], plugin].concat()
}

/// One column of text, without its rows.
fn columns() -> Vec<Vec<u8>> {
    let column = [&b"\x03def\0\0\0\x01c\0\x0c"[..], &[33, 0, 4, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]].concat();
    vec![vec![1], column, vec![0xfe, 0, 0, 2, 0]]
}

/// Lets everybody in, is asked something, and begins to answer.
async fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut room = [0; 1024];
    stream.write_all(&packets(0, &[greeting()])).await?;
    assert!(stream.read(&mut room).await? > 0);
    stream.write_all(&packets(2, &[vec![0, 0, 0, 2, 0, 0, 0]])).await?;
    assert!(stream.read(&mut room).await? > 0);
    stream.write_all(&packets(1, &columns())).await
}

/// What is told of a server that sends such rows again and again.
async fn refused(row: Vec<u8>) -> String {
    let port = listen(move |mut stream| {
        let row = row.clone();
        async move {
            let _ = begin(&mut stream).await;
            // All numbers that there are, so that they follow each other.
            let rows = packets(4, &vec![row; 256]);
            while stream.write_all(&rows).await.is_ok() {}
        }
    });
    let secret = login_here("mysql", port.await, "app", "x", &json!({}));
    let rotator = SingleUser(Box::new(MySql::MySql));
    rotator.test(&Tools::default().errand(), &secret).await.unwrap_err().to_string()
}

#[tokio::test]
async fn rows_without_an_end_are_not_kept() {
    let refused = refused(vec![1, b'x']).await;
    assert!(refused.contains("more than 100000 rows"), "{refused}");
}

#[tokio::test]
async fn rows_that_are_long_are_fewer() {
    let long = [&[0xfd, 0, 0, 1][..], &[b'x'; 64 * 1024]].concat();
    let refused = refused(long).await;
    assert!(refused.contains("more than anybody asked for"), "{refused}");
}

#[tokio::test]
async fn columns_are_not_believed_before_they_have_come() {
    for count in [1_u64 << 42, u64::MAX, 5000] {
        let port = listen(move |mut stream| async move {
            let mut room = [0; 1024];
            stream.write_all(&packets(0, &[greeting()])).await.unwrap();
            assert!(stream.read(&mut room).await.unwrap() > 0);
            stream.write_all(&packets(2, &[vec![0, 0, 0, 2, 0, 0, 0]])).await.unwrap();
            assert!(stream.read(&mut room).await.unwrap() > 0);
            stream.write_all(&packets(1, &[[&[0xfe][..], &count.to_le_bytes()].concat()])).await.unwrap();
            let _ = stream.read(&mut room).await;
        });
        let secret = login_here("mysql", port.await, "app", "x", &json!({}));
        let rotator = SingleUser(Box::new(MySql::MySql));
        let refused = rotator.test(&Tools::default().errand(), &secret).await.unwrap_err().to_string();
        assert!(refused.contains("no columns, or too many"), "{refused}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_within_an_answer_is_left() {
    let (left, mut is_left) = mpsc::unbounded_channel();
    let port = listen(move |mut stream| {
        let left = left.clone();
        async move {
            begin(&mut stream).await.unwrap();
            // Until the other side goes.
            while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
            left.send(()).unwrap();
        }
    });
    let secret = login_here("mysql", port.await, "app", "x", &json!({}));
    let settings = NetworkSettings { answer_timeout: Duration::from_millis(500), ..NetworkSettings::default() };
    let rotator = SingleUser(Box::new(MySql::MySql));
    let refused = rotator.test(&Tools::new(settings).errand(), &secret).await.unwrap_err().to_string();
    assert!(refused.contains("did not answer within"), "{refused}");
    tokio::time::timeout(Duration::from_secs(10), is_left.recv()).await.unwrap().unwrap();
}
