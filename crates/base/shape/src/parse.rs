//! Bytes to structure: first every type, then every constraint.

use crate::read::known_text;
use crate::structure::Structured;
use crate::{Given, Kind, Malformed, Path, QueryParameters, Structure, Violations};

/// Why a body is no request of the operation it was sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JSON, or a value of the wrong type, or parameters that do not fit the shape. AWS gives a text for wrong types only.
    #[error("SerializationException: {}", .0.unwrap_or("no message"))]
    Serialization(Option<&'static str>),
    /// Constraints of the model are broken; the text lists them all. It quotes values of members that are not
    /// sensitive, and never of those that are.
    #[error("ValidationException: {0}")]
    Validation(String),
}

impl ParseError {
    /// AWS's name of the error in the query protocol.
    pub fn query_code(&self) -> &'static str {
        match self {
            Self::Serialization(_) => "MalformedInput",
            Self::Validation(_) => "ValidationError",
        }
    }

    /// AWS's name of the error in awsJson.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
        }
    }

    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Serialization(message) => *message,
            Self::Validation(message) => Some(message),
        }
    }
}

/// Reads an awsJson body.
///
/// Unknown members are passed over, `null` is absent, of a repeated member the last counts, and a fraction given for
/// an integer is cut. The work is bounded by the length of the body and the depth of the shape: what is unknown is
/// skipped without recursion.
pub fn parse_json<S: Structure>(body: &[u8]) -> Result<S, ParseError> {
    checked(read_json::<S>(body)?, Violations::new())
}

pub(crate) fn read_json<S: Structure>(body: &[u8]) -> Result<S::Draft, ParseError> {
    // A bare scalar is refused without a text, unlike one that stands in a structure's place within the body.
    let first = body.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    if !matches!(first, Some(b'{' | b'[')) {
        return Err(ParseError::Serialization(None));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    Structured::<S>::read(&mut json)
        .and_then(|draft| json.end().map(|()| draft))
        .map_err(|error| ParseError::Serialization(text_of(&error)))
}

/// Reads the parameters of a query request.
///
/// Unknown parameters are passed over, among them `Action` and `Version`. The work is bounded by the number of
/// parameters and the depth of the shape.
pub fn parse_query<S: Structure>(parameters: &QueryParameters) -> Result<S, ParseError> {
    checked(read_query::<S>(parameters)?, Violations::new())
}

/// The same for a service that tells of broken constraints without the values that broke them, as IAM does since 2024:
/// `Value at 'roleName' failed to satisfy constraint: ...`.
pub fn parse_query_unquoted<S: Structure>(parameters: &QueryParameters) -> Result<S, ParseError> {
    checked(read_query::<S>(parameters)?, Violations::quoting_no_values())
}

fn read_query<S: Structure>(parameters: &QueryParameters) -> Result<S::Draft, ParseError> {
    let pairs = parameters.pairs();
    S::read_query(&Given::request(&pairs)).map_err(|Malformed(text)| ParseError::Serialization(text))
}

pub(crate) fn checked<S: Structure>(draft: S::Draft, mut found: Violations) -> Result<S, ParseError> {
    S::check(&draft, &Path::Root, &mut found);
    if !found.is_empty() {
        return Err(ParseError::Validation(found.message()));
    }
    S::make(draft).ok_or(ParseError::Serialization(None))
}

fn text_of(error: &serde_json::Error) -> Option<&'static str> {
    if !error.is_data() {
        return None;
    }
    let printed = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    known_text(printed.strip_suffix(&position).unwrap_or(&printed))
}
