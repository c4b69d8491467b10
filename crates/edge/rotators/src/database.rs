//! What rotating a user's password needs to know of an engine.

use contract::Answer;
use terms::SecretBytes;

use crate::{
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    password::PasswordRules,
    tls::{Channel, channels},
};

/// An engine that has users with passwords.
pub(crate) trait Database: Send + Sync {
    /// What the key `engine` of a secret may be; the first is the usual one. Empty: the key need not be there.
    fn engines(&self) -> &'static [&'static str];

    fn port(&self) -> u16;

    fn passwords(&self) -> PasswordRules;

    /// The longest name of a user.
    fn user_name_limit(&self) -> usize;

    /// Connects and logs in, by this channel and no other.
    fn log_in<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        login: &'a Login,
        channel: Channel,
    ) -> Answer<'a, Result<Box<dyn Session>, LoginError>>;
}

/// A user who is logged in.
pub(crate) trait Session: Send {
    /// Reads something that everybody may read.
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>>;

    /// Changes the password of the user who is logged in. `login` is how.
    fn change_own_password<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        login: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>>;

    /// Gives the other user this password, as a superuser. One who is not there is made, with the rights of the first.
    fn set_alternate<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>>;
}

/// Of a pair of users who take turns.
#[derive(Clone, Copy)]
pub(crate) struct Alternate<'a> {
    pub(crate) current_user: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a SecretBytes,
    /// Where the secret says that they work.
    pub(crate) database: Option<&'a str>,
}

/// A secret's JSON, as a login.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: SecretBytes,
    pub(crate) database: Option<String>,
    pub(crate) channels: &'static [Channel],
}

/// Why nobody is logged in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LoginError {
    /// There is nobody.
    #[error("{0}")]
    Unreachable(Failure),
    /// The channel is not to be had, so that another may be tried.
    #[error("{0}")]
    Channel(String),
    #[error("{0}")]
    Refused(String),
}

impl Login {
    /// With the words of AWS's functions for what is wrong with it.
    pub(crate) fn of(database: &dyn Database, errand: &Errand<'_>, document: &SecretDocument) -> Result<Self, Failure> {
        let engines = database.engines();
        for key in ["host", "username", "password"] {
            document.required(key)?;
        }
        if let Some(usual) = engines.first()
            && !engines.contains(&document.required("engine")?.as_str())
        {
            let text = format!("Database engine must be set to '{usual}' in order to use this rotation lambda");
            return Err(Failure::new(text));
        }
        for key in ["host", "username", "dbname"] {
            without_control(key, document.text(key).unwrap_or_default().as_bytes())?;
        }
        Ok(Self {
            host: document.required("host")?,
            port: document.port(database.port())?,
            user: document.required("username")?,
            password: document.required_secret("password")?,
            database: document.text("dbname").filter(|name| !name.is_empty()),
            channels: channels(document, errand.visit.settings().requires_tls),
        })
    }
}

/// What begins a new line, or ends a text, may begin a command of whoever speaks another protocol than is thought.
pub(crate) fn without_control(key: &str, value: &[u8]) -> Result<(), Failure> {
    if value.iter().any(u8::is_ascii_control) {
        return Err(Failure::new(format!("{key} key of the secret's JSON has a control character")));
    }
    Ok(())
}

pub(crate) async fn log_in(
    database: &dyn Database,
    errand: &Errand<'_>,
    login: &Login,
) -> Result<Box<dyn Session>, LoginError> {
    by_channels(login, |channel| database.log_in(errand, login, channel)).await
}

/// Logs in by the channels that the secret allows, in their order.
pub(crate) async fn by_channels<S, F>(login: &Login, log_in: impl Fn(Channel) -> F) -> Result<S, LoginError>
where
    F: Future<Output = Result<S, LoginError>>,
{
    let mut refused = LoginError::Channel("no channel is allowed".to_owned());
    for channel in login.channels {
        match log_in(*channel).await {
            Err(LoginError::Channel(text)) => refused = LoginError::Channel(text),
            ended => return ended,
        }
    }
    Err(refused)
}

impl LoginError {
    /// What to tell, if it ends the step.
    pub(crate) fn within(self, wanted: &str) -> Failure {
        match self {
            Self::Unreachable(failure) => failure.within(wanted),
            Self::Channel(text) | Self::Refused(text) => Failure::new(text).within(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeDatabase, Tools};

    fn login(text: &str) -> Result<Login, String> {
        let document = SecretDocument::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap();
        Login::of(&FakeDatabase::default(), &Tools::default().errand(), &document)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_key_that_is_missing_is_told_before_the_engine() {
        let missing = |key: &str| format!("{key} key is missing from secret JSON");
        assert_eq!(login("{}").err(), Some(missing("host")));
        assert_eq!(login(r#"{"host":"h"}"#).err(), Some(missing("username")));
        assert_eq!(login(r#"{"host":"h","username":"u"}"#).err(), Some(missing("password")));
        assert_eq!(login(r#"{"host":"h","username":"u","password":"p"}"#).err(), Some(missing("engine")));
    }

    #[test]
    fn another_engines_secret_is_refused() {
        let other = login(r#"{"host":"h","username":"u","password":"p","engine":"other"}"#).err().unwrap();
        assert_eq!(other, "Database engine must be set to 'fake' in order to use this rotation lambda");
    }

    #[test]
    fn a_control_character_is_refused_wherever_it_would_be_sent() {
        for key in ["host", "username", "dbname"] {
            for control in ["\r\n", "\n", "\0", "\u{1b}", "\u{7f}"] {
                let mut secret = serde_json::json!({
                    "host": "h", "username": "u", "password": "p", "engine": "fake", "dbname": "d"
                });
                secret[key] = format!("a{control}FLUSHALL").into();
                let refused = login(&secret.to_string()).err();
                assert_eq!(refused, Some(format!("{key} key of the secret's JSON has a control character")));
            }
        }
        // A password may be anything; what cannot send it says so.
        login(r#"{"host":"h","username":"ü","password":"a\nb","engine":"fake"}"#).unwrap();
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let login = login(r#"{"host":"h","username":"u","password":"p","engine":"fake","dbname":""}"#).unwrap();
        assert_eq!((login.port, login.database, login.channels.len()), (1, None, 2));
    }
}
