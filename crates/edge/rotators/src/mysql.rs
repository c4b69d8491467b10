//! MySQL and MariaDB. Which of them it is, the server says: secrets for MySQL are used with MariaDB as well.

mod account;
mod grants;
mod verifier;

use std::time::Duration;

use contract::Answer;
use mysql_async::{
    Conn, DriverError, IoError, Opts, OptsBuilder, Row, ServerError, SslOpts,
    prelude::{FromRow, Queryable},
};
use terms::SecretBytes;
use tokio::time::timeout;

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::{Failure, words_of_server},
    network::Reached,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules, as_text},
    patience::answer_within,
    tls::Channel,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MySql {
    MySql,
    MariaDb,
}

struct MySqlSession {
    connection: Conn,
    answers_within: Duration,
}

/// A parse error shows where it stopped, which may be within a password.
const PARSE_ERROR: u16 = 1064;
/// Connections without TLS are not admitted, or not for this user.
const NEEDS_TLS: u16 = 3159;

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
            let connection = timeout(answers_within, Conn::new(options)).await;
            let connection = connection.map_err(|_| LoginError::Unreachable(silent()))?;
            let connection = connection.map_err(|error| refusal(&error, login, channel))?;
            Ok(Box::new(MySqlSession { connection, answers_within }) as Box<dyn Session>)
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
        let answer = answer_within(self.answers_within, self.connection.query(statement)).await?;
        answer.map_err(|error| {
            let text = match &error {
                mysql_async::Error::Server(told) => words(told, secrets),
                error => words_of_server(&error.to_string(), secrets),
            };
            Failure::new(format!("the database refused: {text}"))
        })
    }
}

#[cfg(test)]
mod tests;
