//! What an operation may fail with, in AWS's words.

use contract::{CommitError, StoreError, UnreadablePolicy};
use policy::{Denied, WrongPermit};
use seal::SealError;
use service::{ErrorKind, Fault, JsonError, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

use crate::keyring::KeyringError;

#[derive(Debug)]
pub enum Error {
    /// One of KMS's own exceptions. Some have no text.
    Refused {
        code: &'static str,
        message: Option<String>,
    },
    AccessDenied(Box<Denied>),
    /// A denial that does not say what the policies said, because the caller may not know the key.
    Forbidden(String),
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// A constraint of the shapes is broken.
    Validation(String),
    /// Someone else changed the key between reading and writing: the story is told again.
    Conflict,
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

impl Error {
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: Some(message.into()) }
    }

    /// Of the exceptions that AWS sends without a text.
    pub(crate) fn silent(code: &'static str) -> Self {
        Self::Refused { code, message: None }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::refused("NotFoundException", message)
    }

    pub(crate) fn invalid_state(message: impl Into<String>) -> Self {
        Self::refused("KMSInvalidStateException", message)
    }

    /// Of what AWS's KMS has and this one has not: it is refused, not passed over. The text is chosen.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::refused("UnsupportedOperationException", format!("{what} is not supported by this server."))
    }
}

impl JsonError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } => code,
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDeniedException",
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
            Self::Conflict | Self::Internal(_) => "KMSInternalException",
            Self::Unrecorded(_) => "ServiceUnavailable",
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::Refused { message, .. } => message.clone(),
            Self::Forbidden(text) | Self::Validation(text) => Some(text.clone()),
            Self::AccessDenied(denied) => Some(denied.to_string()),
            Self::Serialization(text) => text.map(str::to_owned),
            Self::Conflict | Self::Internal(_) => Some("An internal error occurred.".to_owned()),
            Self::Unrecorded(_) => Some("Service is unable to handle request.".to_owned()),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Conflict | Self::Internal(_) => Fault::Service,
            Self::Unrecorded(_) => Fault::Unavailable,
            _ => Fault::Caller,
        }
    }

    fn has_capital_message(&self) -> bool {
        matches!(self, Self::AccessDenied(_) | Self::Forbidden(_))
    }
}

impl ServiceError for Error {
    fn trail_code(&self) -> &'static str {
        match self {
            // CloudTrail shortens it.
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDenied",
            other => other.code(),
        }
    }

    fn trail_message(&self) -> String {
        self.message().unwrap_or_default()
    }

    fn kind(&self) -> ErrorKind<'_> {
        match self {
            Self::AccessDenied(_) | Self::Forbidden(_) => ErrorKind::Denial,
            Self::Conflict => ErrorKind::Conflict,
            Self::Internal(cause) => ErrorKind::Internal(cause),
            _ => ErrorKind::Refusal,
        }
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Serialization(text) => Self::Serialization(text),
            ParseError::Validation(text) => Self::Validation(text),
        }
    }
}

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, WrongPermit, KeyringError, SealError]);

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            // A name that was taken meanwhile is found when the story is told again.
            CommitError::Conflict | CommitError::NameTaken => Self::Conflict,
            other => Self::Internal(other.to_string()),
        }
    }
}
