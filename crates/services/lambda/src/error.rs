//! What an operation may fail with, in AWS's words.

use std::fmt;

use contract::{CommitError, StoreError, UnreadablePolicy};
use gate::RoleSessionError;
use policy::{Denied, WrongPermit};
use seal::SealError;
use service::{ErrorKind, RestError, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

use crate::{shapes::error_shape, vault::VaultError};

#[derive(Debug)]
pub enum Error {
    /// One of Lambda's own exceptions that is its caller's fault.
    Refused {
        code: &'static str,
        message: String,
    },
    /// As many run as may.
    Throttled {
        reason: &'static str,
    },
    AccessDenied(Box<Denied>),
    /// Refused whatever the policies say.
    Forbidden(String),
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// A constraint of the shapes is broken.
    Validation(String),
    /// Someone else changed the function between reading and writing: the story is told again.
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
        Self::refused("InvalidParameterValueException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::refused("ResourceNotFoundException", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::refused("ResourceConflictException", message)
    }

    /// Of what AWS's Lambda has and this one has not: it is refused by name, not passed over. The text is chosen.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::invalid(format!("{what} is not supported by this server."))
    }

    /// One broken constraint, told as the shapes tell theirs.
    pub(crate) fn constraint(value: impl fmt::Display, member: &str, constraint: impl fmt::Display) -> Self {
        let what = format!("Value '{value}' at '{member}' failed to satisfy constraint: {constraint}");
        Self::Validation(format!("1 validation error detected: {what}"))
    }
}

impl RestError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Throttled { .. } => "TooManyRequestsException",
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDeniedException",
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
            Self::Conflict | Self::Internal(_) => "ServiceException",
            Self::Unrecorded(_) => "ServiceUnavailableException",
        }
    }

    fn status(&self) -> u16 {
        match self {
            Self::AccessDenied(_) | Self::Forbidden(_) => 403,
            Self::Unrecorded(_) => 503,
            declared => error_shape(declared.code()).map_or(400, |shape| shape.status),
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::Refused { message, .. } => Some(message.clone()),
            Self::Throttled { .. } => Some("Rate Exceeded.".to_owned()),
            Self::AccessDenied(denied) => Some(denied.to_string()),
            Self::Forbidden(text) | Self::Validation(text) => Some(text.clone()),
            Self::Serialization(text) => text.map(str::to_owned),
            Self::Conflict | Self::Internal(_) => Some("An internal error occurred.".to_owned()),
            Self::Unrecorded(_) => Some("Service is unable to handle request.".to_owned()),
        }
    }

    fn has_capital_message(&self) -> bool {
        match self {
            Self::AccessDenied(_) | Self::Forbidden(_) => true,
            // Recorded: `Message` in what is the caller's fault, whatever the model says.
            Self::Refused { .. } => true,
            declared => error_shape(declared.code()).is_some_and(|shape| shape.message == "Message"),
        }
    }

    fn blame(&self) -> Option<&'static str> {
        match self {
            Self::Refused { .. } | Self::Throttled { .. } => Some("User"),
            Self::Conflict | Self::Internal(_) | Self::Unrecorded(_) => Some("Service"),
            Self::AccessDenied(_) | Self::Forbidden(_) | Self::Serialization(_) | Self::Validation(_) => None,
        }
    }

    fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Throttled { reason } => Some(reason),
            _ => None,
        }
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

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, WrongPermit, SealError, VaultError]);

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            // A name that was taken meanwhile is found when the story is told again.
            CommitError::Conflict | CommitError::NameTaken => Self::Conflict,
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<RoleSessionError> for Error {
    fn from(error: RoleSessionError) -> Self {
        match error {
            RoleSessionError::NotAssumable => {
                Self::invalid("The role defined for the function cannot be assumed by Lambda.")
            }
            other => Self::Internal(other.to_string()),
        }
    }
}
