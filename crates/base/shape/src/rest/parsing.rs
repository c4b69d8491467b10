//! From the parts of a request to its structure.

use super::request::{Placed, RestRequest};
use crate::parse::{checked, read_json};
use crate::{Malformed, ParseError, Structure, Violations};

/// Reads a request of a REST protocol.
///
/// A body is read only where a member travels in it; an empty one has no members. The work is bounded by the length of
/// the request and the depth of the shape.
pub fn parse_rest<S: Structure>(request: &RestRequest) -> Result<S, ParseError> {
    let mut draft = if S::HAS_BODY && !request.body.is_empty() { read_json::<S>(&request.body)? } else { S::blank() };
    Placed::of(request)
        .and_then(|placed| S::read_placed(&mut draft, &placed))
        .map_err(|Malformed(text)| ParseError::Serialization(text))?;
    checked(draft, Violations::new())
}
