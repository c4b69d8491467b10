//! A server that speaks as much of TDS as rotators ask for: TLS inside of it, one login, batches of text.

use std::io::{Read, Write};
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::testing::{daemon::Certified, listener::listen};

const PRELOGIN: u8 = 0x12;
const BATCH: u8 = 0x01;
const REPLY: u8 = 0x04;

pub(super) struct Stub {
    pub(super) port: u16,
    pub(super) ca: String,
    state: Arc<Mutex<State>>,
}

pub(super) struct State {
    pub(super) passwords: Vec<(String, String)>,
    /// Every batch, as it came.
    pub(super) batches: Vec<String>,
    answers: Answers,
}

/// What is found by a statement, or what is said against it. None for what changes passwords, which the stub does itself.
pub(super) type Answers = fn(&mut State, &str) -> Result<Vec<Option<String>>, String>;

impl Stub {
    pub(super) async fn start(passwords: &[(&str, &str)], answers: Answers) -> Self {
        let passwords = passwords.iter().map(|(user, word)| ((*user).to_owned(), (*word).to_owned())).collect();
        let state = Arc::new(Mutex::new(State { passwords, batches: Vec::new(), answers }));
        let certified = Certified::for_localhost();
        let config = Arc::new(config(&certified));
        let shared = Arc::clone(&state);
        let port = listen(move |stream| talk(stream, Arc::clone(&config), Arc::clone(&shared))).await;
        Self { port, ca: certified.ca, state }
    }

    pub(super) fn batches(&self) -> Vec<String> {
        self.state.lock().batches.clone()
    }
}

fn config(certified: &Certified) -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    config.send_tls13_tickets = 0;
    config
}

/// None when the other side is gone.
async fn talk(mut stream: TcpStream, config: Arc<ServerConfig>, state: Arc<Mutex<State>>) -> Option<()> {
    let (kind, _) = packet(&mut stream).await?;
    assert_eq!(kind, PRELOGIN);
    // Version and encryption, which is on.
    let options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 1];
    stream.write_all(&framed(REPLY, &options)).await.ok()?;

    let mut tls = ServerConnection::new(config).unwrap();
    tls.set_buffer_limit(None);
    while tls.is_handshaking() {
        let (_, payload) = packet(&mut stream).await?;
        tls.read_tls(&mut payload.as_slice()).unwrap();
        let is_fine = tls.process_new_packets().is_ok();
        let mut out = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut out).unwrap();
        }
        if !out.is_empty() {
            stream.write_all(&framed(PRELOGIN, &out)).await.ok()?;
        }
        if !is_fine {
            return None;
        }
    }
    let mut secure = Secure { stream, tls, plain: Vec::new() };
    let login = secure.message().await?;
    let (user, password) = credentials(&login.1);
    let is_right = state.lock().passwords.iter().any(|known| *known == (user.clone(), password.clone()));
    if !is_right {
        secure.send(&framed(REPLY, &error(&format!("Login failed for user '{user}'.")))).await;
        return None;
    }
    secure.send(&framed(REPLY, &[login_ack(), done()].concat())).await;
    loop {
        let (kind, payload) = secure.message().await?;
        assert_eq!(kind, BATCH);
        let headers = usize::try_from(u32::from_le_bytes(payload[..4].try_into().unwrap())).unwrap();
        let text = utf16(&payload[headers..]);
        let reply = state.lock().reply(text);
        secure.send(&in_packets(REPLY, &reply)).await;
    }
}

impl State {
    fn reply(&mut self, batch: String) -> Vec<u8> {
        let answers = self.answers;
        let answered = answers(self, &batch);
        self.batches.push(batch);
        match answered {
            Ok(found) => [rows(&found), done()].concat(),
            Err(words) => error(&words),
        }
    }
}

struct Secure {
    stream: TcpStream,
    tls: ServerConnection,
    plain: Vec<u8>,
}

impl Secure {
    /// Of one packet or more.
    async fn message(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut whole = Vec::new();
        loop {
            while self.plain.len() < 8 || self.plain.len() < length(&self.plain) {
                self.more().await?;
            }
            let rest = self.plain.split_off(length(&self.plain));
            let packet = std::mem::replace(&mut self.plain, rest);
            whole.extend_from_slice(&packet[8..]);
            if packet[1] & 1 == 1 {
                return Some((packet[0], whole));
            }
        }
    }

    async fn more(&mut self) -> Option<()> {
        let mut bytes = [0; 4096];
        let count = self.stream.read(&mut bytes).await.ok().filter(|count| *count > 0)?;
        let mut rest = &bytes[..count];
        while !rest.is_empty() {
            self.tls.read_tls(&mut rest).ok()?;
            self.tls.process_new_packets().ok()?;
        }
        let mut read = [0; 4096];
        while let Ok(count) = self.tls.reader().read(&mut read) {
            if count == 0 {
                return None;
            }
            self.plain.extend_from_slice(&read[..count]);
        }
        Some(())
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.tls.writer().write_all(bytes).unwrap();
        let mut out = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut out).unwrap();
        }
        let _ = self.stream.write_all(&out).await;
    }
}

async fn packet(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 8];
    stream.read_exact(&mut header).await.ok()?;
    let mut payload = vec![0; length(&header) - 8];
    stream.read_exact(&mut payload).await.ok()?;
    Some((header[0], payload))
}

fn length(packet: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([packet[2], packet[3]]))
}

fn framed(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).unwrap().to_be_bytes();
    [&[kind, 1, length[0], length[1], 0, 0, 1, 0], payload].concat()
}

/// One message, in as many packets as it needs.
fn in_packets(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut packets: Vec<Vec<u8>> = payload.chunks(4096 - 8).map(|chunk| framed(kind, chunk)).collect();
    let last = packets.len() - 1;
    packets[..last].iter_mut().for_each(|packet| packet[1] = 0);
    packets.concat()
}

fn credentials(login: &[u8]) -> (String, String) {
    let field = |at: usize| {
        let number = |at: usize| usize::from(u16::from_le_bytes([login[at], login[at + 1]]));
        login[number(at)..number(at) + 2 * number(at + 2)].to_vec()
    };
    let password: Vec<u8> = field(44).iter().map(|byte| (byte ^ 0xa5).rotate_left(4)).collect();
    (utf16(&field(40)), utf16(&password))
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn login_ack() -> Vec<u8> {
    let name = "stub";
    let body = [&[1, 0x74, 0, 0, 4, 4][..], &wide(name), &[15, 0, 0, 0]].concat();
    [&[0xad][..], &u16::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

fn done() -> Vec<u8> {
    [&[0xfd][..], &[0; 12]].concat()
}

fn error(words: &str) -> Vec<u8> {
    let count = u16::try_from(words.encode_utf16().count()).unwrap().to_le_bytes();
    let body = [&18456_u32.to_le_bytes()[..], &[1, 14], &count, &wide(words), &[0, 0], &1_u32.to_le_bytes()].concat();
    let token = [&[0xaa][..], &u16::try_from(body.len()).unwrap().to_le_bytes(), &body].concat();
    // Done, with an error.
    [token, vec![0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat()
}

/// One column of text.
fn rows(found: &[Option<String>]) -> Vec<u8> {
    // Nullable, nvarchar of 8000 bytes, a collation, and a name of one letter.
    let column = [0, 0, 0, 0, 9, 0, 0xe7, 0x40, 0x1f, 9, 4, 0xd0, 0, 0x34, 1];
    let mut tokens = [&[0x81, 1, 0][..], &column, &wide("c")].concat();
    for text in found {
        tokens.push(0xd1);
        match text {
            None => tokens.extend_from_slice(&[0xff, 0xff]),
            Some(text) => {
                let text = wide(text);
                tokens.extend_from_slice(&u16::try_from(text.len()).unwrap().to_le_bytes());
                tokens.extend_from_slice(&text);
            }
        }
    }
    tokens
}
