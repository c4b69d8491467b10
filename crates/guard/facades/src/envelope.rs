//! Sealing and opening values, implemented by kms.

use contract::{Answer, KeyManager};
use gate::{Caller, RequestContext};
use policy::Permit;
use seal::{SealedValue, ValueKind};
use terms::{Scope, SecretBytes, VersionId};
use trail::LinkedCalls;

/// What the rest of the house may see of KMS.
///
/// Every use is on behalf of a caller, who needs the right to the key as if it had called KMS itself through Secrets
/// Manager. `kms_key_id` is what a secret keeps: nothing for the managed key.
pub trait Envelope: Send + Sync {
    /// May the caller seal and open with this key? Asked where a key is chosen and nothing is sealed yet. Answers whose
    /// key it is: one may be chosen by many names.
    fn check<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
    ) -> Answer<'a, Result<KeyManager, EnvelopeError>>;

    /// Seals a value of this version of the secret that the permit names, under a fresh data key wrapped by the key.
    fn seal<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        kind: ValueKind,
        value: &'a SecretBytes,
    ) -> Answer<'a, Result<SealedValue, EnvelopeError>>;

    /// Opens a value of the secret that the permit names. `kms_key_id` is the secret's key now, which need not be the one
    /// that the value is under.
    fn open<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>>;

    /// The same value, under another key too. None where the caller may not open it with the old key or not seal with
    /// the new one: then it stays as it is.
    fn rewrap<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<Option<SealedValue>, EnvelopeError>>;

    /// The keys under which a value can be opened, the newest first: ARNs, or `DefaultEncryptionKey`.
    fn key_names<'a>(&'a self, scope: Scope, sealed: &'a SealedValue)
    -> Answer<'a, Result<Vec<String>, EnvelopeError>>;
}

/// For whom a key is used.
#[derive(Clone, Copy)]
pub struct OnBehalf<'a> {
    pub context: &'a RequestContext,
    pub caller: &'a Caller,
    /// For the secret, and for an action that does this to its values.
    pub permit: &'a Permit,
    /// What was asked of KMS, for the trail.
    pub linked: &'a LinkedCalls,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum EnvelopeError {
    /// `KmsKeyId` names no usable key. Displays the text of KMS.
    #[error("{0}")]
    InvalidKey(String),
    /// The caller may not use the key.
    #[error("access to the key is denied")]
    AccessDenied {
        /// The value is under another key than the secret's key now.
        is_other_key: bool,
    },
    /// A caller of another account, and the key that the service manages for the secret's account.
    #[error("the managed key serves its own account")]
    ForeignManagedKey,
    /// The value cannot be sealed with the key.
    #[error("the key cannot encrypt")]
    Encryption,
    /// The value cannot be opened: the key is gone, or the stored bytes are not what was sealed.
    #[error("the value cannot be opened")]
    Decryption,
    /// A permit for something else was presented. Always our own fault.
    #[error(transparent)]
    WrongPermit(#[from] policy::WrongPermit),
    #[error(transparent)]
    Store(#[from] contract::StoreError),
}
