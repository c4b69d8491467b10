//! What is asked of a SQL Server.

use std::time::Duration;

use futures_util::TryStreamExt;
use terms::SecretBytes;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, QueryItem, Row, error::Error};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};
use zeroize::Zeroizing;

use super::{DATABASE, statements};
use crate::{
    database::{Alternate, Login, LoginError},
    errand::Errand,
    failure::{Failure, words_of_server},
    password::as_text,
    patience::{Rows, answer_within},
    pem,
    tls::Channel,
    wire::{Wire, connect},
};

/// A user who is logged in.
pub(super) struct SqlServerSession {
    client: Client<Compat<Box<dyn Wire>>>,
    within: Duration,
    /// Never shown, whatever a server says.
    password: SecretBytes,
}

impl SqlServerSession {
    pub(super) async fn log_in(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Self, LoginError> {
        let password = as_text(&login.password).map_err(|failure| LoginError::Refused(failure.to_string()))?;
        let within = errand.visit.settings().answer_timeout;
        let mut config = Config::new();
        config.host(login.host.trim_start_matches('[').trim_end_matches(']'));
        config.port(login.port);
        config.database(login.database.as_deref().unwrap_or(DATABASE));
        config.authentication(AuthMethod::sql_server(&login.user, password));
        config.application_name("keepwell");
        config.handshake_timeout(Some(within));
        match channel {
            Channel::Tls => {
                config.encryption(EncryptionLevel::Required);
                config.trust_cert_ca_bundle(bundle(errand));
            }
            // Nobody logs in to this server without TLS: it has a certificate of its own making, which is taken unseen where
            // a secret does not ask for more.
            Channel::Plain => {
                config.encryption(EncryptionLevel::On);
                config.trust_cert();
            }
        }
        let wire = connect(errand, login, Channel::Plain).await?;
        match Client::connect(config, wire.compat_write()).await {
            Ok(client) => Ok(Self { client, within, password: login.password.clone() }),
            Err(Error::Server(told)) => Err(LoginError::Refused(words_of_server(told.message(), &[&login.password]))),
            // Where it leads was not looked at.
            Err(Error::Routing { .. }) => {
                Err(LoginError::Refused("the server sends to another one; name that one in the secret".to_owned()))
            }
            Err(Error::Io { message, .. } | Error::Tls(message)) => {
                Err(LoginError::Channel(format!("TLS failed: {}", words_of_server(&message, &[&login.password]))))
            }
            Err(error) => Err(LoginError::Channel(words_of_server(&error.to_string(), &[&login.password]))),
        }
    }

    pub(super) async fn is_contained(&mut self) -> Result<bool, Failure> {
        let found = self.column(statements::CONTAINMENT).await?;
        match found.first() {
            Some(Some(containment)) => Ok(containment != "0"),
            _ => Err(Failure::new("the server does not tell whether the database is contained")),
        }
    }

    pub(super) async fn set_other(&mut self, alternate: &Alternate<'_>) -> Result<(), Failure> {
        let Alternate { current_user, user, password, database } = *alternate;
        let database = database.unwrap_or(DATABASE);
        self.column(&statements::enter(database)).await?;
        let is_contained = self.is_contained().await?;
        let is_of_server = database.eq_ignore_ascii_case(DATABASE);
        let has_user = self.has(&statements::user_named(user)).await?;
        let has_password = if is_contained { has_user } else { self.has(&statements::login_named(user)).await? };

        let mut batch = Vec::new();
        batch.push(if has_password {
            statements::change(user, password, is_contained)?
        } else {
            statements::make(user, password, is_contained)?
        });
        let rights = match (is_contained, is_of_server) {
            (false, true) if !has_password => Some(statements::rights_on_server(current_user, user)),
            (_, false) if !has_user => {
                if !is_contained {
                    batch.push(Zeroizing::new(statements::make_user_of_login(user)));
                }
                Some(statements::rights_in_database(current_user, user))
            }
            _ => None,
        };
        if let Some(rights) = rights {
            for right in self.column(&rights).await? {
                let unknown = || {
                    Failure::new(format!(
                        "{current_user} has a permission on something that is not copied; make {user} by hand, with its rights"
                    ))
                };
                batch.push(Zeroizing::new(right.ok_or_else(unknown)?));
            }
        }
        self.run(&statements::together(&batch), password).await
    }

    /// A statement that gives somebody this password.
    pub(super) async fn run(&mut self, statement: &str, password: &SecretBytes) -> Result<(), Failure> {
        self.rows(statement, Some(password)).await.map(drop)
    }

    async fn has(&mut self, statement: &str) -> Result<bool, Failure> {
        Ok(!self.column(statement).await?.is_empty())
    }

    /// The first column of what is found.
    pub(super) async fn column(&mut self, statement: &str) -> Result<Vec<Option<String>>, Failure> {
        let rows = self.rows(statement, None).await?;
        let texts = rows.iter().map(|row| row.try_get::<&str, _>(0).map(|text| text.map(str::to_owned)));
        texts.collect::<Result<_, _>>().map_err(|_| Failure::new("the server told something else than was asked"))
    }

    async fn rows(&mut self, statement: &str, password: Option<&SecretBytes>) -> Result<Vec<Row>, Failure> {
        let secrets: Vec<_> = std::iter::once(&self.password).chain(password).collect();
        let refused = |error| {
            let words = match &error {
                Error::Server(told) => told.message().to_owned(),
                other => other.to_string(),
            };
            Failure::new(words_of_server(&words, &secrets)).within("the server refused a statement")
        };
        let answer = async {
            let mut rows = Rows::new();
            let mut items = self.client.simple_query(statement).await.map_err(refused)?;
            while let Some(item) = items.try_next().await.map_err(refused)? {
                match item {
                    // Of the first of its answers.
                    QueryItem::Row(row) if row.result_index() == 0 => rows.push(row)?,
                    QueryItem::Row(_) | QueryItem::Metadata(_) => {}
                }
            }
            Ok(rows.into_vec())
        };
        answer_within(self.within, answer).await?
    }
}

/// What rotators trust, as the driver reads it.
fn bundle(errand: &Errand<'_>) -> Vec<u8> {
    let certificates = errand.tls.roots.iter().map(|root| pem::write("CERTIFICATE", pem::LINE, root));
    certificates.fold(Vec::new(), |mut bundle, certificate| {
        bundle.extend_from_slice(certificate.as_bytes());
        bundle
    })
}
