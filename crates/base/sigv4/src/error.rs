use std::fmt::{Display, Formatter};

/// Why a signature was not believed. `Display` is the message as AWS words it, trailing spaces included; where AWS's
/// wording is not known, or where the bound is ours, the variant says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `Authorization` header of the AWS4 family and no presigned parameters. IAM and STS word it
    /// `Request is missing Authentication Token`.
    #[error("Missing Authentication Token")]
    MissingAuthenticationToken,

    #[error("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")]
    TwoFormsAtOnce,

    /// Our wording.
    #[error("Authorization header must be given exactly once.")]
    RepeatedAuthorization,

    #[error("'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'.")]
    NotAKeyValuePair { part: String, header: String },

    #[error("{missing} Authorization={header}")]
    MissingHeaderParameters { missing: MissingHeaderParameters, header: String },

    #[error("{missing} Re-examine the query-string parameters.")]
    MissingQueryParameters { missing: MissingQueryParameters },

    /// Our wording.
    #[error("AWS query-string parameters must include '{name}' exactly once.")]
    RepeatedQueryParameter { name: &'static str },

    #[error("Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601")]
    DateNotBasicFormat { got: String },

    /// Our wording.
    #[error("X-Amz-Expires must be a whole number of seconds from 1 to 604800. Got '{got}'.")]
    ExpiresOutOfRange { got: String },

    #[error("Signature expired: {signed_at} is now earlier than {earliest} ({now} - {validity})")]
    SignatureExpired { signed_at: String, earliest: String, now: String, validity: String },

    #[error("Signature not yet current: {signed_at} is still later than {latest} ({now} + {window})")]
    SignatureNotYetCurrent { signed_at: String, latest: String, now: String, window: String },

    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,

    #[error("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). ")]
    UnsupportedAlgorithm { algorithm: String },

    #[error(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
    )]
    CredentialArity { credential: String },

    /// One or more sentences about region, service, terminator and date, in that order.
    #[error("{0}")]
    WrongScope(String),

    /// AWS's sentence about the host, said of another header that it wants signed.
    #[error("'{name}' must be a 'SignedHeader' in the AWS Authorization.")]
    HeaderNotSigned { name: String },

    /// S3's wording; the other services are not known to have one.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    BodyHashMismatch,

    /// Our wording: `UNSIGNED-PAYLOAD` would let anybody on the way swap the body, and streaming signatures exist
    /// only in S3.
    #[error("x-amz-content-sha256 must be the SHA-256 of the body, got '{got}'.")]
    PayloadNotSigned { got: String },

    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    SignatureDoesNotMatch,

    /// Our bound and wording.
    #[error("SignedHeaders must not name more than {limit} headers.")]
    TooManySignedHeaders { limit: usize },

    /// Our bound and wording.
    #[error("A signed query string must not have more than {limit} parameters.")]
    TooManyQueryParameters { limit: usize },
}

/// The three names AWS has for all of this; each protocol spells them in its own way
/// (`IncompleteSignatureException`, `IncompleteSignature`, `SignatureDoesNotMatch` ...).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    MissingAuthenticationToken,
    IncompleteSignature,
    InvalidSignature,
}

impl SignatureError {
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::MissingAuthenticationToken => ErrorKind::MissingAuthenticationToken,
            Self::RepeatedAuthorization
            | Self::NotAKeyValuePair { .. }
            | Self::MissingHeaderParameters { .. }
            | Self::MissingQueryParameters { .. }
            | Self::RepeatedQueryParameter { .. }
            | Self::DateNotBasicFormat { .. }
            | Self::ExpiresOutOfRange { .. }
            | Self::UnsupportedAlgorithm { .. }
            | Self::CredentialArity { .. }
            | Self::TooManySignedHeaders { .. }
            | Self::TooManyQueryParameters { .. } => ErrorKind::IncompleteSignature,
            Self::TwoFormsAtOnce
            | Self::SignatureExpired { .. }
            | Self::SignatureNotYetCurrent { .. }
            | Self::HostNotSigned
            | Self::WrongScope(_)
            | Self::HeaderNotSigned { .. }
            | Self::BodyHashMismatch
            | Self::PayloadNotSigned { .. }
            | Self::SignatureDoesNotMatch => ErrorKind::InvalidSignature,
        }
    }
}

/// What an `Authorization` header lacks; each thing is one sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingHeaderParameters {
    pub credential: bool,
    pub signature: bool,
    pub signed_headers: bool,
    pub date: bool,
}

impl MissingHeaderParameters {
    pub(crate) fn any(self) -> bool {
        self != Self::default()
    }
}

impl Display for MissingHeaderParameters {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let sentences = [
            (self.credential, "Authorization header requires 'Credential' parameter."),
            (self.signature, "Authorization header requires 'Signature' parameter."),
            (self.signed_headers, "Authorization header requires 'SignedHeaders' parameter."),
            (self.date, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
        ];
        let mut space = "";
        for (_, sentence) in sentences.iter().filter(|(missing, _)| *missing) {
            write!(f, "{space}{sentence}")?;
            space = " ";
        }
        Ok(())
    }
}

/// What a presigned query string lacks; each thing is one sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingQueryParameters {
    pub algorithm: bool,
    pub credential: bool,
    pub signature: bool,
    pub signed_headers: bool,
    pub date: bool,
}

impl MissingQueryParameters {
    pub(crate) fn any(self) -> bool {
        self != Self::default()
    }
}

impl Display for MissingQueryParameters {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let names = [
            (self.algorithm, "X-Amz-Algorithm"),
            (self.credential, "X-Amz-Credential"),
            (self.signature, "X-Amz-Signature"),
            (self.signed_headers, "X-Amz-SignedHeaders"),
            (self.date, "X-Amz-Date"),
        ];
        let mut space = "";
        for (_, name) in names.iter().filter(|(missing, _)| *missing) {
            write!(f, "{space}AWS query-string parameters must include '{name}'.")?;
            space = " ";
        }
        Ok(())
    }
}
