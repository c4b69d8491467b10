//! Secrets Manager as its callers see it, for a service that acts as somebody. Implemented by secretsmanager.
//!
//! What comes through here is a call like any other: decided by the caller's policies, and recorded.

use contract::Answer;
use gate::{Caller, RequestContext};
use terms::SecretBytes;

/// The operations that rotating a secret takes. Each wants a context of its own: its ids are the record's.
pub trait SecretsDoor: Send + Sync {
    fn describe<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
    ) -> Answer<'a, Result<DescribedSecret, SecretsDoorError>>;

    /// The text of a version, which is picked by id, by label, or by both.
    fn get<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        pick: VersionPick<'a>,
    ) -> Answer<'a, Result<ReadSecret, SecretsDoorError>>;

    /// Gives the pending version its value: `PutSecretValue` with this token, labelled AWSPENDING.
    fn put_pending<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        pending: PendingValue<'a>,
    ) -> Answer<'a, Result<(), SecretsDoorError>>;

    /// Moves AWSCURRENT: `UpdateSecretVersionStage`.
    fn make_current<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        to: &'a str,
        from: Option<&'a str>,
    ) -> Answer<'a, Result<(), SecretsDoorError>>;
}

/// Who calls, and under which circumstances.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    pub context: &'a RequestContext,
    pub caller: &'a Caller,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VersionPick<'a> {
    pub version_id: Option<&'a str>,
    pub stage: Option<&'a str>,
}

#[derive(Clone, Copy)]
pub struct PendingValue<'a> {
    pub token: &'a str,
    pub rotation_token: &'a SecretBytes,
    /// Text.
    pub value: &'a SecretBytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedSecret {
    pub arn: String,
    pub name: String,
    pub rotation_enabled: bool,
    /// Version ids with their labels; versions without labels are not told.
    pub stages: Vec<(String, Vec<String>)>,
    /// In the order in which they were put.
    pub tags: Vec<(String, String)>,
}

/// A version's text. Has no Debug: it is a value.
#[derive(Clone)]
pub struct ReadSecret {
    pub arn: String,
    pub version_id: String,
    pub value: SecretBytes,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsDoorError {
    /// There is no such secret, or no such version of it, or the version has no value yet.
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Denied(String),
    /// Any other refusal, in AWS's words.
    #[error("{text}")]
    Refused { code: &'static str, text: String },
    #[error("{0}")]
    Internal(String),
}
