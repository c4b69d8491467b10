//! One line per fuzz target: the promises that hold for any bytes.

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::{ParseError, Reply, Structure, parse_json};

/// Parses the bytes as `S`. Any bytes get an answer; what was understood reads back as it was written, within the
/// bound that was reserved, and its record is JSON. Panics when one of these promises is broken.
pub fn fuzz<S: Structure>(bytes: &[u8]) {
    let understood = match parse_json::<S>(bytes) {
        Ok(understood) => understood,
        Err(ParseError::Serialization(_)) => return,
        Err(ParseError::Validation(message)) => {
            assert!(message.len() < 100_000, "an answer does not grow with the request");
            return;
        }
    };
    let mut written = Zeroizing::new(Vec::new());
    understood.write_json(&mut written);
    assert!(written.len() <= understood.size_bound(), "what is written keeps within its bound");
    let again = parse_json::<S>(&written);
    assert!(again.is_ok(), "what is written can be read");

    let mut rewritten = Zeroizing::new(Vec::new());
    if let Ok(again) = again {
        again.write_json(&mut rewritten);
    }
    assert!(written == rewritten, "what is written reads back as it was");

    let mut record = Vec::new();
    understood.record(&mut record);
    assert!(serde_json::from_slice::<IgnoredAny>(&record).is_ok(), "a record is JSON");
}
