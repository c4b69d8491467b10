//! A server that knows as much of MongoDB as rotators ask for, with its side of SCRAM written on its own.

use std::num::NonZeroU32;
use std::sync::Arc;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::bson::{NewDocument, member, members};
use crate::testing::listener::listen;

pub(super) struct Stub {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    mechanisms: Vec<String>,
    users: Vec<User>,
    refuses: Option<(String, String)>,
    pretends: bool,
}

struct User {
    database: String,
    name: String,
    password: String,
    /// As an array.
    roles: Vec<u8>,
}

/// What a connection has come to.
#[derive(Default)]
struct Talk {
    user: Option<(String, String)>,
    first_bare: String,
    server_first: String,
    is_sha256: bool,
}

impl Stub {
    pub(super) async fn start(mechanisms: &[&str], users: &[(&str, &str, &str, &[&str])]) -> Self {
        let users = users.iter().map(|(database, name, password, roles)| User {
            database: (*database).to_owned(),
            name: (*name).to_owned(),
            password: (*password).to_owned(),
            roles: array(roles),
        });
        let mechanisms = mechanisms.iter().map(|mechanism| (*mechanism).to_owned()).collect();
        let state = State { mechanisms, users: users.collect(), refuses: None, pretends: false };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let port = listen(move |stream| talk(stream, Arc::clone(&shared))).await;
        Self { port, state }
    }

    pub(super) fn refuses(&self, command: &str, words: &str) {
        self.state.lock().refuses = Some((command.to_owned(), words.to_owned()));
    }

    /// Says yes to every proof, and has none itself.
    pub(super) fn pretends(&self) {
        self.state.lock().pretends = true;
    }

    pub(super) fn roles_of(&self, database: &str, name: &str) -> Vec<String> {
        let state = self.state.lock();
        let user = state.users.iter().find(|user| user.database == database && user.name == name).unwrap();
        members(&user.roles).unwrap().iter().map(|role| role.text().unwrap().to_owned()).collect()
    }
}

async fn talk(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut talk = Talk::default();
    loop {
        let mut header = [0; 16];
        if stream.read_exact(&mut header).await.is_err() {
            return;
        }
        let number = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        // Whatever speaks another protocol is hung up on, as mongod does.
        if number(12) != 2013 {
            return;
        }
        let mut body = vec![0; usize::try_from(number(0)).unwrap() - 16];
        stream.read_exact(&mut body).await.unwrap();
        assert_eq!(&body[..5], [0; 5]);
        let answer = state.lock().answer(&mut talk, &body[5..]);
        let mut message = Vec::new();
        let length = i32::try_from(answer.len() + 21).unwrap();
        for number in [length, 1, number(4), 2013, 0] {
            message.extend_from_slice(&number.to_le_bytes());
        }
        message.push(0);
        message.extend_from_slice(&answer);
        stream.write_all(&message).await.unwrap();
    }
}

impl State {
    fn answer(&mut self, talk: &mut Talk, asked: &[u8]) -> Vec<u8> {
        let text = |name: &str| member(asked, name).and_then(|member| member.text()).unwrap_or_default().to_owned();
        let payload = member(asked, "payload").and_then(|payload| payload.binary()).unwrap_or_default();
        let payload = std::str::from_utf8(payload).unwrap().to_owned();
        let database = text("$db");
        let all = members(asked).unwrap();
        let command = ["isMaster", "saslStart", "saslContinue", "usersInfo", "updateUser", "createUser"]
            .into_iter()
            .find(|command| all.first() == member(asked, command).as_ref())
            .unwrap();
        if let Some((_, words)) = self.refuses.as_ref().filter(|(refused, _)| refused == command) {
            return error(words);
        }
        let is_open = matches!(command, "isMaster" | "saslStart" | "saslContinue");
        if !is_open && talk.user.is_none() {
            return error("command requires authentication");
        }
        match command {
            "isMaster" => {
                let mut answer = NewDocument::with_room_for(0);
                if !self.mechanisms.is_empty() {
                    let names: Vec<&str> = self.mechanisms.iter().map(String::as_str).collect();
                    answer = answer.array("saslSupportedMechs", &array(&names));
                }
                ok(answer)
            }
            "saslStart" => self.start(talk, &database, &text("mechanism"), &payload),
            "saslContinue" => self.proceed(talk, &payload),
            "usersInfo" => {
                let name = text("usersInfo");
                let mut users = NewDocument::with_room_for(0);
                if let Some(user) = self.users.iter().find(|user| user.database == database && user.name == name) {
                    users = users.document("0", NewDocument::with_room_for(0).array("roles", &user.roles));
                }
                ok(NewDocument::with_room_for(0).array("users", &users.finish()))
            }
            "updateUser" => {
                let name = text("updateUser");
                let user = self.users.iter_mut().find(|user| user.database == database && user.name == name);
                let Some(user) = user else { return error("User not found") };
                user.password = text("pwd");
                ok(NewDocument::with_room_for(0))
            }
            _ => {
                let roles = member(asked, "roles").unwrap().document().unwrap().to_vec();
                self.users.push(User { database, name: text("createUser"), password: text("pwd"), roles });
                ok(NewDocument::with_room_for(0))
            }
        }
    }

    fn start(&self, talk: &mut Talk, database: &str, mechanism: &str, payload: &str) -> Vec<u8> {
        let is_known = self.mechanisms.iter().any(|known| known == mechanism) || self.mechanisms.is_empty();
        assert!(is_known, "{mechanism}");
        let bare = payload.strip_prefix("n,,").unwrap();
        let (name, nonce) = bare.strip_prefix("n=").unwrap().split_once(",r=").unwrap();
        talk.is_sha256 = mechanism == "SCRAM-SHA-256";
        talk.user = None;
        bare.clone_into(&mut talk.first_bare);
        talk.server_first = format!("r={nonce}server,s={},i=4096", STANDARD.encode(format!("{database}.{name}....")));
        continued(&talk.server_first, false)
    }

    fn proceed(&self, talk: &mut Talk, payload: &str) -> Vec<u8> {
        if payload.is_empty() {
            return continued("", true);
        }
        let (without_proof, proof) = payload.rsplit_once(",p=").unwrap();
        let message = format!("{},{},{without_proof}", talk.first_bare, talk.server_first);
        let salt = talk.server_first.split(',').nth(1).unwrap().strip_prefix("s=").unwrap();
        let salt = STANDARD.decode(salt).unwrap();
        let whose = String::from_utf8(salt.clone()).unwrap();
        let (database, name) = whose.trim_end_matches('.').split_once('.').unwrap();
        let user = self.users.iter().find(|user| user.database == database && user.name == name);
        let password = user.map_or("", |user| &user.password);
        let (client_key, server_key) = keys(talk.is_sha256, name, password, &salt);
        let algorithm = if talk.is_sha256 { hmac::HMAC_SHA256 } else { hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY };
        let hash = if talk.is_sha256 { &digest::SHA256 } else { &digest::SHA1_FOR_LEGACY_USE_ONLY };
        let stored = digest::digest(hash, &client_key);
        let signature = hmac::sign(&hmac::Key::new(algorithm, stored.as_ref()), message.as_bytes());
        let proof = STANDARD.decode(proof).unwrap();
        let shown: Vec<u8> = proof.iter().zip(signature.as_ref()).map(|(proof, sign)| proof ^ sign).collect();
        if self.pretends {
            return continued("v=AAAA", true);
        }
        if user.is_none() || digest::digest(hash, &shown).as_ref() != stored.as_ref() {
            return error("Authentication failed.");
        }
        talk.user = Some((database.to_owned(), name.to_owned()));
        let signature = hmac::sign(&hmac::Key::new(algorithm, &server_key), message.as_bytes());
        // The old mechanism's servers want one more round.
        continued(&format!("v={}", STANDARD.encode(signature)), talk.is_sha256)
    }
}

fn keys(is_sha256: bool, name: &str, password: &str, salt: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let iterations = NonZeroU32::new(4096).unwrap();
    let (algorithm, salted) = if is_sha256 {
        let mut salted = vec![0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut salted);
        (hmac::HMAC_SHA256, salted)
    } else {
        let password = hex::encode(Md5::digest(format!("{name}:mongo:{password}")));
        let mut salted = vec![0; 20];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, iterations, salt, password.as_bytes(), &mut salted);
        (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salted)
    };
    let key = hmac::Key::new(algorithm, &salted);
    let of = |words: &[u8]| hmac::sign(&key, words).as_ref().to_vec();
    (of(b"Client Key"), of(b"Server Key"))
}

fn array(items: &[&str]) -> Vec<u8> {
    let items = items.iter().enumerate();
    let array = items.fold(NewDocument::with_room_for(0), |array, (index, item)| array.text(&index.to_string(), item));
    array.finish().to_vec()
}

fn continued(payload: &str, is_done: bool) -> Vec<u8> {
    let answer = NewDocument::with_room_for(0).integer("conversationId", 7).binary("payload", payload.as_bytes());
    ok(answer.boolean("done", is_done))
}

fn ok(answer: NewDocument) -> Vec<u8> {
    answer.integer("ok", 1).finish().to_vec()
}

fn error(words: &str) -> Vec<u8> {
    NewDocument::with_room_for(0).integer("ok", 0).text("errmsg", words).finish().to_vec()
}
