//! One line per fuzz target: the promises that hold for any bytes.

mod rest;
mod xml;

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::{ParseError, QueryParameters, Structure, parse_json, parse_query};

/// Parses the bytes as `S`, as awsJson, as a query request and as a REST request. Any bytes get an answer; what was understood reads back
/// as it was written, within the bound that was reserved, and its record is JSON. Panics when one of these promises is
/// broken.
pub fn fuzz<S: Structure>(bytes: &[u8]) {
    fuzz_json::<S>(bytes);
    if let Ok(parameters) = QueryParameters::parse(bytes) {
        fuzz_query::<S>(&parameters);
    }
    rest::fuzz_rest::<S>(bytes);
}

fn fuzz_json<S: Structure>(bytes: &[u8]) {
    let Some(understood) = understood(parse_json::<S>(bytes)) else { return };
    let written = written_json(&understood);
    let again = parse_json::<S>(&written);
    assert!(again.is_ok(), "what is written can be read");
    assert!(again.is_ok_and(|again| written_json(&again) == written), "what is written reads back as it was");
    assert_record_is_json(&understood);
}

fn fuzz_query<S: Structure>(parameters: &QueryParameters) {
    let Some(understood) = understood(parse_query::<S>(parameters)) else { return };
    let written = written_xml(&understood);
    let form = xml::unfold(&written);
    assert!(form.is_some(), "what is written is XML");
    // Characters that XML cannot carry were replaced, and may have grown beyond a limit.
    if !written.windows(3).any(|window| window == "\u{fffd}".as_bytes()) {
        let again = form.and_then(|form| QueryParameters::parse(&form).ok()).map(|form| parse_query::<S>(&form));
        assert!(matches!(again, Some(Ok(_))), "what is written can be read");
        assert!(
            again.is_some_and(|again| again.is_ok_and(|again| written_xml(&again) == written)),
            "what is written reads back as it was"
        );
    }
    assert_record_is_json(&understood);
}

fn understood<S>(parsed: Result<S, ParseError>) -> Option<S> {
    match parsed {
        Ok(understood) => Some(understood),
        Err(ParseError::Serialization(_)) => None,
        Err(ParseError::Validation(message)) => {
            assert!(message.len() < 100_000, "an answer does not grow with the request");
            None
        }
    }
}

fn written_json<S: Structure>(structure: &S) -> Zeroizing<Vec<u8>> {
    let mut written = Zeroizing::new(Vec::new());
    structure.write_members(&mut written);
    assert!(written.len() <= structure.size_bound(), "what is written keeps within its bound");
    written
}

fn written_xml<S: Structure>(structure: &S) -> Zeroizing<Vec<u8>> {
    let mut written = Zeroizing::new(Vec::new());
    structure.write_xml_members(&mut written);
    assert!(written.len() <= Structure::xml_size_bound(structure), "what is written keeps within its bound");
    written
}

fn assert_record_is_json<S: Structure>(structure: &S) {
    let mut record = Vec::new();
    structure.record(&mut record);
    assert!(serde_json::from_slice::<IgnoredAny>(&record).is_ok(), "a record is JSON");
}
