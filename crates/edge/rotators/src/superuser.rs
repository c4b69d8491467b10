//! A superuser whom a secret names at `masterarn`.
//!
//! He is asked for after somebody has logged in as the secret's user, and not before: nobody borrows a superuser by naming
//! him.

use crate::{
    database::{Database, Login, LoginError},
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
};

pub(crate) struct Superuser {
    pub(crate) login: Login,
    named: String,
}

impl Superuser {
    /// His secret must be readable for the rotators' role, and of the same host.
    pub(crate) async fn of(
        database: &dyn Database,
        errand: &Errand<'_>,
        current: &SecretDocument,
    ) -> Result<Self, Failure> {
        let named = current.required("masterarn")?;
        let master = errand.other_secret(&named).await.map_err(|failure| {
            failure.within(&format!(
                "the superuser's secret {named} cannot be read; it must be a database's secret, and the role of rotators \
                 needs a policy that allows secretsmanager:GetSecretValue on it"
            ))
        })?;
        let login = Login::of(database, &master, errand.visit.settings().requires_tls)?;
        let host = current.required("host")?;
        if login.host != host {
            let text =
                format!("Current database host {host} is not the same host as/rds replica of master {}", login.host);
            return Err(Failure::new(text));
        }
        Ok(Self { login, named })
    }

    /// What to tell if he is not let in.
    pub(crate) fn refused(&self, error: LoginError) -> Failure {
        error.within(&format!("Unable to log into database using credentials in master secret {}", self.named))
    }
}
