//! What the frame must know of a service's errors.

use shape::ParseError;
use trail::Unrecorded;

/// How a story fails. The words are the service's own.
pub trait ServiceError: MayBeUnrecorded + From<ParseError> + From<Unrecorded> {
    /// The error's name on the trail. CloudTrail shortens some.
    fn trail_code(&self) -> &'static str;

    /// Its text on the trail. Empty for errors that AWS sends without one.
    fn trail_message(&self) -> String;

    fn kind(&self) -> ErrorKind<'_>;

    fn is_denial(&self) -> bool {
        matches!(self.kind(), ErrorKind::Denial)
    }

    fn is_conflict(&self) -> bool {
        matches!(self.kind(), ErrorKind::Conflict)
    }
}

/// An error that may be the trail's. [`shared_errors!`](crate::shared_errors) says how.
pub trait MayBeUnrecorded: Sized {
    /// The call could not be recorded, so it is not answered. Any other error comes back.
    fn into_unrecorded(self) -> Result<Unrecorded, Self>;
}

/// What the frame does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind<'a> {
    /// The caller is told.
    Refusal,
    /// The caller is told, and the trail keeps no parameters.
    Denial,
    /// Someone else changed what the story read: it is told again.
    Conflict,
    /// We failed. The operator's log has the cause, and the caller learns only the request id.
    Internal(&'a str),
}

/// An error as awsJson answers it.
pub trait JsonError {
    /// Its name on the wire.
    fn code(&self) -> &'static str;

    /// What the caller is told. None for errors that are sent without a text.
    fn message(&self) -> Option<String>;

    fn fault(&self) -> Fault;

    /// Does the body of the answer spell its text `Message`?
    fn has_capital_message(&self) -> bool {
        false
    }
}

/// An error as the REST protocol answers it.
pub trait RestError {
    /// Its name on the wire.
    fn code(&self) -> &'static str;

    fn status(&self) -> u16;

    /// What the caller is told. None for errors that are sent without a text.
    fn message(&self) -> Option<String>;

    /// Does the body of the answer spell its text `Message`?
    fn has_capital_message(&self) -> bool;

    /// Whose fault it is, for errors that say so: `User` or `Service`.
    fn blame(&self) -> Option<&'static str>;

    /// A word on why, for errors that have one.
    fn reason(&self) -> Option<&'static str> {
        None
    }
}

/// Whose fault it is, and how the error travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Caller,
    Service,
    Unavailable,
}

/// What every story may meet means the same in every service: a denial is the variant `AccessDenied`, a call without
/// a record `Unrecorded`, and what is listed as ours is `Internal`. Callers see none of that; the operator's log does.
///
/// Not here is what services tell in their own words: a request that does not parse, a commit that is refused.
#[macro_export]
macro_rules! shared_errors {
    ($error:ident, ours [ $( $ours:path ),* $(,)? ]) => {
        impl From<$crate::named::AuthorizationError> for $error {
            fn from(error: $crate::named::AuthorizationError) -> Self {
                match error {
                    $crate::named::AuthorizationError::Denied(denied) => Self::AccessDenied(Box::new(denied)),
                    $crate::named::AuthorizationError::Store(error) => error.into(),
                }
            }
        }

        impl $crate::MayBeUnrecorded for $error {
            fn into_unrecorded(self) -> Result<$crate::named::Unrecorded, Self> {
                match self {
                    Self::Unrecorded(error) => Ok(error),
                    other => Err(other),
                }
            }
        }

        /// Its name, which is all that may be printed of it.
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::error::Error for $error {}

        impl From<$crate::named::Unrecorded> for $error {
            fn from(error: $crate::named::Unrecorded) -> Self {
                Self::Unrecorded(error)
            }
        }

        $(
            impl From<$ours> for $error {
                fn from(error: $ours) -> Self {
                    Self::Internal(error.to_string())
                }
            }
        )*
    };
}
