//! What an operation may fail with, in AWS's words.

use contract::{CommitError, StoreError, UnreadablePolicy};
use policy::{Denied, PolicyError};
use seal::SealError;
use service::{ErrorKind, ServiceError};
use shape::ParseError;
use trail::Unrecorded;

#[derive(Debug)]
pub enum Error {
    Validation(String),
    InvalidParameterValue(String),
    MalformedPolicyDocument(String),
    /// Session policies and tags take this many hundredths of the room that they have.
    PackedPolicyTooLarge(usize),
    AccessDenied(Box<Denied>),
    /// Refused for whom the caller is, whatever the policies say.
    Forbidden(String),
    /// An access key that is nobody's.
    InvalidClientTokenId,
    InvalidAuthorizationMessage,
    /// The request is not what the operation asks for.
    Unparsable(ParseError),
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
            Self::Validation(_) => "ValidationError",
            Self::InvalidParameterValue(_) => "InvalidParameterValue",
            Self::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Self::PackedPolicyTooLarge(_) => "PackedPolicyTooLarge",
            Self::AccessDenied(_) | Self::Forbidden(_) => "AccessDenied",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::InvalidAuthorizationMessage => "InvalidAuthorizationMessageException",
            Self::Unparsable(error) => error.query_code(),
            Self::Conflict | Self::Internal(_) => "InternalFailure",
            Self::Unrecorded(_) => "ServiceUnavailable",
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::AccessDenied(_) | Self::Forbidden(_) | Self::InvalidClientTokenId => 403,
            Self::Conflict | Self::Internal(_) => 500,
            Self::Unrecorded(_) => 503,
            _ => 400,
        }
    }

    pub fn message(&self) -> String {
        match self {
            Self::Validation(text)
            | Self::InvalidParameterValue(text)
            | Self::MalformedPolicyDocument(text)
            | Self::Forbidden(text) => text.clone(),
            Self::PackedPolicyTooLarge(percent) => {
                format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
            }
            Self::AccessDenied(denied) => denied.to_string(),
            Self::InvalidClientTokenId => "The security token included in the request is invalid".to_owned(),
            Self::InvalidAuthorizationMessage => "Message is not valid.".to_owned(),
            Self::Unparsable(error) => error.message().unwrap_or_default().to_owned(),
            Self::Conflict | Self::Internal(_) => "An internal error occurred.".to_owned(),
            Self::Unrecorded(_) => "Service is unable to handle request.".to_owned(),
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
            Self::AccessDenied(_) | Self::Forbidden(_) => ErrorKind::Denial,
            Self::Conflict => ErrorKind::Conflict,
            Self::Internal(cause) => ErrorKind::Internal(cause),
            _ => ErrorKind::Refusal,
        }
    }
}

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, SealError]);

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
        Self::Unparsable(error)
    }
}
