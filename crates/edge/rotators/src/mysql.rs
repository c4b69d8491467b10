//! MySQL and MariaDB. Which of them it is, the server says: secrets for MySQL are used with MariaDB as well.

mod account;
mod grants;
mod verifier;

use std::time::Duration;

use contract::Answer;
use futures_util::TryStreamExt;
use mysql_async::{
    Conn, DriverError, IoError, Opts, OptsBuilder, Row, ServerError, SslOpts, Value,
    prelude::{FromRow, Queryable},
};
use terms::SecretBytes;
use tokio::{runtime::Handle, time::timeout};

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::{Failure, words_of_server},
    network::Reached,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules, as_text},
    patience::{Rows, answer_within},
    tls::Channel,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MySql {
    MySql,
    MariaDb,
}

struct MySqlSession {
    /// None when it is over.
    connection: Option<Conn>,
    answers_within: Duration,
}

/// Rows are no longer than packets, of which there are as many as the server sends.
const ROWS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a server may take to let go.
const FAREWELL: Duration = Duration::from_secs(1);

/// A parse error shows where it stopped, which may be within a password.
const PARSE_ERROR: u16 = 1064;
/// Connections without TLS are not admitted, or not for this user.
const NEEDS_TLS: u16 = 3159;
/// Of user and password.
const DENIED: u16 = 1045;

impl Database for MySql {
    fn engines(&self) -> &'static [&'static str] {
        match self {
            Self::MySql => &["mysql", "aurora-mysql"],
            Self::MariaDb => &["mariadb"],
        }
    }

    fn port(&self) -> u16 {
        3306
    }

    fn passwords(&self) -> PasswordRules {
        PasswordRules { length: 32, longest: 79, excluded: EXCLUDED_BY_DEFAULT, forbidden: "" }
    }

    fn user_name_limit(&self) -> usize {
        match self {
            Self::MySql => 32,
            Self::MariaDb => 80,
        }
    }

    fn log_in<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        login: &'a Login,
        channel: Channel,
    ) -> Answer<'a, Result<Box<dyn Session>, LoginError>> {
        Box::pin(async move {
            let reached = errand.visit.reach(&login.host, login.port).await.map_err(LoginError::Unreachable)?;
            let options = options(errand, login, &reached, channel)?;
            let answers_within = errand.visit.settings().answer_timeout;
            let silent = || Failure::new(format!("{}:{} did not answer in time", login.host, login.port));
            let connect = async || {
                let connected = timeout(answers_within, Conn::new(options.clone())).await;
                connected.map_err(|_| LoginError::Unreachable(silent()))
            };
            let connected = match connect().await? {
                // The driver leaves out the last byte of an ed25519 challenge where it is zero, so that one of 256 logins is
                // refused for nothing (mysql_common 0.37; 0.38 does not). MySQL, which may lock an account after a few, has no ed25519.
                Err(mysql_async::Error::Server(told)) if told.code == DENIED && matches!(self, Self::MariaDb) => {
                    connect().await?
                }
                connected => connected,
            };
            let connection = connected.map_err(|error| refusal(&error, login, channel))?;
            Ok(Box::new(MySqlSession { connection: Some(connection), answers_within }) as Box<dyn Session>)
        })
    }
}

fn options(errand: &Errand<'_>, login: &Login, reached: &Reached, channel: Channel) -> Result<Opts, LoginError> {
    let password = as_text(&login.password).map_err(|failure| LoginError::Refused(failure.to_string()))?;
    let addresses: Vec<_> = reached.addresses().iter().map(|address| address.ip()).collect();
    let tls = (channel == Channel::Tls).then(|| {
        let roots = errand.tls.roots.iter().map(|root| root.to_vec().into()).collect();
        SslOpts::default().with_disable_built_in_roots(true).with_root_certs(roots)
    });
    let options = OptsBuilder::default()
        .ip_or_hostname(login.host.as_str())
        .resolved_ips(Some(addresses))
        .tcp_port(login.port)
        .user(Some(login.user.as_str()))
        .pass(Some(password))
        // No database is entered: users change passwords without a right to the one that `dbname` names.
        .ssl_opts(tls)
        // Only what was looked at is dialled, never a socket that the server names.
        .prefer_socket(false)
        // So that nothing is asked before it is known that somebody is logged in.
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(60));
    Ok(options.into())
}

/// Why nobody is logged in, and whether another channel may change that.
fn refusal(error: &mysql_async::Error, login: &Login, channel: Channel) -> LoginError {
    let secrets = [&login.password];
    let text = |error: &dyn std::fmt::Display| words_of_server(&error.to_string(), &secrets);
    match error {
        mysql_async::Error::Server(told) if told.code == NEEDS_TLS => LoginError::Channel(words(told, &secrets)),
        mysql_async::Error::Server(told) => LoginError::Refused(words(told, &secrets)),
        mysql_async::Error::Io(IoError::Tls(error)) => LoginError::Channel(format!("TLS failed: {}", text(error))),
        // What fails in a handshake comes as an error of the stream.
        mysql_async::Error::Io(IoError::Io(error)) if is_of_tls(error) => {
            LoginError::Channel(format!("TLS failed: {}", text(error)))
        }
        mysql_async::Error::Io(IoError::Io(error)) => LoginError::Unreachable(Failure::new(format!(
            "no connection to {}:{}: {}",
            login.host,
            login.port,
            text(error)
        ))),
        mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer) if channel == Channel::Tls => {
            LoginError::Channel("the server does not support TLS".to_owned())
        }
        error => LoginError::Refused(text(error)),
    }
}

fn is_of_tls(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|cause| cause.is::<rustls::Error>())
}

fn words(told: &ServerError, secrets: &[&SecretBytes]) -> String {
    let ServerError { code, state, message } = told;
    if *code == PARSE_ERROR {
        return format!("the statement is not understood ({code}, {state})");
    }
    format!("{} ({code}, {state})", words_of_server(message, secrets))
}

impl Session for MySqlSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(async { self.rows::<Row>("SELECT NOW()", &[]).await.map(drop) })
    }

    fn change_own_password<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        _: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(account::change_own_password(self, errand, password))
    }

    fn set_alternate<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(account::set_alternate(self, errand, alternate))
    }
}

impl MySqlSession {
    async fn run(&mut self, statement: &str, secrets: &[&SecretBytes]) -> Result<(), Failure> {
        self.rows::<Row>(statement, secrets).await.map(drop)
    }

    async fn rows<R>(&mut self, statement: &str, secrets: &[&SecretBytes]) -> Result<Vec<R>, Failure>
    where
        R: FromRow + Send + 'static,
    {
        let refused = |error| {
            let text = match &error {
                mysql_async::Error::Server(told) => words(told, secrets),
                error => words_of_server(&error.to_string(), secrets),
            };
            Failure::new(format!("the database refused: {text}"))
        };
        let other = |_| Failure::new("the database told something else than was asked");
        let connection = self.connection.as_mut().ok_or_else(|| Failure::new("the connection is closed"))?;
        let answer = async {
            let (mut rows, mut room) = (Rows::new(), ROWS_BYTES_MAX);
            let mut result = connection.query_iter(statement).await.map_err(refused)?;
            if let Some(mut found) = result.stream::<Row>().await.map_err(refused)? {
                while let Some(row) = found.try_next().await.map_err(refused)? {
                    let too_long =
                        || Failure::new(format!("the database answered with more than {ROWS_BYTES_MAX} bytes"));
                    room = room.checked_sub(size(&row)).ok_or_else(too_long)?;
                    rows.push(R::from_row_opt(row).map_err(other)?)?;
                }
            }
            result.drop_result().await.map_err(refused)?;
            Ok(rows.into_vec())
        };
        answer_within(self.answers_within, answer).await?
    }
}

fn size(row: &Row) -> usize {
    let columns = (0..row.len()).filter_map(|column| row.as_ref(column));
    columns.map(|value| if let Value::Bytes(bytes) = value { bytes.len() } else { size_of::<Value>() }).sum()
}

impl Drop for MySqlSession {
    /// The driver would wait for the end of an answer for as long as a server makes it wait.
    fn drop(&mut self) {
        if let (Some(connection), Ok(runtime)) = (self.connection.take(), Handle::try_current()) {
            runtime.spawn(timeout(FAREWELL, connection.disconnect()));
        }
    }
}

#[cfg(test)]
mod tests;
