//! Doubles: a database of the tests' own, and bytes that are not random. And real servers.

pub(crate) mod daemon;
pub(crate) mod listener;
pub(crate) mod mariadb;
pub(crate) mod postgres;
mod turns;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use contract::Answer;
use parking_lot::Mutex;
use terms::{Entropy, SecretBytes};

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    document::SecretDocument,
    errand::{Errand, OtherSecrets},
    failure::Failure,
    network::Network,
    password::PasswordRules,
    settings::{NetworkSettings, PasswordSettings},
    tls::{Channel, Tls},
};

/// Bytes without a visible order, never the same twice (SplitMix64).
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// What errands borrow from.
pub(crate) struct Tools {
    network: Network,
    tls: Tls,
    entropy: Counting,
    others: FakeSecrets,
}

/// Secrets that others name, and nobody refuses.
#[derive(Default)]
struct FakeSecrets(BTreeMap<String, SecretDocument>);

impl OtherSecrets for FakeSecrets {
    fn read<'a>(&'a self, secret_id: &'a str) -> Answer<'a, Result<SecretDocument, Failure>> {
        let found = self.0.get(secret_id).cloned();
        Box::pin(async move { found.ok_or_else(|| Failure::new("there is no such secret")) })
    }
}

impl Default for Tools {
    fn default() -> Self {
        Self::new(NetworkSettings::default())
    }
}

impl Tools {
    pub(crate) fn new(settings: NetworkSettings) -> Self {
        let tls = Tls::load(settings.ca_bundle.as_deref()).unwrap();
        Self { network: Network::new(settings), tls, entropy: Counting::default(), others: FakeSecrets::default() }
    }

    /// With another secret that can be read.
    pub(crate) fn and(mut self, secret_id: &str, value: SecretDocument) -> Self {
        self.others.0.insert(secret_id.to_owned(), value);
        self
    }

    pub(crate) fn errand(&self) -> Errand<'_> {
        static AS_USUAL: PasswordSettings = PasswordSettings::AS_USUAL;
        Errand {
            secret_arn: "arn",
            token: "token",
            others: Some(&self.others),
            visit: self.network.visit(None),
            tls: &self.tls,
            entropy: &self.entropy,
            passwords: &AS_USUAL,
        }
    }
}

pub(crate) fn document(json: &serde_json::Value) -> SecretDocument {
    SecretDocument::parse(&SecretBytes::new(json.to_string().into_bytes())).unwrap()
}

/// A login at a server of this machine, without TLS unless the other members say something else.
pub(crate) fn login_here(
    engine: &str,
    port: u16,
    user: &str,
    password: &str,
    more: &serde_json::Value,
) -> SecretDocument {
    let mut login = serde_json::json!({
        "engine": engine, "host": "127.0.0.1", "port": port, "username": user, "password": password, "ssl": false
    });
    login.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document(&login)
}

/// Users with their passwords; one host, plain channels only.
#[derive(Clone, Default)]
pub(crate) struct FakeDatabase {
    pub(crate) users: Arc<Mutex<BTreeMap<String, String>>>,
    pub(crate) logins: Arc<Mutex<Vec<(String, Channel)>>>,
    loses_answers: bool,
}

struct FakeSession {
    users: Arc<Mutex<BTreeMap<String, String>>>,
    loses_answers: bool,
    user: String,
}

impl FakeDatabase {
    pub(crate) fn with(users: &[(&str, &str)]) -> Self {
        let users = users.iter().map(|(user, password)| ((*user).to_owned(), (*password).to_owned())).collect();
        Self { users: Arc::new(Mutex::new(users)), ..Self::default() }
    }

    /// Passwords are changed, and nobody hears of it.
    pub(crate) fn losing_answers(self) -> Self {
        Self { loses_answers: true, ..self }
    }

    pub(crate) fn password(&self, user: &str) -> Option<String> {
        self.users.lock().get(user).cloned()
    }
}

impl Database for FakeDatabase {
    fn engines(&self) -> &'static [&'static str] {
        &["fake", "aurora-fake"]
    }

    fn port(&self) -> u16 {
        1
    }

    fn passwords(&self) -> PasswordRules {
        PasswordRules { length: 32, longest: 64, excluded: "", forbidden: "" }
    }

    fn user_name_limit(&self) -> usize {
        16
    }

    fn log_in<'a>(
        &'a self,
        _: &'a Errand<'a>,
        login: &'a Login,
        channel: Channel,
    ) -> Answer<'a, Result<Box<dyn Session>, LoginError>> {
        Box::pin(async move {
            self.logins.lock().push((login.user.clone(), channel));
            if channel == Channel::Tls {
                return Err(LoginError::Channel("no TLS here".to_owned()));
            }
            let is_right = self.password(&login.user).is_some_and(|own| login.password.is(own.as_bytes()));
            let session = FakeSession {
                users: Arc::clone(&self.users),
                loses_answers: self.loses_answers,
                user: login.user.clone(),
            };
            is_right.then(|| Box::new(session) as _).ok_or_else(|| LoginError::Refused("wrong password".to_owned()))
        })
    }
}

impl FakeSession {
    fn put(&self, user: &str, password: &SecretBytes) {
        let password = String::from_utf8(password.expose().to_vec()).unwrap();
        self.users.lock().insert(user.to_owned(), password);
    }
}

impl Session for FakeSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn change_own_password<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        _: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        self.put(&self.user, password);
        let answer = if self.loses_answers { Err(Failure::new("no answer")) } else { Ok(()) };
        Box::pin(std::future::ready(answer))
    }

    fn set_alternate<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        self.put(alternate.user, alternate.password);
        Box::pin(async { Ok(()) })
    }
}
