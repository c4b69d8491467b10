//! What an operation may fail with, in AWS's words.
//!
//! Texts marked "chosen" have no recorded counterpart; they stay as they are once clients have seen them.

use std::fmt;

use contract::{CommitError, StoreError};
use facades::EnvelopeError;
use policy::{Denied, WrongPermit};
use seal::SealError;
use service::{ErrorKind, Fault, JsonError, ServiceError};
use shape::ParseError;
use terms::InvalidSecretName;
use trail::Unrecorded;

#[derive(Debug)]
pub enum Error {
    /// The caller asked for something that is not there, or not theirs to see.
    ResourceNotFound(String),
    /// The request contradicts the secret's state, such as a pending deletion.
    InvalidRequest(String),
    /// A member, or the way members are combined.
    InvalidParameter(String),
    ResourceExists(String),
    LimitExceeded(String),
    /// A resource policy that cannot be read, or names nobody.
    MalformedPolicyDocument(String),
    PublicPolicy,
    InvalidNextToken,
    EncryptionFailure,
    DecryptionFailure,
    AccessDenied(Box<Denied>),
    /// The caller may do this with the secret, and may not use its key.
    KeyAccessDenied(&'static str),
    /// The caller, or Secrets Manager, may not call the function that rotates.
    FunctionAccessDenied(String),
    /// The body is not JSON, or a member has the wrong type.
    Serialization(Option<&'static str>),
    /// A constraint of the model is broken.
    Validation(String),
    /// Someone else changed the secret between reading and writing: the story is told again.
    Conflict,
    /// The call cannot be recorded, so it is not answered.
    Unrecorded(Unrecorded),
    /// We failed. The caller learns only the request id.
    Internal(String),
}

const TOKEN_MISSING: &str = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";

impl Error {
    pub(crate) fn secret_not_found() -> Self {
        Self::ResourceNotFound("Secrets Manager can't find the specified secret.".to_owned())
    }

    pub(crate) fn label_not_found(label: &str) -> Self {
        Self::ResourceNotFound(format!(
            "Secrets Manager can't find the specified secret value for staging label: {label}"
        ))
    }

    pub(crate) fn version_not_found(id: &str) -> Self {
        Self::ResourceNotFound(format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
    }

    pub(crate) fn marked_for_deletion() -> Self {
        Self::InvalidRequest(
            "You can't perform this operation on the secret because it was marked for deletion.".to_owned(),
        )
    }

    pub(crate) fn token_missing() -> Self {
        Self::InvalidRequest(TOKEN_MISSING.to_owned())
    }

    /// Chosen: AWS's words are known to say that another service manages the secret.
    pub(crate) fn managed_by_service() -> Self {
        Self::InvalidRequest(
            "You can't perform this operation on the secret because it is managed by another service.".to_owned(),
        )
    }

    /// The same text as [`Error::token_missing`], under another code.
    pub(crate) fn rotation_token_missing() -> Self {
        Self::InvalidParameter(TOKEN_MISSING.to_owned())
    }

    pub(crate) fn token_in_use(token: &str, arn: &str) -> Self {
        Self::ResourceExists(Self::token_in_use_text(token, arn))
    }

    pub(crate) fn token_in_use_text(token: &str, arn: &str) -> String {
        format!(
            "You can't use ClientRequestToken {token} because that value is already in use for a version of secret \
             {arn}."
        )
    }

    pub(crate) fn two_values() -> Self {
        Self::InvalidParameter(
            "You can't specify both a binary secret value and a string secret value in the same secret.".to_owned(),
        )
    }

    pub(crate) fn malformed_policy(text: impl fmt::Display) -> Self {
        Self::MalformedPolicyDocument(text.to_string())
    }

    pub(crate) fn invalid_parameter(text: impl Into<String>) -> Self {
        Self::InvalidParameter(text.into())
    }

    /// A member whose machinery is not part of this server yet. Chosen.
    pub(crate) fn not_offered(member: &str) -> Self {
        Self::InvalidParameter(format!("{member} is not supported by this server."))
    }
}

impl JsonError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::InvalidRequest(_) => "InvalidRequestException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::ResourceExists(_) => "ResourceExistsException",
            Self::LimitExceeded(_) => "LimitExceededException",
            Self::MalformedPolicyDocument(_) => "MalformedPolicyDocumentException",
            Self::PublicPolicy => "PublicPolicyException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::EncryptionFailure => "EncryptionFailure",
            Self::DecryptionFailure => "DecryptionFailure",
            Self::AccessDenied(_) | Self::KeyAccessDenied(_) | Self::FunctionAccessDenied(_) => "AccessDeniedException",
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
            Self::Conflict | Self::Internal(_) => "InternalServiceError",
            Self::Unrecorded(_) => "ServiceUnavailable",
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::ResourceNotFound(text)
            | Self::InvalidRequest(text)
            | Self::InvalidParameter(text)
            | Self::ResourceExists(text)
            | Self::LimitExceeded(text)
            | Self::MalformedPolicyDocument(text)
            | Self::Validation(text) => Some(text.clone()),
            Self::PublicPolicy => {
                Some("You can't attach a resource-based policy that allows broad access to the secret.".to_owned())
            }
            // Chosen after the model's documentation.
            Self::InvalidNextToken => Some("The NextToken value is invalid.".to_owned()),
            Self::EncryptionFailure => Some(
                "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the \
                 KMS key is available, enabled, and not in an invalid state."
                    .to_owned(),
            ),
            Self::DecryptionFailure => {
                Some("Secrets Manager can't decrypt the protected secret text using the provided KMS key.".to_owned())
            }
            Self::AccessDenied(denied) => Some(denied.to_string()),
            Self::KeyAccessDenied(text) => Some((*text).to_owned()),
            Self::FunctionAccessDenied(text) => Some(text.clone()),
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
        !matches!(self, Self::Validation(_))
    }
}

impl ServiceError for Error {
    fn trail_code(&self) -> &'static str {
        match self {
            // CloudTrail shortens it.
            Self::AccessDenied(_) | Self::KeyAccessDenied(_) | Self::FunctionAccessDenied(_) => "AccessDenied",
            other => other.code(),
        }
    }

    fn trail_message(&self) -> String {
        self.message().unwrap_or_default()
    }

    fn kind(&self) -> ErrorKind<'_> {
        match self {
            Self::AccessDenied(_) | Self::KeyAccessDenied(_) | Self::FunctionAccessDenied(_) => ErrorKind::Denial,
            Self::Conflict => ErrorKind::Conflict,
            Self::Internal(cause) => ErrorKind::Internal(cause),
            _ => ErrorKind::Refusal,
        }
    }
}

impl From<InvalidSecretName> for Error {
    fn from(invalid: InvalidSecretName) -> Self {
        Self::Validation(invalid.to_string())
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

impl From<EnvelopeError> for Error {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::InvalidKey(text) => {
                Self::InvalidParameter(format!("The operation failed because of an invalid KMS key: {text}"))
            }
            // Decided by KMS, whose words AWS does not pass on.
            EnvelopeError::AccessDenied { is_other_key: false } => {
                Self::KeyAccessDenied("Access to KMS is not allowed")
            }
            EnvelopeError::AccessDenied { is_other_key: true } => Self::KeyAccessDenied(
                "Access to KMS is not allowed. This version of secret is not encrypted with the current KMS key.",
            ),
            EnvelopeError::ForeignManagedKey => Self::InvalidRequest(
                "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS \
                 service key."
                    .to_owned(),
            ),
            EnvelopeError::Encryption => Self::EncryptionFailure,
            EnvelopeError::Decryption => Self::DecryptionFailure,
            EnvelopeError::WrongPermit(wrong) => wrong.into(),
            EnvelopeError::Store(error) => error.into(),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict | CommitError::NameTaken => Self::Conflict,
            // Each operation that can meet it says it in its own words first.
            CommitError::QuotaExceeded => Self::LimitExceeded("You have exceeded a quota.".to_owned()),
            other => Self::Internal(other.to_string()),
        }
    }
}

service::shared_errors!(Error, ours [StoreError, WrongPermit, SealError]);
