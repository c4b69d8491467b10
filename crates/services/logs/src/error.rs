//! What an operation may fail with, in AWS's words.

use contract::{CommitError, StoreError};
use facades::LogKeyError;
use policy::{Denied, WrongPermit};
use seal::{OpenError, SealError};
use service::{ErrorKind, Fault, JsonError, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

use crate::pattern::InvalidPattern;

#[derive(Debug)]
pub enum Error {
    /// One of the service's own exceptions.
    Refused {
        code: &'static str,
        message: String,
    },
    AccessDenied(Box<Denied>),
    /// A denial in words of the service's own.
    Forbidden(String),
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// Someone else changed what the story read: it is told again.
    Conflict,
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

impl Error {
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::refused("InvalidParameterException", message)
    }

    /// Of what AWS's service has and this one has not: it is refused, not passed over. The text is chosen.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::invalid(format!("{what} is not supported by this server."))
    }

    /// Recorded.
    pub(crate) fn no_group() -> Self {
        Self::refused("ResourceNotFoundException", "The specified log group does not exist.")
    }

    /// Recorded.
    pub(crate) fn no_stream() -> Self {
        Self::refused("ResourceNotFoundException", "The specified log stream does not exist.")
    }

    /// The text is chosen.
    pub(crate) fn protected() -> Self {
        let text = "The log group is protected from deletion. Disable its deletion protection first.";
        Self::refused("ValidationException", text)
    }
}

impl JsonError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } => code,
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDeniedException",
            Self::Serialization(_) => "SerializationException",
            Self::Conflict => "OperationAbortedException",
            Self::Internal(_) => "InternalFailure",
            Self::Unrecorded(_) => "ServiceUnavailableException",
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::Refused { message, .. } | Self::Forbidden(message) => Some(message.clone()),
            Self::AccessDenied(denied) => Some(denied.to_string()),
            Self::Serialization(text) => text.map(str::to_owned),
            // Chosen.
            Self::Conflict => {
                Some("Multiple concurrent requests to update the same resource were in conflict.".to_owned())
            }
            Self::Internal(_) => Some("An internal error occurred.".to_owned()),
            Self::Unrecorded(_) => Some("Service is unable to handle request.".to_owned()),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Internal(_) => Fault::Service,
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

/// Broken constraints are invalid parameters here, as recorded.
impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Serialization(text) => Self::Serialization(text),
            ParseError::Validation(text) => Self::invalid(text),
        }
    }
}

impl From<InvalidPattern> for Error {
    fn from(invalid: InvalidPattern) -> Self {
        Self::invalid(invalid.to_string())
    }
}

service::shared_errors!(Error, ours [StoreError, WrongPermit, LogKeyError, SealError, OpenError]);

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            // A name that was taken meanwhile is found when the story is told again.
            CommitError::Conflict | CommitError::NameTaken => Self::Conflict,
            other => Self::Internal(other.to_string()),
        }
    }
}
