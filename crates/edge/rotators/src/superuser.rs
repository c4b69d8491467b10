//! A superuser whom a secret names at `masterarn`.
//!
//! He is asked for after somebody has logged in as the secret's user, and not before: nobody borrows a superuser by naming
//! him. He changes others alone, and where he is at home: AWS's functions compare no more than the host, which would let
//! whoever may write a secret have a superuser's password sent to another port of it, or have it changed.

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
    /// His secret must be readable for the rotators' role, and of the same server as those whom he is to change, none of
    /// whom is he himself.
    pub(crate) async fn of(
        database: &dyn Database,
        errand: &Errand<'_>,
        current: &SecretDocument,
        users: &[&Login],
    ) -> Result<Self, Failure> {
        let named = current.required("masterarn")?;
        let master = errand.other_secret(&named).await.map_err(|failure| {
            failure.within(&format!(
                "the superuser's secret {named} cannot be read; it must be a database's secret, and the role of rotators \
                 needs a policy that allows secretsmanager:GetSecretValue on it"
            ))
        })?;
        let login = Login::of(database, errand, &master)?;
        let refusal = users.iter().find_map(|user| refusal(user, &login));
        refusal.map_or(Ok(Self { login, named }), |text| Err(Failure::new(text)))
    }

    /// What to tell if he is not let in.
    pub(crate) fn refused(&self, error: LoginError) -> Failure {
        error.within(&format!("Unable to log into database using credentials in master secret {}", self.named))
    }
}

/// The reason why he does not change this user, if there is one.
fn refusal(user: &Login, master: &Login) -> Option<String> {
    if !user.host.eq_ignore_ascii_case(&master.host) {
        return Some(format!(
            "Current database host {} is not the same host as/rds replica of master {}",
            user.host, master.host
        ));
    }
    if user.port != master.port {
        return Some(format!("Current database port {} is not the port {} of master", user.port, master.port));
    }
    // There are engines to which these are the same.
    let known_as = |name: &str| name.trim().to_lowercase();
    (known_as(&user.user) == known_as(&master.user))
        .then(|| format!("{} is the master user, whose password is changed by a rotation of his own secret", user.user))
}
