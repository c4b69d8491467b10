//! SQL Server, over tiberius: its TLS lives inside of its protocol, so that the driver makes it, on a connection of ours.

mod session;
mod statements;

use contract::Answer;
use terms::SecretBytes;

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::Failure,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules},
    tls::Channel,
};
use session::SqlServerSession;

pub(crate) struct SqlServer;

/// Where a login works if the secret does not say.
const DATABASE: &str = "master";

impl Database for SqlServer {
    fn engines(&self) -> &'static [&'static str] {
        &["sqlserver"]
    }

    fn port(&self) -> u16 {
        1433
    }

    fn passwords(&self) -> PasswordRules {
        // The longest that a login may have.
        PasswordRules { length: 32, longest: 128, excluded: EXCLUDED_BY_DEFAULT, forbidden: "" }
    }

    fn user_name_limit(&self) -> usize {
        128
    }

    fn log_in<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        login: &'a Login,
        channel: Channel,
    ) -> Answer<'a, Result<Box<dyn Session>, LoginError>> {
        Box::pin(
            async move { Ok(Box::new(SqlServerSession::log_in(errand, login, channel).await?) as Box<dyn Session>) },
        )
    }
}

impl Session for SqlServerSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(async { self.column("SELECT @@VERSION").await.map(drop) })
    }

    fn change_own_password<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        login: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let is_contained = self.is_contained().await?;
            let statement = statements::change_own(&login.user, password, &login.password, is_contained)?;
            self.run(&statement, password).await
        })
    }

    fn set_alternate<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.set_other(alternate))
    }
}

#[cfg(test)]
mod tests;
