//! A stub of PostgreSQL: it lets in its users without a password, and remembers what it is told.

use std::{collections::BTreeSet, net::Ipv4Addr, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(super) struct Database {
    pub(super) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    users: Mutex<BTreeSet<String>>,
    statements: Mutex<Vec<String>>,
}

/// Is TLS to be had? No.
const TLS_REQUEST: u32 = 80_877_103;

impl Database {
    pub(super) async fn with(users: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        shared.users.lock().extend(users.iter().map(|user| (*user).to_owned()));
        let own = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&own)));
            }
        });
        Self { port, shared }
    }

    pub(super) fn statements(&self) -> Vec<String> {
        self.shared.statements.lock().clone()
    }
}

/// Until whoever has connected goes away.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let user = loop {
        let length = stream.read_u32().await.ok()?;
        let mut body = vec![0; length as usize - 4];
        stream.read_exact(&mut body).await.ok()?;
        if body[..4] == TLS_REQUEST.to_be_bytes() {
            stream.write_all(b"N").await.ok()?;
            continue;
        }
        let texts: Vec<String> =
            body[4..].split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into()).collect();
        let at = texts.iter().position(|text| text == "user")?;
        break texts[at + 1].clone();
    };
    if !shared.users.lock().contains(&user) {
        let refusal = format!("SFATAL\0C28P01\0Mpassword authentication failed for user \"{user}\"\0\0");
        return stream.write_all(&message(b'E', refusal.as_bytes())).await.ok();
    }
    let welcome = [message(b'R', &0_u32.to_be_bytes()), message(b'Z', b"I")].concat();
    stream.write_all(&welcome).await.ok()?;
    loop {
        let kind = stream.read_u8().await.ok()?;
        let length = stream.read_u32().await.ok()?;
        let mut body = vec![0; length as usize - 4];
        stream.read_exact(&mut body).await.ok()?;
        if kind != b'Q' {
            return None;
        }
        let statement = String::from_utf8_lossy(&body).trim_end_matches('\0').to_owned();
        stream.write_all(&shared.answer(&statement)).await.ok()?;
        shared.statements.lock().push(statement);
    }
}

impl Shared {
    fn answer(&self, statement: &str) -> Vec<u8> {
        if let Some(created) = statement.strip_prefix("CREATE ROLE \"") {
            self.users.lock().insert(created.split('"').next().unwrap().to_owned());
        }
        let mut answer = Vec::new();
        if statement == "SHOW password_encryption" {
            // One column of text, and one row.
            let column = [b"\0\x01name\0".as_slice(), &[0; 6], &25_u32.to_be_bytes(), &[0xff; 6], &[0; 2]].concat();
            let value = b"scram-sha-256";
            let row = [b"\0\x01".as_slice(), &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat();
            answer.extend([message(b'T', &column), message(b'D', &row)].concat());
        }
        answer.extend([message(b'C', b"DONE\0"), message(b'Z', b"I")].concat());
        answer
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind], &length.to_be_bytes()[..], body].concat()
}
