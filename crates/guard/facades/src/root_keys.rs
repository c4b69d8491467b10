//! Replacing the root key, implemented by the program: it alone knows who can keep one.

use contract::{Answer, DeploymentRecord};
use terms::SecretBytes;

/// The root key, as far as its keeper is concerned.
pub trait RootKeys: Send + Sync {
    /// Who keeps the root key now.
    fn describe(&self) -> Answer<'_, Result<RootKeyNow, RootKeysError>>;

    /// Draws a new root key, gives it to its keeper, and wraps the deployment's key under it. Nothing counts until the
    /// record is committed. Replacements take turns, each from here to its settlement.
    fn replace<'a>(&'a self, wish: NewRootKey<'a>) -> Answer<'a, Result<ReplacedRootKey, RootKeysError>>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKeyNow {
    /// As the configuration names it.
    pub custody: String,
    /// Names the key and tells nothing of it.
    pub fingerprint: String,
    /// Who can open it, for people.
    pub keeper: String,
    pub revision: u64,
}

/// What somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct NewRootKey<'a> {
    /// Nothing where its custody stays what it is.
    pub custody: Option<&'a str>,
    pub passphrase: Option<&'a SecretBytes>,
    pub threshold: Option<u8>,
    pub count: Option<u8>,
}

/// A root key that is ready to take the place of the one before.
pub struct ReplacedRootKey {
    pub now: RootKeyNow,
    pub after: DeploymentRecord,
    /// For the people who are to keep them. They are nowhere else.
    pub shares: Vec<SecretBytes>,
    /// What somebody has to know or to do, as sentences.
    pub advice: String,
    pub settlement: Box<dyn Settlement>,
}

/// To be told how it ended. Untold, the end is unknown: everything stays as both ends need it.
pub trait Settlement: Send {
    /// The record is in the store.
    fn committed(self: Box<Self>) -> Answer<'static, ()>;

    /// It is certain that the record is not in the store, and will not be.
    fn refused(self: Box<Self>) -> Answer<'static, ()>;
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootKeysError {
    /// It cannot be done as things are; says why.
    #[error("{0}")]
    Refused(String),
    /// What was asked for makes no sense; says why.
    #[error("{0}")]
    InvalidParameter(String),
    #[error("{0}")]
    Internal(String),
}
