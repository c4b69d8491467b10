//! One user, whose password changes. Between the database's change and the label's move AWSPENDING alone logs in.

use contract::Answer;

use crate::{
    database::{Database, Login, LoginError, Session, log_in},
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
};

pub(crate) struct SingleUser(pub(crate) Box<dyn Database>);

impl Rotator for SingleUser {
    fn check_settings(&self, passwords: &PasswordSettings) -> Result<(), String> {
        check_passwords(&*self.0, passwords)
    }

    fn longest_password(&self) -> Option<usize> {
        Some(self.0.passwords().longest)
    }

    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>> {
        Box::pin(async move {
            self.login(errand, current)?;
            let mut pending = current.clone();
            pending.set_text("password", &errand.password(&self.0.passwords())?);
            Ok(pending)
        })
    }

    fn set<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.set_password(errand, versions))
    }

    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        Box::pin(test(&*self.0, errand, value))
    }

    fn undo<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(self.set_back(errand, versions))
    }

    fn undoes(&self) -> bool {
        true
    }
}

impl SingleUser {
    fn login(&self, errand: &Errand<'_>, document: &SecretDocument) -> Result<Login, Failure> {
        Login::of(&*self.0, errand, document)
    }

    async fn set_password(&self, errand: &Errand<'_>, versions: &Versions) -> Result<(), Failure> {
        let pending = self.login(errand, &versions.pending)?;
        // If not, it is not set yet, or the database is not there: the next login tells.
        if log_in(&*self.0, errand, &pending).await.is_ok() {
            return Ok(());
        }
        let enter = |login: Login| async move { log_in(&*self.0, errand, &login).await };
        let (mut session, login) = with_what_is_valid(&*self.0, errand, versions, &pending, enter).await?;
        session.change_own_password(errand, &login, &pending.password).await.map_err(Failure::in_a_change)
    }

    /// Gives the user the current password again, if it is the pending one that logs in.
    async fn set_back(&self, errand: &Errand<'_>, versions: &Versions) -> Result<(), Failure> {
        let (pending, current) = (self.login(errand, &versions.pending)?, self.login(errand, &versions.current)?);
        is_of_same_user(&pending, &current, "current user", "current host")?;
        let nobody = "Unable to log into database with current or pending secret";
        let mut session = match log_in(&*self.0, errand, &pending).await {
            Ok(session) => session,
            Err(_) => return log_in(&*self.0, errand, &current).await.map(drop).map_err(|error| error.within(nobody)),
        };
        if log_in(&*self.0, errand, &current).await.is_ok() {
            return Ok(());
        }
        session.change_own_password(errand, &pending, &current.password).await
    }
}

/// Logged in as the user of the pending value, with the current password or the one before.
pub(crate) async fn with_what_is_valid<S, F>(
    database: &dyn Database,
    errand: &Errand<'_>,
    versions: &Versions,
    pending: &Login,
    enter: impl Fn(Login) -> F,
) -> Result<(S, Login), Failure>
where
    F: Future<Output = Result<S, LoginError>>,
{
    let current = Login::of(database, errand, &versions.current)?;
    is_of_same_user(pending, &current, "current user", "current host")?;
    let nobody = format!(
        "Unable to log into database with previous, current, or pending secret of secret arn {}",
        errand.secret_arn
    );
    let refused = match enter(current.clone()).await {
        Ok(session) => return Ok((session, current)),
        Err(error) => error,
    };
    let previous = versions.previous.as_ref().and_then(|previous| Login::of(database, errand, previous).ok());
    let Some(mut previous) = previous else { return Err(refused.within(&nobody)) };
    // How to connect is as the current value says.
    previous.channels = current.channels;
    is_of_same_user(pending, &previous, "previous valid user", "previous valid host")?;
    match enter(previous.clone()).await {
        Ok(session) => Ok((session, previous)),
        Err(_) => Err(refused.within(&nobody)),
    }
}

/// Nobody has another user's password changed, or at another host.
fn is_of_same_user(pending: &Login, other: &Login, user: &str, host: &str) -> Result<(), Failure> {
    if pending.user != other.user {
        let text = format!("Attempting to modify user {} other than {user} {}", pending.user, other.user);
        return Err(Failure::new(text));
    }
    if pending.host != other.host {
        let text = format!("Attempting to modify user for host {} other than {host} {}", pending.host, other.host);
        return Err(Failure::new(text));
    }
    Ok(())
}

pub(crate) fn check_passwords(database: &dyn Database, passwords: &PasswordSettings) -> Result<(), String> {
    /// Enough for seeing whether there is anything to choose from.
    struct Zeroes;
    impl terms::Entropy for Zeroes {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }
    database.passwords().draw(passwords, &Zeroes).map(drop).map_err(|error| error.to_string())
}

/// Logs in and reads something.
pub(crate) async fn test(database: &dyn Database, errand: &Errand<'_>, value: &SecretDocument) -> Result<(), Failure> {
    let login = Login::of(database, errand, value)?;
    let nobody = match errand {
        Errand { secret_arn: "", .. } => "Unable to log into database with these values".to_owned(),
        Errand { secret_arn, token: "", .. } => {
            format!("Unable to log into database with current secret of secret ARN {secret_arn}")
        }
        Errand { secret_arn, .. } => {
            format!("Unable to log into database with pending secret of secret ARN {secret_arn}")
        }
    };
    let mut session: Box<dyn Session> =
        log_in(database, errand, &login).await.map_err(|error| error.within(&nobody))?;
    session.probe().await
}

#[cfg(test)]
mod tests;
