//! XML out: elements under their wire names, appended to a buffer.

use crate::{Form, Kind, Slot, Value};

/// Appends a member as an element.
pub fn write_element<F: Form>(name: &str, value: &Value<F>, out: &mut Vec<u8>) {
    open_element(name, out);
    F::Kind::write_xml(value, out);
    close_element(name, out);
}

/// An upper bound of the bytes that [`write_element`] adds for this member, if it is present.
pub fn element_size_bound<S: Slot>(name: &str, value: &S::Value) -> usize {
    S::get(value).map_or(0, |value| <S::Form as Form>::Kind::xml_size_bound(value).saturating_add(tags_size(name)))
}

pub(crate) fn open_element(name: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

pub(crate) fn close_element(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

/// The size of an element's two tags.
pub(crate) fn tags_size(name: &str) -> usize {
    name.len().saturating_mul(2).saturating_add(5)
}

/// What XML 1.0 cannot carry, not even escaped, is replaced by U+FFFD: control characters, U+FFFE and U+FFFF.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Appends text. The bytes are UTF-8 already: they were read as such.
pub(crate) fn write_xml_text(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    loop {
        let clean = rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at_checked(clean).unwrap_or((rest, &[]));
        out.extend_from_slice(run);
        let Some((&byte, behind)) = behind.split_first() else { break };
        rest = behind;
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            // A reader turns a bare one into a newline.
            b'\r' => out.extend_from_slice(b"&#xD;"),
            b'\t' | b'\n' => out.push(byte),
            0xef => match behind.split_at_checked(2) {
                Some(([0xbf, 0xbe | 0xbf], behind)) => {
                    out.extend_from_slice(REPLACEMENT);
                    rest = behind;
                }
                _ => out.push(byte),
            },
            _ => out.extend_from_slice(REPLACEMENT),
        }
    }
}

/// An upper bound of what [`write_xml_text`] appends: five bytes for each that is looked at closely.
pub(crate) fn xml_text_size_bound(text: &[u8]) -> usize {
    let special: usize = text
        .chunks(128)
        .map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(is_special(*byte))).sum::<u8>()))
        .sum();
    text.len().saturating_add(special.saturating_mul(4))
}

/// `0xef` leads the two characters that are forbidden, among others.
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == 0xef)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_xml_text(text.as_bytes(), &mut out);
        assert!(out.len() <= xml_text_size_bound(text.as_bytes()));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn markup_is_escaped_and_what_xml_cannot_carry_is_replaced() {
        assert_eq!(written("a<b>&amp;\"'\r\n\té€😀\u{7f}\u{85}"), "a&lt;b&gt;&amp;amp;\"'&#xD;\n\té€😀\u{7f}\u{85}");
        assert_eq!(written("\0a\u{b}\u{1f}b\u{fffe}\u{ffff}"), "\u{fffd}a\u{fffd}\u{fffd}b\u{fffd}\u{fffd}");
        assert_eq!(written("\u{f000}\u{fb01}\u{feff}\u{fffd}"), "\u{f000}\u{fb01}\u{feff}\u{fffd}");
    }

    proptest! {
        #[test]
        fn only_characters_of_xml_are_written(text in "([\\x00-\\x3f]|[\u{efff}-\u{ffff}]|(?s).){0,60}") {
            let written = written(&text);
            let is_carried = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..) && c != '<' && c != '>';
            prop_assert!(written.chars().all(is_carried), "{written:?}");
            let read = written.replace("&lt;", "<").replace("&gt;", ">").replace("&#xD;", "\r").replace("&amp;", "&");
            let lost = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
            prop_assert_eq!(read, text.replace(lost, "\u{fffd}"));
        }
    }
}
