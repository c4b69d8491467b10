use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

pub(crate) const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
pub(crate) const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// What a verifier sees of a request, raw as received: a layer that decodes or normalises the path first breaks
/// every signature.
#[derive(Clone, Copy)]
pub struct ReceivedRequest<'a> {
    pub method: &'a str,
    /// The path as it stood in the request line, before any decoding or normalising.
    pub path: &'a str,
    /// What followed the `?`, or nothing.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    /// HTTP/2's `:authority`, or the authority of an absolute-form target: the host when there is no Host header.
    pub authority: Option<&'a str>,
}

impl<'a> ReceivedRequest<'a> {
    /// A header as text. Repetitions are joined by commas, as the signature sees them: where one value is expected,
    /// two never pass for one.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<Cow<'a, str>> {
        let mut values = self.headers.get_all(name).iter().map(|value| lossy(value.as_bytes()));
        let mut joined = values.next()?;
        for value in values {
            let text = joined.to_mut();
            text.push(',');
            text.push_str(&value);
        }
        Some(joined)
    }
}

/// Checking whole words at a time: a session's token is long, and the replacing conversion goes byte by byte.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The `name=value` pairs of a raw query string, still encoded. A name without `=` has an empty value; empty pieces,
/// as in `a=1&&b=2`, are no parameters.
pub(crate) fn query_parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}
