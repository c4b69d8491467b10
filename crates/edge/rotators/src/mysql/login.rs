//! How a client logs in: the server's greeting, TLS if the channel is TLS, and the answer to its challenge.
//!
//! After https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html and
//! https://mariadb.com/kb/en/connection/.

use std::io;

use zeroize::Zeroizing;

use super::{
    packet::{Packets, Reader, invalid},
    scramble,
    told::Told,
};
use crate::{
    database::{Login, LoginError},
    errand::Errand,
    failure::{Failure, words_of_server},
    tls::Channel,
    wire::{dial, secure},
};

const LONG_PASSWORD: u32 = 1;
const PROTOCOL_41: u32 = 1 << 9;
const SSL: u32 = 1 << 11;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const PLUGIN_AUTH: u32 = 1 << 19;
/// What is said to the server, where it can do the same.
const WANTED: u32 = LONG_PASSWORD | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGIN_AUTH;
const UTF8MB4: u8 = 45;
const PACKET_BYTES_MAX: u32 = 1 << 24;
const NATIVE: &str = "mysql_native_password";
const CACHING_SHA2: &str = "caching_sha2_password";
const SHA256: &str = "sha256_password";
const ED25519: &str = "client_ed25519";
/// A login takes fewer questions.
const ROUNDS_MAX: usize = 6;

/// Why nobody is logged in.
enum Stop {
    Stream(io::Error),
    Told(Told),
    Other(LoginError),
}

/// What the server says first.
struct Greeting {
    capabilities: u32,
    plugin: String,
    challenge: Vec<u8>,
}

pub(super) async fn log_in(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Packets, LoginError> {
    let stream = dial(errand, login).await?;
    shake_hands(errand, login, channel, Packets::over(stream)).await.map_err(|stop| match stop {
        Stop::Other(error) => error,
        Stop::Told(told) if told.needs_tls() => LoginError::Channel(told.words(&[&login.password])),
        Stop::Told(told) => LoginError::Refused(told.words(&[&login.password])),
        Stop::Stream(error) => LoginError::Unreachable(Failure::new(format!(
            "no login at {}:{}: {}",
            login.host,
            login.port,
            words_of_server(&error.to_string(), &[&login.password])
        ))),
    })
}

async fn shake_hands(
    errand: &Errand<'_>,
    login: &Login,
    channel: Channel,
    mut packets: Packets,
) -> Result<Packets, Stop> {
    let greeting = Greeting::read(&packets.read().await?)?;
    let mut capabilities = WANTED & greeting.capabilities;
    if channel == Channel::Tls {
        if greeting.capabilities & SSL == 0 {
            let text = "the server does not support TLS".to_owned();
            return Err(Stop::Other(LoginError::Channel(text)));
        }
        capabilities |= SSL;
        packets.write(&head(capabilities)).await?;
        let (stream, next) = packets.into_parts();
        packets = Packets::resumed(secure(errand, login, stream).await.map_err(Stop::Other)?, next);
    }
    let plugin = if greeting.plugin == CACHING_SHA2 { CACHING_SHA2 } else { NATIVE };
    let mut exchange = Exchange { login, channel, plugin: plugin.to_owned(), challenge: greeting.challenge };
    packets.write(&exchange.first(capabilities)?).await?;
    for _ in 0..ROUNDS_MAX {
        let payload = packets.read().await?;
        let mut reader = Reader(&payload);
        let reply = match reader.byte()? {
            0x00 => return Ok(packets),
            0xff => return Err(Stop::Told(Told::read(&mut reader)?)),
            0xfe => exchange.switched(&mut reader)?,
            0x01 => exchange.asked(reader.0)?,
            _ => return Err(invalid("the server says something else than how a login went").into()),
        };
        if let Some(reply) = reply {
            packets.write(&reply).await?;
        }
    }
    Err(invalid("the server asks without end").into())
}

impl Greeting {
    fn read(payload: &[u8]) -> Result<Self, Stop> {
        let mut reader = Reader(payload);
        match reader.byte()? {
            10 => {}
            0xff => return Err(Stop::Told(Told::read(&mut reader)?)),
            _ => return Err(invalid("the server speaks another protocol").into()),
        }
        let _version = reader.text()?;
        let _thread = reader.take(4)?;
        let mut challenge = reader.take(8)?.to_vec();
        let _filler = reader.byte()?;
        let low = reader.number::<2>()?;
        let _character_set_and_status = reader.take(3)?;
        let capabilities = u32::try_from(low | reader.number::<2>()? << 16).unwrap_or_default();
        let length = usize::from(reader.byte()?);
        let _reserved = reader.take(10)?;
        if capabilities & PROTOCOL_41 == 0 || capabilities & SECURE_CONNECTION == 0 {
            return Err(invalid("the server is older than MySQL 4.1").into());
        }
        let rest = reader.take(length.saturating_sub(8).max(13))?;
        challenge.extend_from_slice(rest.strip_suffix(&[0]).unwrap_or(rest));
        let plugin = if capabilities & PLUGIN_AUTH == 0 { Vec::new() } else { reader.text()?.to_vec() };
        Ok(Self { capabilities, plugin: String::from_utf8_lossy(&plugin).into_owned(), challenge })
    }
}

/// What both sides have agreed on so far.
struct Exchange<'a> {
    login: &'a Login,
    channel: Channel,
    plugin: String,
    challenge: Vec<u8>,
}

impl Exchange<'_> {
    /// Who logs in, with the answer to the first challenge.
    fn first(&self, capabilities: u32) -> Result<Zeroizing<Vec<u8>>, Stop> {
        let mut payload = head(capabilities);
        let answer = self.answer()?;
        payload.extend_from_slice(self.login.user.as_bytes());
        payload.extend_from_slice(&[0, u8::try_from(answer.len()).unwrap_or(u8::MAX)]);
        payload.extend_from_slice(&answer);
        if capabilities & PLUGIN_AUTH != 0 {
            payload.extend_from_slice(self.plugin.as_bytes());
            payload.push(0);
        }
        Ok(payload)
    }

    /// The account logs in by another plugin than the server thought.
    fn switched(&mut self, reader: &mut Reader<'_>) -> Result<Option<Zeroizing<Vec<u8>>>, Stop> {
        self.plugin = String::from_utf8_lossy(reader.text()?).into_owned();
        // Challenges of text end with a zero; one of ed25519 is all that comes.
        let challenge = if self.plugin == ED25519 { reader.0 } else { reader.0.strip_suffix(&[0]).unwrap_or(reader.0) };
        self.challenge = challenge.to_vec();
        self.answer().map(Some)
    }

    fn answer(&self) -> Result<Zeroizing<Vec<u8>>, Stop> {
        let (password, challenge) = (&self.login.password, &self.challenge);
        match self.plugin.as_str() {
            NATIVE => Ok(Zeroizing::new(scramble::native(password, challenge))),
            CACHING_SHA2 => Ok(Zeroizing::new(scramble::caching_sha2(password, challenge))),
            ED25519 => Ok(Zeroizing::new(scramble::ed25519(password, challenge))),
            SHA256 if self.channel == Channel::Tls => Ok(scramble::ended(password)),
            SHA256 => Err(needs_tls("sha256_password")),
            other => {
                let other = words_of_server(other, &[password]);
                let text = format!("the account logs in with {other:?}, which is not known here");
                Err(Stop::Other(LoginError::Refused(text)))
            }
        }
    }

    /// The server wants more than the answer, or nothing.
    fn asked(&self, question: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Stop> {
        const IS_CACHED: &[u8] = &[3];
        const WANTS_PASSWORD: &[u8] = &[4];
        const WANTS_KEY: u8 = 2;
        if self.plugin != CACHING_SHA2 {
            return Err(invalid("the server asks what its plugin does not ask").into());
        }
        let password = &self.login.password;
        match question {
            IS_CACHED => Ok(None),
            WANTS_PASSWORD if self.channel == Channel::Tls => Ok(Some(scramble::ended(password))),
            // Whoever took TLS away would take the password with a key of their own.
            WANTS_PASSWORD if self.login.channels.contains(&Channel::Tls) => Err(needs_tls(CACHING_SHA2)),
            WANTS_PASSWORD => Ok(Some(Zeroizing::new(vec![WANTS_KEY]))),
            key if self.channel == Channel::Plain && self.login.channels == [Channel::Plain] => {
                let sealed = scramble::sealed(password, &self.challenge, key);
                let sealed = sealed.ok_or_else(|| invalid("the server's key is not one"))?;
                Ok(Some(Zeroizing::new(sealed)))
            }
            _ => Err(invalid("the server asks what its plugin does not ask").into()),
        }
    }
}

/// What comes before the user, and is all that is said before TLS.
fn head(capabilities: u32) -> Zeroizing<Vec<u8>> {
    let mut head = Zeroizing::new(Vec::with_capacity(512));
    head.extend_from_slice(&capabilities.to_le_bytes());
    head.extend_from_slice(&PACKET_BYTES_MAX.to_le_bytes());
    head.push(UTF8MB4);
    head.extend_from_slice(&[0; 23]);
    head
}

fn needs_tls(plugin: &str) -> Stop {
    Stop::Other(LoginError::Channel(format!("an account of {plugin} needs TLS")))
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

#[cfg(test)]
mod tests;
