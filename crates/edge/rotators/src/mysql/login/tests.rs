//! A server's side of caching_sha2_password, which MariaDB has not: MySQL 8 logs accounts in by it.

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer, PublicKeyX509Der},
    rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use serde_json::json;
use tokio::io::duplex;

use super::*;
use crate::testing::{Tools, login_here};

const PASSWORD: &str = "a-password-of-tests";
const CHALLENGE: &[u8; 20] = b"abcdefghijklmnopqrst";
const IN: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

/// The server's end, and the client that logs in there.
async fn logging_in(ssl: serde_json::Value, serve: impl AsyncFnOnce(&mut Packets)) -> Result<(), String> {
    let secret = login_here("mysql", 3306, "app", PASSWORD, &json!({"ssl": ssl}));
    let tools = Tools::default();
    let login = Login::of(&super::super::MySql::MySql, &tools.errand(), &secret).unwrap();
    let (own, other) = duplex(1 << 16);
    let mut server = Packets::over(Box::new(other));
    let errand = tools.errand();
    let client = shake_hands(&errand, &login, Channel::Plain, Packets::over(Box::new(own)));
    let (logged_in, ()) = tokio::join!(client, async {
        serve(&mut server).await;
        drop(server);
    });
    logged_in.map(drop).map_err(|stop| match stop {
        Stop::Stream(error) => error.to_string(),
        Stop::Told(told) => told.words(&[]),
        Stop::Other(error) => error.to_string(),
    })
}

async fn greet(server: &mut Packets) {
    let capabilities = (WANTED | SSL).to_le_bytes();
    let parts: [&[u8]; 12] = [
        &[10],
        b"8.0.36\0",
        &[1, 0, 0, 0],
        &CHALLENGE[..8],
        &[0],
        &capabilities[..2],
        &[45, 2, 0],
        &capabilities[2..],
        &[21],
        &[0; 10],
        &CHALLENGE[8..],
        b"\0caching_sha2_password\0",
    ];
    server.write(&parts.concat()).await.unwrap();
}

/// Does a server that keeps `SHA256(SHA256(password))` take this answer?
fn is_right(answer: &[u8]) -> bool {
    let kept = digest(&SHA256, digest(&SHA256, PASSWORD.as_bytes()).as_ref());
    let mask = digest(&SHA256, &[kept.as_ref(), CHALLENGE].concat());
    let once: Vec<u8> = answer.iter().zip(mask.as_ref()).map(|(byte, mask)| byte ^ mask).collect();
    digest(&SHA256, &once).as_ref() == kept.as_ref()
}

/// The answer in what the client says first.
async fn answer(server: &mut Packets) -> Vec<u8> {
    let said = server.read().await.unwrap();
    let mut reader = Reader(&said);
    reader.take(32).unwrap();
    assert_eq!(reader.text().unwrap(), b"app");
    let length = reader.byte().unwrap();
    let answer = reader.take(length.into()).unwrap().to_vec();
    assert_eq!(reader.text().unwrap(), b"caching_sha2_password");
    answer
}

#[tokio::test]
async fn a_server_that_has_the_password_in_its_cache_asks_for_nothing_more() {
    let logged_in = logging_in(json!(false), async |server| {
        greet(server).await;
        assert!(is_right(&answer(server).await));
        server.write(&[1, 3]).await.unwrap();
        server.write(IN).await.unwrap();
    });
    assert_eq!(logged_in.await, Ok(()));
}

#[tokio::test]
async fn without_tls_the_password_is_sent_under_the_servers_key() {
    let logged_in = logging_in(json!(false), async |server| {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
        let pem = {
            use base64::{Engine, prelude::BASE64_STANDARD};
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(der.as_ref()))
        };
        greet(server).await;
        answer(server).await;
        server.write(&[1, 4]).await.unwrap();
        assert_eq!(server.read().await.unwrap(), [2]);
        server.write(&[&[1], pem.as_bytes()].concat()).await.unwrap();
        let sealed = server.read().await.unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let mut room = vec![0; key.min_output_size()];
        let hidden = key.decrypt(&OAEP_SHA1_MGF1SHA1, &sealed, &mut room, None).unwrap();
        let open: Vec<u8> = hidden.iter().zip(CHALLENGE.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        assert_eq!(open, format!("{PASSWORD}\0").as_bytes());
        server.write(IN).await.unwrap();
    });
    assert_eq!(logged_in.await, Ok(()));
}

#[tokio::test]
async fn where_tls_was_only_given_up_the_password_is_under_nobodys_key() {
    let refused = logging_in(json!(null), async |server| {
        greet(server).await;
        answer(server).await;
        server.write(&[1, 4]).await.unwrap();
        server.read().await.unwrap_err();
    });
    assert_eq!(refused.await.unwrap_err(), "an account of caching_sha2_password needs TLS");
}

#[tokio::test]
async fn a_server_that_asks_without_end_is_left() {
    let refused = logging_in(json!(false), async |server| {
        greet(server).await;
        answer(server).await;
        while server.write(&[1, 3]).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(refused.await.unwrap_err(), "the server asks without end");
}

#[tokio::test]
async fn what_is_no_greeting_is_no_login() {
    for (said, expected) in [
        (&b"\xff\x10\x04Too many connections"[..], "Too many connections (1040, )"),
        (b"HTTP/1.1 400 Bad Request", "the server speaks another protocol"),
        (b"", "the server's packet ends early"),
    ] {
        let refused = logging_in(json!(false), async |server| server.write(said).await.unwrap()).await;
        assert_eq!(refused.unwrap_err(), expected);
    }
}
