//! What an operation may fail with, in AWS's words.

use contract::{CommitError, StoreError, UnreadablePolicy};
use policy::{Denied, PolicyError, WrongPermit};
use seal::SealError;
use service::{ErrorKind, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

#[derive(Debug)]
pub enum Error {
    NoSuchEntity(String),
    EntityAlreadyExists(String),
    DeleteConflict(String),
    LimitExceeded(String),
    MalformedPolicyDocument(String),
    InvalidInput(String),
    Validation(String),
    UnmodifiableEntity(String),
    PolicyNotAttachable(String),
    PasswordPolicyViolation(String),
    InvalidAuthenticationCode(String),
    InvalidUserType(String),
    EntityTemporarilyUnmodifiable(String),
    PolicyEvaluation(String),
    AccessDenied(Box<Denied>),
    /// Refused for whom the caller is, whatever the policies say.
    Forbidden(String),
    /// A session that may not call IAM.
    InvalidClientTokenId,
    /// The body is no query.
    Malformed(String),
    /// Someone else changed the account's IAM between reading and writing: the story is told again.
    Conflict,
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

impl Error {
    /// The error's name on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchEntity(_) => "NoSuchEntity",
            Self::EntityAlreadyExists(_) => "EntityAlreadyExists",
            Self::DeleteConflict(_) => "DeleteConflict",
            Self::LimitExceeded(_) => "LimitExceeded",
            Self::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Self::InvalidInput(_) => "InvalidInput",
            Self::Validation(_) => "ValidationError",
            Self::UnmodifiableEntity(_) => "UnmodifiableEntity",
            Self::PolicyNotAttachable(_) => "PolicyNotAttachable",
            Self::PasswordPolicyViolation(_) => "PasswordPolicyViolation",
            Self::InvalidAuthenticationCode(_) => "InvalidAuthenticationCode",
            Self::InvalidUserType(_) => "InvalidUserType",
            Self::EntityTemporarilyUnmodifiable(_) => "EntityTemporarilyUnmodifiable",
            Self::PolicyEvaluation(_) => "PolicyEvaluation",
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDenied",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::Malformed(_) => "MalformedInput",
            Self::Conflict => "ConcurrentModification",
            Self::Unrecorded(_) => "ServiceUnavailable",
            Self::Internal(_) => "ServiceFailure",
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::NoSuchEntity(_) => 404,
            Self::EntityAlreadyExists(_)
            | Self::DeleteConflict(_)
            | Self::LimitExceeded(_)
            | Self::EntityTemporarilyUnmodifiable(_)
            | Self::Conflict => 409,
            Self::AccessDenied(_)
            | Self::Forbidden(_)
            | Self::InvalidClientTokenId
            | Self::InvalidAuthenticationCode(_) => 403,
            Self::PolicyEvaluation(_) | Self::Internal(_) => 500,
            Self::Unrecorded(_) => 503,
            _ => 400,
        }
    }

    pub fn message(&self) -> String {
        match self {
            Self::NoSuchEntity(text)
            | Self::EntityAlreadyExists(text)
            | Self::DeleteConflict(text)
            | Self::LimitExceeded(text)
            | Self::MalformedPolicyDocument(text)
            | Self::InvalidInput(text)
            | Self::Validation(text)
            | Self::UnmodifiableEntity(text)
            | Self::PolicyNotAttachable(text)
            | Self::PasswordPolicyViolation(text)
            | Self::InvalidAuthenticationCode(text)
            | Self::InvalidUserType(text)
            | Self::EntityTemporarilyUnmodifiable(text)
            | Self::PolicyEvaluation(text)
            | Self::Forbidden(text)
            | Self::Malformed(text) => text.clone(),
            Self::AccessDenied(denied) => denied.to_string(),
            Self::InvalidClientTokenId => "The security token included in the request is invalid".to_owned(),
            // Chosen.
            Self::Conflict => {
                "The request was rejected because multiple requests to change this object were submitted \
                 simultaneously. Wait a few minutes and submit your request again."
                    .to_owned()
            }
            Self::Unrecorded(_) => "Service is unable to handle request.".to_owned(),
            Self::Internal(_) => "An internal error occurred.".to_owned(),
        }
    }
}

impl ServiceError for Error {
    fn trail_code(&self) -> &'static str {
        self.code()
    }

    fn trail_message(&self) -> String {
        self.message()
    }

    fn kind(&self) -> ErrorKind<'_> {
        match self {
            Self::AccessDenied(_) => ErrorKind::Denial,
            Self::Conflict => ErrorKind::Conflict,
            Self::Internal(cause) => ErrorKind::Internal(cause),
            _ => ErrorKind::Refusal,
        }
    }
}

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, WrongPermit, SealError]);

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Conflict,
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::MalformedPolicyDocument(error.to_string())
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Validation(text) => Self::Validation(text),
            other => Self::Malformed(other.message().unwrap_or_default().to_owned()),
        }
    }
}
