//! One user with two passwords for a while, or two users who take turns. What was changed is saved each time, also when the
//! change itself was made by an attempt that came no further.

use contract::Answer;

use super::Redis;
use super::session::RedisSession;
use crate::{
    alternating_users::AlternatingUsers,
    database::{Login, LoginError, by_channels},
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
    single_user::{SingleUser, with_what_is_valid},
    superuser::Superuser,
};

/// One user. The password before is good until the new one is current, so that AWSCURRENT always logs in.
///
/// Who may change his own password on a Redis server may change everybody's. So users of applications may not, and
/// `masterarn` names the secret of one who may, as where users take turns.
pub(crate) struct SingleRedisUser {
    inner: SingleUser,
    redis: Redis,
}

pub(crate) struct AlternatingRedisUsers {
    inner: AlternatingUsers,
    redis: Redis,
}

impl SingleRedisUser {
    pub(crate) fn new(redis: Redis) -> Self {
        Self { inner: SingleUser(Box::new(redis)), redis }
    }

    async fn set_password(&self, errand: &Errand<'_>, versions: &Versions) -> Result<(), Failure> {
        let pending = login(self.redis, errand, &versions.pending)?;
        let (own, is_added) = match enter(errand, &pending).await {
            Ok(session) => (session, true),
            Err(_) => {
                let enter = |login: Login| async move { enter(errand, &login).await };
                let (session, _) = with_what_is_valid(&self.redis, errand, versions, &pending, enter).await?;
                (session, false)
            }
        };
        let mut changer = self.changer(errand, &versions.current, &pending, own).await?;
        if !is_added {
            changer.add_password(&pending.user, &pending.password).await?;
        }
        changer.save().await
    }

    /// Who may change the user's passwords: the user, or who is named for it.
    async fn changer(
        &self,
        errand: &Errand<'_>,
        current: &SecretDocument,
        changed: &Login,
        own: RedisSession,
    ) -> Result<RedisSession, Failure> {
        if current.has("masterarn") { superuser(self.redis, errand, current, changed).await } else { Ok(own) }
    }

    /// The current password is the only one from now on.
    async fn drop_others(&self, errand: &Errand<'_>, current: &SecretDocument) -> Result<(), Failure> {
        let login = login(self.redis, errand, current)?;
        let stranger =
            format!("Unable to log into database using current credentials for secret {}", errand.secret_arn);
        let own = enter(errand, &login).await.map_err(|error| error.within(&stranger))?;
        let mut changer = self.changer(errand, current, &login, own).await?;
        changer.keep_password(&login.user, &login.password).await?;
        changer.save().await
    }
}

impl AlternatingRedisUsers {
    pub(crate) fn new(redis: Redis) -> Self {
        Self { inner: AlternatingUsers(Box::new(redis)), redis }
    }
}

impl Rotator for SingleRedisUser {
    fn check_settings(&self, passwords: &PasswordSettings) -> Result<(), String> {
        self.inner.check_settings(passwords)
    }

    fn longest_password(&self) -> Option<usize> {
        self.inner.longest_password()
    }

    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>> {
        self.inner.create(errand, current)
    }

    fn set<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.set_password(errand, versions))
    }

    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        self.inner.test(errand, value)
    }

    fn retire<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
        _: &'a SecretDocument,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.drop_others(errand, current))
    }

    fn retires(&self) -> bool {
        true
    }
}

impl Rotator for AlternatingRedisUsers {
    fn check_settings(&self, passwords: &PasswordSettings) -> Result<(), String> {
        self.inner.check_settings(passwords)
    }

    fn longest_password(&self) -> Option<usize> {
        self.inner.longest_password()
    }

    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>> {
        self.inner.create(errand, current)
    }

    fn set<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.inner.set(errand, versions).await?;
            let pending = login(self.redis, errand, &versions.pending)?;
            superuser(self.redis, errand, &versions.current, &pending).await?.save().await
        })
    }

    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        self.inner.test(errand, value)
    }
}

fn login(redis: Redis, errand: &Errand<'_>, document: &SecretDocument) -> Result<Login, Failure> {
    Login::of(&redis, errand, document)
}

async fn enter(errand: &Errand<'_>, login: &Login) -> Result<RedisSession, LoginError> {
    by_channels(login, |channel| RedisSession::log_in(errand, login, channel)).await
}

async fn superuser(
    redis: Redis,
    errand: &Errand<'_>,
    current: &SecretDocument,
    changed: &Login,
) -> Result<RedisSession, Failure> {
    let superuser = Superuser::of(&redis, errand, current, &[&login(redis, errand, current)?, changed]).await?;
    enter(errand, &superuser.login).await.map_err(|error| superuser.refused(error))
}
