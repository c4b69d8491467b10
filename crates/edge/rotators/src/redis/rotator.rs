//! One user with two passwords for a while, or two users who take turns. What was changed is saved each time, also when the
//! change itself was made by an attempt that came no further.

use contract::Answer;

use super::Redis;
use super::session::RedisSession;
use crate::{
    alternating_users::AlternatingUsers,
    database::{Login, LoginError},
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
    single_user::{SingleUser, is_of_same_user},
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
        let own = match enter(errand, &pending).await {
            Ok(session) => session,
            Err(_) => {
                let mut session = self.with_what_is_valid(errand, versions, &pending).await?;
                if !versions.current.has("masterarn") {
                    session.add_password(&pending.user, &pending.password).await?;
                    return session.save().await;
                }
                let mut superuser = superuser(self.redis, errand, &versions.current).await?;
                superuser.add_password(&pending.user, &pending.password).await?;
                return superuser.save().await;
            }
        };
        self.changer(errand, &versions.current, own).await?.save().await
    }

    /// Logged in as the user, with the current password or the one before.
    async fn with_what_is_valid(
        &self,
        errand: &Errand<'_>,
        versions: &Versions,
        pending: &Login,
    ) -> Result<RedisSession, Failure> {
        let current = login(self.redis, errand, &versions.current)?;
        is_of_same_user(pending, &current, "current user", "current host")?;
        let nobody = format!(
            "Unable to log into database with previous, current, or pending secret of secret arn {}",
            errand.secret_arn
        );
        let refused = match enter(errand, &current).await {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        let previous = versions.previous.as_ref().and_then(|previous| login(self.redis, errand, previous).ok());
        let Some(mut previous) = previous else { return Err(refused.within(&nobody)) };
        // How to connect is as the current value says.
        previous.channels = current.channels;
        is_of_same_user(pending, &previous, "previous valid user", "previous valid host")?;
        enter(errand, &previous).await.map_err(|_| refused.within(&nobody))
    }

    /// Who may change the user's passwords: the user, or who is named for it.
    async fn changer(
        &self,
        errand: &Errand<'_>,
        current: &SecretDocument,
        own: RedisSession,
    ) -> Result<RedisSession, Failure> {
        if current.has("masterarn") { superuser(self.redis, errand, current).await } else { Ok(own) }
    }

    /// The current password is the only one from now on.
    async fn drop_others(&self, errand: &Errand<'_>, current: &SecretDocument) -> Result<(), Failure> {
        let login = login(self.redis, errand, current)?;
        let stranger =
            format!("Unable to log into database using current credentials for secret {}", errand.secret_arn);
        let own = enter(errand, &login).await.map_err(|error| error.within(&stranger))?;
        let mut changer = self.changer(errand, current, own).await?;
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
            superuser(self.redis, errand, &versions.current).await?.save().await
        })
    }

    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        self.inner.test(errand, value)
    }
}

fn login(redis: Redis, errand: &Errand<'_>, document: &SecretDocument) -> Result<Login, Failure> {
    Login::of(&redis, document, errand.visit.settings().requires_tls)
}

async fn enter(errand: &Errand<'_>, login: &Login) -> Result<RedisSession, LoginError> {
    let mut refused = LoginError::Channel("no channel is allowed".to_owned());
    for channel in login.channels {
        match RedisSession::log_in(errand, login, *channel).await {
            Err(LoginError::Channel(text)) => refused = LoginError::Channel(text),
            ended => return ended,
        }
    }
    Err(refused)
}

/// Only after somebody has logged in as the secret's user: nobody borrows a superuser by naming him.
async fn superuser(redis: Redis, errand: &Errand<'_>, current: &SecretDocument) -> Result<RedisSession, Failure> {
    let master_arn = current.required("masterarn")?;
    let master = errand.other_secret(&master_arn).await.map_err(|failure| {
        failure.within(&format!(
            "the superuser's secret {master_arn} cannot be read; it must be a database's secret, and the role of rotators \
             needs a policy that allows secretsmanager:GetSecretValue on it"
        ))
    })?;
    let (master, host) = (login(redis, errand, &master)?, current.required("host")?);
    if master.host != host {
        let text =
            format!("Current database host {host} is not the same host as/rds replica of master {}", master.host);
        return Err(Failure::new(text));
    }
    let nobody = format!("Unable to log into database using credentials in master secret {master_arn}");
    enter(errand, &master).await.map_err(|error| error.within(&nobody))
}
