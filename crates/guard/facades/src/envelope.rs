//! Sealing and opening values, implemented by kms.

use contract::Answer;
use policy::Permit;
use seal::{SealContext, SealedValue, ValueKind};
use terms::{Scope, SecretBytes};

/// What the rest of the house may see of KMS.
pub trait Envelope: Send + Sync {
    /// Understands a `KmsKeyId` member, and refuses a key that cannot be used.
    fn choose<'a>(&'a self, scope: Scope, kms_key_id: &'a str) -> Answer<'a, Result<KeyChoice, EnvelopeError>>;

    /// Seals a value of the secret that the permit names, under a fresh data key wrapped by the chosen key.
    fn seal<'a>(
        &'a self,
        under: &'a Permit,
        scope: Scope,
        key: &'a KeyChoice,
        context: SealContext<'a>,
        kind: ValueKind,
        value: &'a SecretBytes,
    ) -> Answer<'a, Result<SealedValue, EnvelopeError>>;

    /// Opens a value of the secret that the permit names. The permit must be for an action that reads values.
    fn open<'a>(
        &'a self,
        under: &'a Permit,
        context: SealContext<'a>,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>>;
}

/// Which key seals a secret's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChoice {
    /// `aws/secretsmanager`, the key that the service manages for each account and region.
    Managed,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum EnvelopeError {
    /// `KmsKeyId` names no usable key. Displays the text of KMS.
    #[error("{0}")]
    InvalidKey(String),
    /// The value cannot be sealed with the key.
    #[error("the key cannot encrypt")]
    Encryption,
    /// The value cannot be opened: the key is gone, or the stored bytes are not what was sealed.
    #[error("the value cannot be opened")]
    Decryption,
    /// A permit for something else was presented. Always our own fault.
    #[error(transparent)]
    WrongPermit(#[from] policy::WrongPermit),
}
