//! Secrets that a service of the server owns: a database's user that is rotated without a function. The owner is keepwell's
//! own service; Secrets Manager keeps the secrets, and the rotators know the databases.

use contract::{Answer, RotationRules};
use gate::{Caller, RequestContext};
use terms::SecretBytes;

use crate::{SecretsDoorError, StepFailed};

/// Owned secrets, implemented by secretsmanager.
pub trait ManagedSecrets: Send + Sync {
    /// Makes a secret that is owned, with its first value, and sets its rotation going. The caller needs what
    /// CreateSecret and RotateSecret need.
    fn adopt<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        adopted: &'a AdoptedSecret<'a>,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>>;

    /// Makes an owned secret an ordinary one, whose rotation is off. The caller needs what CancelRotateSecret needs.
    fn release<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        secret_id: &'a str,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>>;
}

/// The rotators of the server's own, implemented by them.
pub trait BuiltInRotators: Send + Sync {
    /// Their names, such as `SecretsManagerRDSPostgreSQLRotationSingleUser`, sorted.
    fn names(&self) -> Vec<&'static str>;

    /// The rotator for databases of this engine that changes one user's password.
    fn of_engine(&self, engine: &str) -> Option<&'static str>;

    /// Do these credentials log in? `value` is a secret's JSON.
    fn log_in<'a>(&'a self, rotator: &'a str, value: &'a SecretBytes) -> Answer<'a, Result<(), StepFailed>>;
}

#[derive(Clone, Copy)]
pub struct AdoptedSecret<'a> {
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub kms_key_id: Option<&'a str>,
    /// Text: the JSON that the rotator knows.
    pub value: &'a SecretBytes,
    /// The rotator's name.
    pub rotator: &'a str,
    /// As they are asked for. Without a schedule the server's settings have one.
    pub rules: &'a RotationRules,
    pub rotate_immediately: bool,
    pub tags: &'a [(String, String)],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedSecret {
    pub arn: String,
    pub name: String,
    pub version_id: Option<String>,
}
