//! What a step has at hand.

use contract::Answer;
use facades::VersionPick;
use terms::{AWSCURRENT, Entropy, SecretBytes};

use crate::{actor::Actor, document::SecretDocument, failure::Failure, network::Visit, tls::Tls};

/// One step of one rotation, or a login that is tried on its own.
pub(crate) struct Errand<'a> {
    /// Empty where a login is tried before there is a secret.
    pub(crate) secret_arn: &'a str,
    /// Of the version that is made. Empty where none is, because it is the current one that is tried.
    pub(crate) token: &'a str,
    /// None where nobody acts for a secret.
    pub(crate) others: Option<&'a dyn OtherSecrets>,
    pub(crate) visit: Visit<'a>,
    pub(crate) tls: &'a Tls,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) passwords: &'a crate::settings::PasswordSettings,
}

/// Secrets that the rotated one names.
pub(crate) trait OtherSecrets: Send + Sync {
    /// The value that is current.
    fn read<'a>(&'a self, secret_id: &'a str) -> Answer<'a, Result<SecretDocument, Failure>>;
}

impl OtherSecrets for Actor<'_> {
    fn read<'a>(&'a self, secret_id: &'a str) -> Answer<'a, Result<SecretDocument, Failure>> {
        Box::pin(async move {
            let pick = VersionPick { version_id: None, stage: Some(AWSCURRENT) };
            SecretDocument::parse(&self.get(secret_id, pick).await?.value)
        })
    }
}

impl Errand<'_> {
    /// Another secret that this one names: readable only if the role's policies say so.
    pub(crate) async fn other_secret(&self, secret_id: &str) -> Result<SecretDocument, Failure> {
        let others = self.others.ok_or_else(|| Failure::new("a login is tried with the secret's own values alone"))?;
        others.read(secret_id).await
    }

    /// A password as the operator wants it, that the engine takes.
    pub(crate) fn password(&self, rules: &crate::password::PasswordRules) -> Result<SecretBytes, Failure> {
        rules.draw(self.passwords, self.entropy).map_err(|error| Failure::new(error.to_string()))
    }
}
