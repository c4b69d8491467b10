//! True and false.

use serde::Deserializer;

use crate::read::{NO_BOOLEAN, Refusals, Take, take};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A truth value.
#[derive(Debug)]
pub struct Boolean;

impl Kind for Boolean {
    type Value = bool;
    type Draft = bool;
    type Rules = ();

    const ANY: () = ();
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
        take::<Self, D>(json)
    }

    /// Narrower than in JSON, as recorded on SES: the words of XML Schema, in small letters.
    fn read_query(given: &Given<'_>) -> Result<bool, Malformed> {
        match given.scalar()? {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            "" => Err(Malformed(Some("missing value for boolean type"))),
            _ => Err(Malformed(Some("boolean must follow xsd1.1 definition"))),
        }
    }

    fn check(_: &bool, (): &(), _: &Path<'_>, _: &mut Violations) {}

    fn make(draft: bool) -> Option<bool> {
        Some(draft)
    }

    fn excerpt(draft: &bool, out: &mut Excerpt) {
        out.push(word(*draft));
    }

    fn rule_texts((): &()) -> Vec<String> {
        Vec::new()
    }

    fn describe((): &()) -> Description {
        Description::of("boolean")
    }

    fn write(value: &bool, out: &mut Vec<u8>) {
        out.extend_from_slice(word(*value).as_bytes());
    }

    fn size_bound(_: &bool) -> usize {
        5
    }

    fn write_xml(value: &bool, out: &mut Vec<u8>) {
        Self::write(value, out);
    }

    fn xml_size_bound(value: &bool) -> usize {
        Self::size_bound(value)
    }
}

impl RecordedKind for Boolean {
    fn record(value: &bool, out: &mut Vec<u8>) {
        Self::write(value, out);
    }
}

impl Take<'_> for Boolean {
    type Draft = bool;
    const REFUSALS: Refusals = NO_BOOLEAN;

    fn boolean(value: bool) -> Result<bool, &'static str> {
        Ok(value)
    }

    /// AWS takes words for truth as well, in any case (probed on a sibling service).
    fn string(value: &str) -> Result<bool, &'static str> {
        let is = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
        if is(["true", "yes", "y", "t", "1"]) {
            Ok(true)
        } else if is(["false", "no", "n", "f", "0"]) {
            Ok(false)
        } else {
            Err(Self::REFUSALS.string)
        }
    }
}

fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
