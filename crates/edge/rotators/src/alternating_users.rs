//! Two users who take turns: while one is current the other gets a new password, from a superuser. AWSCURRENT always logs
//! in.

use contract::Answer;
use terms::SecretBytes;

use crate::{
    database::{Alternate, Database, Login, log_in},
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
    single_user::{check_passwords, test},
    superuser::Superuser,
};

pub(crate) struct AlternatingUsers(pub(crate) Box<dyn Database>);

const CLONE: &str = "_clone";

impl Rotator for AlternatingUsers {
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
            let login = self.login(errand, current)?;
            current.required("masterarn")?;
            let user = self.alternate(&login.user)?;
            let mut pending = current.clone();
            pending.set_text("username", &SecretBytes::new(user.into_bytes()));
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
}

impl AlternatingUsers {
    fn login(&self, errand: &Errand<'_>, document: &SecretDocument) -> Result<Login, Failure> {
        Login::of(&*self.0, errand, document)
    }

    /// The other user of the pair.
    fn alternate(&self, user: &str) -> Result<String, Failure> {
        if let Some(first) = user.strip_suffix(CLONE).filter(|first| !first.is_empty()) {
            return Ok(first.to_owned());
        }
        let other = format!("{user}{CLONE}");
        if other.chars().count() > self.0.user_name_limit() {
            let text = format!(
                "Unable to clone user, username length with {CLONE} appended would exceed {} characters",
                self.0.user_name_limit()
            );
            return Err(Failure::new(text));
        }
        Ok(other)
    }

    async fn set_password(&self, errand: &Errand<'_>, versions: &Versions) -> Result<(), Failure> {
        let pending = self.login(errand, &versions.pending)?;
        if log_in(&*self.0, errand, &pending).await.is_ok() {
            return Ok(());
        }
        let current = self.login(errand, &versions.current)?;
        if self.alternate(&current.user)? != pending.user {
            let text =
                format!("Attempting to modify user {} other than current user or clone {}", pending.user, current.user);
            return Err(Failure::new(text));
        }
        if current.host != pending.host {
            let text =
                format!("Attempting to modify user for host {} other than current host {}", pending.host, current.host);
            return Err(Failure::new(text));
        }
        // Whoever may not log in as the current user gets no superuser to change the other one.
        let stranger =
            format!("Unable to log into database using current credentials for secret {}", errand.secret_arn);
        log_in(&*self.0, errand, &current).await.map_err(|error| error.within(&stranger))?;
        self.as_superuser(errand, versions, &current, &pending).await
    }

    async fn as_superuser(
        &self,
        errand: &Errand<'_>,
        versions: &Versions,
        current: &Login,
        pending: &Login,
    ) -> Result<(), Failure> {
        let superuser = Superuser::of(&*self.0, errand, &versions.current, &[current, pending]).await?;
        let session = log_in(&*self.0, errand, &superuser.login).await;
        let mut session = session.map_err(|error| superuser.refused(error))?;
        let alternate = Alternate {
            current_user: &current.user,
            user: &pending.user,
            password: &pending.password,
            database: current.database.as_deref(),
        };
        session.set_alternate(errand, &alternate).await
    }
}

#[cfg(test)]
mod tests;
