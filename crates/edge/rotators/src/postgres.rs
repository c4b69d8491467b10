//! PostgreSQL, and Redshift, which speaks its protocol. A password is sent as what the server would keep of it.

mod redshift;
mod verifier;

use std::{pin::pin, time::Duration};

use contract::Answer;
use futures_util::TryStreamExt;
use postgres_protocol::escape::{escape_identifier, escape_literal};
use terms::{Entropy, SecretBytes};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tokio_postgres::{
    Client, Config, NoTls, SimpleQueryMessage,
    config::SslMode,
    error::SqlState,
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::{Failure, words_of_server},
    network::{Bounded, Reached},
    password::PasswordRules,
    patience::{Rows, answer_within},
    tls::Channel,
};
use verifier::{md5_verifier, scram_verifier};

/// What differs between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postgres {
    PostgreSql,
    Redshift,
}

struct PostgresSession {
    kind: Postgres,
    client: Client,
    _connection: Connection,
    answers_within: Duration,
}

/// The driver's task, which ends with the session, also where the server does not let go.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Database for Postgres {
    fn engines(&self) -> &'static [&'static str] {
        match self {
            Self::PostgreSql => &["postgres", "aurora-postgresql"],
            Self::Redshift => &["redshift"],
        }
    }

    fn port(&self) -> u16 {
        match self {
            Self::PostgreSql => 5432,
            Self::Redshift => 5439,
        }
    }

    fn passwords(&self) -> PasswordRules {
        // AWS's functions exclude the colon here as well.
        let excluded = "/@\"'\\:";
        match self {
            Self::PostgreSql => PasswordRules { length: 32, longest: 99, excluded, forbidden: "" },
            // https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
            Self::Redshift => PasswordRules { length: 32, longest: 64, excluded, forbidden: "'\"\\/@ " },
        }
    }

    fn user_name_limit(&self) -> usize {
        match self {
            Self::PostgreSql => 63,
            Self::Redshift => 127,
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
            let within = errand.visit.settings().answer_timeout;
            let connected = timeout(within, self.connect(errand, login, &reached, channel)).await;
            let (client, connection) = connected.map_err(|_| LoginError::Unreachable(silent(login)))??;
            let session = PostgresSession { kind: *self, client, _connection: connection, answers_within: within };
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}

impl Postgres {
    async fn connect(
        self,
        errand: &Errand<'_>,
        login: &Login,
        reached: &Reached,
        channel: Channel,
    ) -> Result<(Client, Connection), LoginError> {
        let database = login.database.as_deref().unwrap_or(match self {
            Self::PostgreSql => "postgres",
            Self::Redshift => "dev",
        });
        let mut config = Config::new();
        config.user(&login.user).password(login.password.expose()).dbname(database).application_name("keepwell");
        match channel {
            Channel::Plain => open(config.ssl_mode(SslMode::Disable), NoTls, login, reached, channel).await,
            Channel::Tls => {
                let mut make = MakeRustlsConnect::new((*errand.tls.config).clone());
                let tls = MakeTlsConnect::<Bounded<TcpStream>>::make_tls_connect(&mut make, &login.host);
                let tls = tls.map_err(|error| LoginError::Channel(format!("TLS: {error}")))?;
                open(config.ssl_mode(SslMode::Require), tls, login, reached, channel).await
            }
        }
    }
}

async fn open<T>(
    config: &Config,
    tls: T,
    login: &Login,
    reached: &Reached,
    channel: Channel,
) -> Result<(Client, Connection), LoginError>
where
    T: TlsConnect<Bounded<TcpStream>> + Send,
    T::Stream: Send + 'static,
    T::Future: Send,
{
    let Login { host, port, .. } = login;
    let stream = reached.dial().await;
    let unreachable = |error| LoginError::Unreachable(Failure::new(format!("no connection to {host}:{port}: {error}")));
    let stream = stream.map_err(unreachable)?;
    let (client, connection) =
        config.connect_raw(stream, tls).await.map_err(|error| refusal(&error, login, channel))?;
    let connection = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a rotator's connection broke");
        }
    });
    Ok((client, Connection(connection)))
}

fn silent(login: &Login) -> Failure {
    Failure::new(format!("{}:{} did not answer in time", login.host, login.port))
}

/// Why nobody is logged in, and whether another channel may change that.
fn refusal(error: &tokio_postgres::Error, login: &Login, channel: Channel) -> LoginError {
    let Some(told) = error.as_db_error() else {
        let text = words_of_server(&with_sources(error), &[&login.password]);
        return if channel == Channel::Tls { LoginError::Channel(text) } else { LoginError::Refused(text) };
    };
    let text = format!("{} ({})", words_of_server(told.message(), &[&login.password]), told.code().code());
    // "no pg_hba.conf entry … SSL encryption" has this code, a wrong password has another.
    if channel == Channel::Tls && *told.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        return LoginError::Channel(text);
    }
    LoginError::Refused(text)
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

impl Session for PostgresSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(async { self.rows("SELECT NOW()", &[]).await.map(drop) })
    }

    fn change_own_password<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        login: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let verifier = self.verifier(&login.user, password, errand.entropy).await?;
            self.change(&alter_user(&login.user, &verifier), &verifier).await
        })
    }

    fn set_alternate<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let verifier = self.verifier(alternate.user, alternate.password, errand.entropy).await?;
            let statements = if self.exists(alternate.user).await? {
                alter_user(alternate.user, &verifier)
            } else {
                match self.kind {
                    Postgres::PostgreSql => create_with_role(alternate, &verifier),
                    Postgres::Redshift => redshift::create_with_rights(self, alternate, &verifier).await?,
                }
            };
            self.change(&statements, &verifier).await
        })
    }
}

impl PostgresSession {
    async fn exists(&self, user: &str) -> Result<bool, Failure> {
        let (table, column) = match self.kind {
            Postgres::PostgreSql => ("pg_roles", "rolname"),
            Postgres::Redshift => ("pg_user", "usename"),
        };
        let found = self.rows(&format!("SELECT 1 FROM {table} WHERE {column} = {}", escape_literal(user)), &[]).await?;
        Ok(!found.is_empty())
    }

    /// In the form in which the server keeps passwords, so that clients which know no other go on.
    async fn verifier(
        &self,
        user: &str,
        password: &SecretBytes,
        entropy: &dyn Entropy,
    ) -> Result<SecretBytes, Failure> {
        if self.kind == Postgres::Redshift {
            return Ok(md5_verifier(user, password));
        }
        let kept = self.rows("SHOW password_encryption", &[]).await?;
        match kept.first().and_then(|row| row.first()).map(String::as_str) {
            Some("scram-sha-256") => scram_verifier(password, entropy),
            // "on" is how servers before PostgreSQL 10 say it.
            Some("md5" | "on") => Ok(md5_verifier(user, password)),
            _ => Err(Failure::new("the database keeps passwords in a form that this rotator does not know")),
        }
    }

    /// Everything or nothing: several statements of one message are one transaction.
    async fn change(&self, statements: &str, verifier: &SecretBytes) -> Result<(), Failure> {
        self.rows(statements, &[verifier]).await.map(drop)
    }

    /// The rows of the last statement that has any, as text.
    async fn rows(&self, statements: &str, secrets: &[&SecretBytes]) -> Result<Vec<Vec<String>>, Failure> {
        let refused = |error| statement_failure(&error, secrets);
        let answer = async {
            let mut rows = Rows::new();
            let mut messages = pin!(self.client.simple_query_raw(statements).await.map_err(refused)?);
            while let Some(message) = messages.try_next().await.map_err(refused)? {
                if let SimpleQueryMessage::Row(row) = message {
                    let texts = (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned());
                    rows.push(texts.collect())?;
                }
            }
            Ok(rows.into_vec())
        };
        answer_within(self.answers_within, answer).await?
    }
}

fn statement_failure(error: &tokio_postgres::Error, secrets: &[&SecretBytes]) -> Failure {
    let text = match error.as_db_error() {
        Some(told) => format!("{} ({})", words_of_server(told.message(), secrets), told.code().code()),
        None => words_of_server(&with_sources(error), secrets),
    };
    Failure::new(format!("the database refused: {text}"))
}

fn alter_user(user: &str, verifier: &SecretBytes) -> String {
    format!("ALTER USER {} WITH PASSWORD {}", escape_identifier(user), literal(verifier))
}

/// The other user is a member of the role that the first one is, and so may what that one may.
fn create_with_role(alternate: &Alternate<'_>, verifier: &SecretBytes) -> String {
    let (user, current) = (escape_identifier(alternate.user), escape_identifier(alternate.current_user));
    format!("CREATE ROLE {user} WITH LOGIN PASSWORD {}; GRANT {current} TO {user}", literal(verifier))
}

fn literal(verifier: &SecretBytes) -> String {
    escape_literal(&String::from_utf8_lossy(verifier.expose()))
}

#[cfg(test)]
mod tests;
