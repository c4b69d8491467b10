//! JSON out: names and values appended to a buffer, text copied in runs.

use std::io::Write;

use crate::form::{Kind, RecordedKind};
use crate::violations::lower_camel;
use crate::{Form, Slot, Value};

/// A JSON object while it is written: absent members are simply not added.
#[derive(Debug)]
pub struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Object<'a> {
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Adds a member under its wire name.
    pub fn add<F: Form>(&mut self, name: &'static str, value: &Value<F>) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        F::Kind::write(value, self.out);
    }

    /// Adds a member under the name that the trail gives it.
    pub fn record<F: Form<Kind: RecordedKind>>(&mut self, name: &'static str, value: &Value<F>) {
        self.comma();
        self.out.push(b'"');
        // Wire names are ASCII.
        self.out.extend(lower_camel(name).filter_map(|character| u8::try_from(character).ok()));
        self.out.extend_from_slice(b"\":");
        F::Kind::record(value, self.out);
    }

    /// An upper bound of the bytes that [`Object::add`] adds for this member.
    pub fn member_size_bound<S: Slot>(name: &'static str, value: &S::Value) -> usize {
        // Two quotes, a colon, a comma.
        S::get(value)
            .map_or(0, |value| <S::Form as Form>::Kind::size_bound(value).saturating_add(name.len()).saturating_add(4))
    }

    pub fn close(self) {
        self.out.push(b'}');
    }

    fn comma(&mut self) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
    }
}

/// Appends a JSON string. The bytes are UTF-8 already: they were read as such.
pub(crate) fn write_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    loop {
        let (run, behind) = rest.split_at_checked(clean_run(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(run);
        let Some((&byte, behind)) = behind.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[hex_digit(control >> 4), hex_digit(control & 0xf)]);
            }
        }
        rest = behind;
    }
    out.push(b'"');
}

/// An upper bound of what [`write_text`] appends: six bytes for each that must be escaped.
pub(crate) fn text_size_bound(text: &[u8]) -> usize {
    // Counted in bytes by chunk, which the compiler turns into vector instructions.
    let escaped: usize = text
        .chunks(128)
        .map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(must_escape(*byte))).sum::<u8>()))
        .sum();
    text.len().saturating_add(escaped.saturating_mul(5)).saturating_add(2)
}

pub(crate) fn write_number(number: i64, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{number}");
}

/// The longest 64-bit integer, with its sign.
pub(crate) const NUMBER_SIZE_BOUND: usize = 20;

/// How many leading bytes can be copied as they are. Whole chunks are looked at without a branch per byte, so that a
/// long value runs at the speed of a copy.
fn clean_run(bytes: &[u8]) -> usize {
    const CHUNK: usize = 32;
    let clean: usize = bytes
        .chunks_exact(CHUNK)
        .take_while(|chunk| !chunk.iter().fold(false, |found, byte| found | must_escape(*byte)))
        .map(<[u8]>::len)
        .sum();
    let rest = bytes.get(clean..).unwrap_or_default();
    clean + rest.iter().position(|byte| must_escape(*byte)).unwrap_or(rest.len())
}

fn must_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + (nibble - 10) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_backslashes_and_controls_are_escaped_and_nothing_else() {
        let mut out = Vec::new();
        write_text("a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}ü/</\u{2028}".as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\u{7f}ü/</\u{2028}\"");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same_text(text in "(?s).{0,200}", padding in 0_usize..100) {
            let text = format!("{}{text}", "x".repeat(padding));
            let mut out = Vec::new();
            write_text(text.as_bytes(), &mut out);
            prop_assert!(out.len() <= text_size_bound(text.as_bytes()));
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn control_characters_keep_within_the_bound(bytes in prop::collection::vec(0_u8..0x80, 0..300)) {
            let text = String::from_utf8(bytes).unwrap();
            let mut out = Vec::new();
            write_text(text.as_bytes(), &mut out);
            prop_assert!(out.len() <= text_size_bound(text.as_bytes()));
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
