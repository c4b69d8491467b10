//! MySQL and MariaDB. Which of them it is, the server says: secrets for MySQL are used with MariaDB as well.

mod account;
mod grants;
mod login;
mod packet;
mod scramble;
mod session;
mod told;
mod verifier;

use contract::Answer;

use self::session::MySqlSession;
use crate::{
    database::{Database, Login, LoginError, Session},
    errand::Errand,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules},
    tls::Channel,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MySql {
    MySql,
    MariaDb,
}

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
        Box::pin(async move { Ok(Box::new(MySqlSession::log_in(errand, login, channel).await?) as Box<dyn Session>) })
    }
}

#[cfg(test)]
mod tests;
