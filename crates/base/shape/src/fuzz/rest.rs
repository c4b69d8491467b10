//! Bytes as a request of the REST protocol, and such a request from what was understood.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{assert_record_is_json, understood};
use crate::{Place, RestParts, RestRequest, Structure, parse_rest};

/// The first three lines are every label, the query string and every header; the body is what follows.
pub(super) fn fuzz_rest<S: Structure>(bytes: &[u8]) {
    let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let [label, query, header, body] = [next(), next(), next(), next()];
    let [label, query] = [label, query].map(|line| String::from_utf8_lossy(line).into_owned());
    let mut request =
        RestRequest { labels: Vec::new(), query, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) };
    for (_, member) in S::description().members.unwrap_or_default() {
        let Some(name) = member.location_name else { continue };
        match member.location {
            Some("uri") => request.labels.push((name, label.clone())),
            Some("header") => {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(header)) {
                    request.headers.insert(name, value);
                }
            }
            _ => {}
        }
    }

    let Some(understood) = understood(parse_rest::<S>(&request)) else { return };
    let written = Written::of(&understood);
    let again = parse_rest::<S>(&written.request());
    assert!(again.is_ok(), "what is written can be read");
    assert!(again.is_ok_and(|again| Written::of(&again) == written), "what is written reads back as it was");
    assert_record_is_json(&understood);
}

#[derive(PartialEq)]
struct Written {
    texts: Vec<(Place, String)>,
    body: Bytes,
}

impl Written {
    fn of<S: Structure>(structure: &S) -> Self {
        let mut parts = RestParts::default();
        structure.write_placed(&mut parts);
        let mut json = Zeroizing::new(Vec::new());
        if S::HAS_BODY {
            structure.write_members(&mut json);
        }
        Self { texts: parts.texts, body: parts.payload.unwrap_or_else(|| Bytes::from_owner(json)) }
    }

    fn request(&self) -> RestRequest {
        let mut request = RestRequest {
            labels: Vec::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: self.body.clone(),
        };
        for (place, text) in &self.texts {
            let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC);
            match place {
                Place::Label(name) => request.labels.push((name, encoded.to_string())),
                Place::Query(name) => request.query.push_str(&format!("&{name}={encoded}")),
                Place::Header(name) => {
                    if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::from_str(text)) {
                        request.headers.insert(name, value);
                    }
                }
                Place::Body | Place::Payload | Place::Status => {}
            }
        }
        request
    }
}
