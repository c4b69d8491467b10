//! What an operation may fail with, in AWS's words.

use contract::{StoreError, UnreadablePolicy};
use policy::Denied;
use seal::SealError;
use service::{ErrorKind, Fault, JsonError, ServiceError};
use shape::ParseError;
use trail::{HistoryError, Unrecorded};

#[derive(Debug)]
pub enum Error {
    /// One of CloudTrail's own exceptions. All texts are chosen.
    Refused {
        code: &'static str,
        message: String,
    },
    AccessDenied(Box<Denied>),
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// A constraint of the shapes is broken that has no exception of its own.
    Validation(String),
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

impl Error {
    pub(crate) fn invalid_attributes(message: impl Into<String>) -> Self {
        Self::Refused { code: "InvalidLookupAttributesException", message: message.into() }
    }

    pub(crate) fn invalid_time_range() -> Self {
        let message = "The start time must not be after the end time.".to_owned();
        Self::Refused { code: "InvalidTimeRangeException", message }
    }

    pub(crate) fn invalid_next_token() -> Self {
        let message = "The token is not valid, or was returned for a request with other parameters.".to_owned();
        Self::Refused { code: "InvalidNextTokenException", message }
    }
}

impl JsonError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } => code,
            Self::AccessDenied(_) => "AccessDeniedException",
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
            Self::Internal(_) => "InternalFailure",
            Self::Unrecorded(_) => "ServiceUnavailable",
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::Refused { message, .. } | Self::Validation(message) => Some(message.clone()),
            Self::AccessDenied(denied) => Some(denied.to_string()),
            Self::Serialization(text) => text.map(str::to_owned),
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
        matches!(self, Self::AccessDenied(_))
    }
}

impl ServiceError for Error {
    fn trail_code(&self) -> &'static str {
        match self {
            // CloudTrail shortens it.
            Self::AccessDenied(_) => "AccessDenied",
            other => other.code(),
        }
    }

    fn trail_message(&self) -> String {
        self.message().unwrap_or_default()
    }

    fn kind(&self) -> ErrorKind<'_> {
        match self {
            Self::AccessDenied(_) => ErrorKind::Denial,
            Self::Internal(cause) => ErrorKind::Internal(cause),
            _ => ErrorKind::Refusal,
        }
    }
}

/// The model has exceptions for these members. Whether AWS sends them or its general one, nobody has recorded.
const OF_MEMBERS: [(&str, &str); 3] = [
    ("at 'lookupAttributes", "InvalidLookupAttributesException"),
    ("at 'maxResults'", "InvalidMaxResultsException"),
    ("at 'eventCategory'", "InvalidEventCategoryException"),
];

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Serialization(text) => Self::Serialization(text),
            ParseError::Validation(message) => match OF_MEMBERS.iter().find(|(member, _)| message.contains(member)) {
                Some((_, code)) => Self::Refused { code, message },
                None => Self::Validation(message),
            },
        }
    }
}

service::shared_errors!(Error, ours [StoreError, UnreadablePolicy, SealError, HistoryError]);
