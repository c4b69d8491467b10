//! What an operation may fail with. The names are those that AWS's services use; the texts are our own.

use contract::{CommitError, StoreError, UnreadablePolicy};
use facades::{AccountKeysError, RootKeysError, SecretsDoorError};
use policy::{Denied, WrongPermit};
use seal::SealError;
use service::{ErrorKind, Fault, JsonError, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

#[derive(Debug)]
pub enum Error {
    ResourceNotFound(String),
    ResourceExists(String),
    /// The request contradicts the state of what it names.
    InvalidRequest(String),
    InvalidParameter(String),
    InvalidNextToken,
    AccessDenied(Box<Denied>),
    /// Refused by a service that was called on the caller's behalf, in its words.
    Forbidden(String),
    Refused {
        code: &'static str,
        message: String,
    },
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// A constraint of the shapes is broken.
    Validation(String),
    /// Someone else changed the account between reading and writing: the story is told again.
    Conflict,
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

impl Error {
    pub(crate) fn account_not_found(id: &str) -> Self {
        Self::ResourceNotFound(format!("There is no account {id} on this server."))
    }
}

impl JsonError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::ResourceExists(_) => "ResourceExistsException",
            Self::InvalidRequest(_) => "InvalidRequestException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDeniedException",
            Self::Refused { code, .. } => code,
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
            Self::Conflict | Self::Internal(_) => "InternalServiceError",
            Self::Unrecorded(_) => "ServiceUnavailable",
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::ResourceNotFound(text)
            | Self::ResourceExists(text)
            | Self::InvalidRequest(text)
            | Self::InvalidParameter(text)
            | Self::Forbidden(text)
            | Self::Refused { message: text, .. }
            | Self::Validation(text) => Some(text.clone()),
            Self::InvalidNextToken => Some("The NextToken value is invalid.".to_owned()),
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

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, WrongPermit, AccountKeysError, SealError]);

impl From<RootKeysError> for Error {
    fn from(error: RootKeysError) -> Self {
        match error {
            RootKeysError::Refused(text) => Self::InvalidRequest(text),
            RootKeysError::InvalidParameter(text) => Self::InvalidParameter(text),
            RootKeysError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<SecretsDoorError> for Error {
    fn from(error: SecretsDoorError) -> Self {
        match error {
            SecretsDoorError::NotFound(text) => Self::ResourceNotFound(text),
            SecretsDoorError::Denied(text) => Self::Forbidden(text),
            SecretsDoorError::Refused { code, text } => Self::Refused { code, message: text },
            SecretsDoorError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Conflict,
            other => Self::Internal(other.to_string()),
        }
    }
}
