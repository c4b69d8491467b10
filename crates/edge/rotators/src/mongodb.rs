//! MongoDB and DocumentDB, over their own protocol: its official driver looks names up and dials by itself, where a rotator
//! may connect only to what was looked at.

mod bson;
mod scram;
mod session;

use contract::Answer;
use terms::SecretBytes;

use crate::{
    database::{Alternate, Database, Login, LoginError, Session},
    errand::Errand,
    failure::Failure,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules},
    tls::Channel,
};
use session::MongoSession;

pub(crate) struct MongoDb;

/// Where users are kept if the secret does not say.
const USERS_DATABASE: &str = "admin";

impl Database for MongoDb {
    fn engines(&self) -> &'static [&'static str] {
        &["mongo"]
    }

    fn port(&self) -> u16 {
        27017
    }

    fn passwords(&self) -> PasswordRules {
        // What DocumentDB takes: MongoDB takes everything.
        PasswordRules { length: 32, longest: 100, excluded: EXCLUDED_BY_DEFAULT, forbidden: "/\"@" }
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
        Box::pin(async move { Ok(Box::new(MongoSession::log_in(errand, login, channel).await?) as Box<dyn Session>) })
    }
}

impl Session for MongoSession {
    /// Everybody may read what there is about himself.
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(async move {
            let (database, user) = (self.database.clone(), self.user.clone());
            self.roles_of(&database, &user).await.map(drop)
        })
    }

    fn change_own_password<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        login: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let database = self.database.clone();
            self.update_user(&database, &login.user, password).await
        })
    }

    fn set_alternate<'a>(
        &'a mut self,
        _: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let Alternate { current_user, user, password, database } = *alternate;
            let database = database.unwrap_or(USERS_DATABASE);
            if self.roles_of(database, user).await?.is_some() {
                return self.update_user(database, user, password).await;
            }
            let roles = self.roles_of(database, current_user).await?;
            let unknown = || Failure::new(format!("the server does not know the user {current_user} in {database}"));
            self.create_user(database, user, password, &roles.ok_or_else(unknown)?).await
        })
    }
}

#[cfg(test)]
mod tests;
