//! Redis and Valkey: users of the access control list. A user may have several passwords, so that the one before stays good
//! until the new one is current; what is sent for them is their digest.

mod resp;
mod rotator;
mod session;

use contract::Answer;
use terms::SecretBytes;

pub(crate) use rotator::{AlternatingRedisUsers, SingleRedisUser};

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::Failure,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules},
    tls::Channel,
};
use session::RedisSession;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Redis {
    /// Of passwords, unless the operator says otherwise.
    pub(crate) password_length: usize,
}

impl Database for Redis {
    /// AWS's function for such users knows no key of this name, so it need not be there.
    fn engines(&self) -> &'static [&'static str] {
        &[]
    }

    fn port(&self) -> u16 {
        6379
    }

    fn passwords(&self) -> PasswordRules {
        // The longest that ElastiCache takes. What is excluded has a meaning in the URLs that clients are given.
        PasswordRules { length: self.password_length, longest: 128, excluded: EXCLUDED_BY_DEFAULT, forbidden: "" }
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
        Box::pin(async move { Ok(Box::new(RedisSession::log_in(errand, login, channel).await?) as Box<dyn Session>) })
    }
}

impl Session for RedisSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(self.ping())
    }

    fn change_own_password<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        login: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.add_password(&login.user, password))
    }

    fn set_alternate<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            if !self.has_user(alternate.user).await? {
                let rights = self.rights_of(alternate.current_user).await?;
                return self.make_user(alternate.user, &rights, alternate.password).await;
            }
            self.keep_password(alternate.user, alternate.password).await
        })
    }
}

#[cfg(test)]
mod tests;
