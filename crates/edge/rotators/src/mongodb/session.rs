//! What is asked of a MongoDB server: OP_MSG with one document to and fro.

use std::io;

use terms::SecretBytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::USERS_DATABASE;
use super::bson::{NewDocument, member, members};
use super::scram::{Exchange, Mechanism};
use crate::{
    database::{Login, LoginError},
    errand::Errand,
    failure::{Failure, words_of_server},
    password::as_text,
    patience::answer_within,
    tls::Channel,
    wire::{Wire, connect},
};

const OP_MSG: i32 = 2013;
const HEADER_BYTES: usize = 16;
/// A user with many roles is the longest that comes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// A user who is logged in.
pub(super) struct MongoSession {
    wire: Box<dyn Wire>,
    within: std::time::Duration,
    asked: i32,
    /// Of the user.
    pub(super) database: String,
    pub(super) user: String,
    /// Never shown, whatever a server says.
    password: SecretBytes,
}

impl MongoSession {
    pub(super) async fn log_in(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Self, LoginError> {
        let mut session = Self {
            wire: connect(errand, login, channel).await?,
            within: errand.visit.settings().answer_timeout,
            asked: 0,
            database: login.database.clone().unwrap_or_else(|| USERS_DATABASE.to_owned()),
            user: login.user.clone(),
            password: login.password.clone(),
        };
        // A server that wants TLS hangs up on who comes without.
        let mechanism = session.mechanism().await.map_err(|failure| LoginError::Channel(failure.to_string()))?;
        let exchange = Exchange::begin(mechanism, &login.user, &login.password, errand.entropy);
        let exchange = exchange.ok_or_else(|| LoginError::Refused("no server takes such a password".to_owned()))?;
        session.authenticate(mechanism, exchange).await.map_err(|failure| LoginError::Refused(failure.to_string()))?;
        Ok(session)
    }

    /// The best that the server knows for the user.
    async fn mechanism(&mut self) -> Result<Mechanism, Failure> {
        let name = format!("{}.{}", self.database, self.user);
        // By its old name, which every server knows.
        let hello = NewDocument::with_room_for(name.len()).integer("isMaster", 1).text("saslSupportedMechs", &name);
        let answer = self.command("isMaster", USERS_DATABASE, hello).await?;
        let mechanisms = member(&answer, "saslSupportedMechs").and_then(|member| members(member.document()?));
        let knows = |wanted: &str| {
            mechanisms.iter().flatten().any(|mechanism| mechanism.text().is_some_and(|name| name == wanted))
        };
        Ok(if knows(Mechanism::Sha256.name()) { Mechanism::Sha256 } else { Mechanism::Sha1 })
    }

    async fn authenticate(&mut self, mechanism: Mechanism, mut exchange: Exchange) -> Result<(), Failure> {
        let unclear = || Failure::new("the server does not log in as SCRAM has it");
        let database = self.database.clone();
        let options = NewDocument::with_room_for(0).boolean("skipEmptyExchange", true);
        let start = NewDocument::with_room_for(256)
            .integer("saslStart", 1)
            .text("mechanism", mechanism.name())
            .binary("payload", exchange.first().as_bytes())
            .document("options", options);
        let answer = self.command("saslStart", &database, start).await?;
        let conversation = member(&answer, "conversationId").and_then(|id| id.integer()).ok_or_else(unclear)?;
        let proof = exchange.prove(payload(&answer).ok_or_else(unclear)?).ok_or_else(unclear)?;

        let mut answer = self.proceed(&database, conversation, proof.as_bytes()).await?;
        if !exchange.is_proven(payload(&answer).ok_or_else(unclear)?) {
            return Err(Failure::new("the server does not know the password itself: it is not the one that was meant"));
        }
        // Servers from before skipEmptyExchange want one more round.
        if !is_done(&answer) {
            answer = self.proceed(&database, conversation, b"").await?;
        }
        if is_done(&answer) { Ok(()) } else { Err(unclear()) }
    }

    async fn proceed(
        &mut self,
        database: &str,
        conversation: i32,
        payload: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let proceed = NewDocument::with_room_for(payload.len())
            .integer("saslContinue", 1)
            .integer("conversationId", conversation)
            .binary("payload", payload);
        self.command("saslContinue", database, proceed).await
    }

    /// As an array; none if there is no such user.
    pub(super) async fn roles_of(&mut self, database: &str, user: &str) -> Result<Option<Vec<u8>>, Failure> {
        let answer =
            self.command("usersInfo", database, NewDocument::with_room_for(64).text("usersInfo", user)).await?;
        let users = member(&answer, "users").and_then(|users| members(users.document()?));
        let users = users.ok_or_else(|| Failure::new("the server does not tell of users as MongoDB does"))?;
        let Some(user) = users.first().and_then(|user| user.document()) else { return Ok(None) };
        let roles = member(user, "roles").and_then(|roles| roles.document());
        let roles = roles.ok_or_else(|| Failure::new("the server does not tell of roles as MongoDB does"))?;
        Ok(Some(roles.to_vec()))
    }

    pub(super) async fn update_user(
        &mut self,
        database: &str,
        user: &str,
        password: &SecretBytes,
    ) -> Result<(), Failure> {
        let update =
            NewDocument::with_room_for(password.len()).text("updateUser", user).text("pwd", as_text(password)?);
        self.command_with("updateUser", database, update, Some(password)).await.map(drop)
    }

    pub(super) async fn create_user(
        &mut self,
        database: &str,
        user: &str,
        password: &SecretBytes,
        roles: &[u8],
    ) -> Result<(), Failure> {
        let create = NewDocument::with_room_for(password.len() + roles.len())
            .text("createUser", user)
            .text("pwd", as_text(password)?)
            .array("roles", roles);
        self.command_with("createUser", database, create, Some(password)).await.map(drop)
    }

    async fn command(
        &mut self,
        name: &str,
        database: &str,
        command: NewDocument,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.command_with(name, database, command, None).await
    }

    /// The answer, if it is a good one. `password` is what the command holds of one.
    async fn command_with(
        &mut self,
        name: &str,
        database: &str,
        command: NewDocument,
        password: Option<&SecretBytes>,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let command = command.text("$db", database).finish();
        let answer = answer_within(self.within, self.exchange(&command)).await?;
        let answer = answer.map_err(|error| Failure::new(format!("the connection broke: {error}")))?;
        if member(&answer, "ok").is_some_and(|ok| ok.is_true()) {
            return Ok(answer);
        }
        let words = member(&answer, "errmsg").and_then(|words| words.text()).unwrap_or("an error without words");
        let secrets: Vec<_> = std::iter::once(&self.password).chain(password).collect();
        Err(Failure::new(words_of_server(words, &secrets)).within(&format!("the server refused {name}")))
    }

    async fn exchange(&mut self, document: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
        self.asked += 1;
        let length = HEADER_BYTES + 5 + document.len();
        let mut message = Zeroizing::new(Vec::with_capacity(length));
        for number in [i32::try_from(length).unwrap_or(i32::MAX), self.asked, 0, OP_MSG, 0] {
            message.extend_from_slice(&number.to_le_bytes());
        }
        // One section, which is a document.
        message.push(0);
        message.extend_from_slice(document);
        self.wire.write_all(&message).await?;
        self.wire.flush().await?;
        self.answer().await
    }

    async fn answer(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut header = [0; HEADER_BYTES];
        self.wire.read_exact(&mut header).await?;
        let not_understood = || io::Error::new(io::ErrorKind::InvalidData, "what came is not MongoDB's protocol");
        let (numbers, _) = header.as_chunks::<4>();
        let numbers: Vec<i32> = numbers.iter().map(|number| i32::from_le_bytes(*number)).collect();
        let [length, _, responding_to, OP_MSG] = numbers[..] else { return Err(not_understood()) };
        let length = usize::try_from(length).ok().and_then(|length| length.checked_sub(HEADER_BYTES));
        let length = length.filter(|length| *length <= ANSWER_BYTES_MAX && responding_to == self.asked);
        let mut body = Zeroizing::new(vec![0; length.ok_or_else(not_understood)?]);
        self.wire.read_exact(&mut body).await?;
        // No checksum, nothing more to come, and one section.
        let document = body.strip_prefix(&[0; 5]).ok_or_else(not_understood)?;
        members(document).ok_or_else(not_understood)?;
        Ok(Zeroizing::new(document.to_vec()))
    }
}

fn payload(answer: &[u8]) -> Option<&str> {
    std::str::from_utf8(member(answer, "payload")?.binary()?).ok()
}

fn is_done(answer: &[u8]) -> bool {
    member(answer, "done").is_some_and(|done| done.is_true())
}
