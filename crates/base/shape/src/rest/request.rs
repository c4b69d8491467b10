//! A request as it came, and what it gives for one member.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::http::Labels;
use super::place::Place;
use crate::Malformed;

/// No request that a service knows comes near it.
const MAX_PARAMETERS: usize = 1_000;

/// A request of a REST protocol, its parts as they came: nothing is decoded until somebody wants to know it.
pub struct RestRequest {
    /// What stood in the path in the places of its labels.
    pub labels: Labels,
    /// Without the question mark.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The same, decoded.
pub struct Placed<'a> {
    labels: Vec<(&'static str, Cow<'a, str>)>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

impl<'a> Placed<'a> {
    /// Refused where an escape stands for no character.
    ///
    /// A plus sign is a plus sign, also in a query string, because that is what was signed.
    pub(super) fn of(request: &'a RestRequest) -> Result<Self, Malformed> {
        let labels: Result<Vec<_>, Malformed> =
            request.labels.iter().map(|(name, text)| Ok((*name, decode(text)?))).collect();
        let pairs = request.query.split('&').filter(|pair| !pair.is_empty());
        let query: Result<Vec<_>, Malformed> = pairs
            .take(MAX_PARAMETERS.saturating_add(1))
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect();
        let query = query?;
        if query.len() > MAX_PARAMETERS {
            return Err(Malformed(None));
        }
        Ok(Self { labels: labels?, query, headers: &request.headers, body: &request.body })
    }

    /// Everything that is given there.
    pub(super) fn values(&self, place: Place) -> Result<Vec<&str>, Malformed> {
        match place {
            Place::Label(wanted) => Ok(pick(&self.labels, wanted)),
            Place::Query(wanted) => Ok(pick(&self.query, wanted)),
            Place::Header(name) => match self.headers.get(name) {
                Some(value) => Ok(vec![value.to_str().map_err(|_| Malformed(None))?]),
                None => Ok(Vec::new()),
            },
            // The first two are read otherwise, and a request has no status.
            Place::Body | Place::Payload | Place::Status => Ok(Vec::new()),
        }
    }

    pub(super) fn body(&self) -> &'a Bytes {
        self.body
    }
}

fn pick<'b, N: AsRef<str>>(pairs: &'b [(N, Cow<'_, str>)], wanted: &str) -> Vec<&'b str> {
    pairs.iter().filter(|(name, _)| name.as_ref() == wanted).map(|(_, value)| &**value).collect()
}

fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    percent_decode_str(text).decode_utf8().map_err(|_| Malformed(None))
}
