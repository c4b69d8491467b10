//! Text and bytes that nobody may see: read into storage that wipes itself, printed nowhere, never recorded.
//!
//! A secret's text is taken from the body as it stands there and unescaped here, because the JSON reader would
//! unescape it in a buffer of its own and leave it there.

mod unescape;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use terms::SecretBytes;
use zeroize::Zeroizing;

use self::unescape::unescape;
use crate::list::SizeRules;
use crate::read::{LIST_FOUND, MAP_FOUND, NO_STRING, UNREADABLE};
use crate::text::{TextRules, check_length};
use crate::violations::Shown;
use crate::write::{text_size_bound, write_text};
use crate::xml::{write_xml_text, xml_text_size_bound};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, Violations};

/// A string that the model marks sensitive.
#[derive(Debug)]
pub struct SecretText;

/// Bytes that the model marks sensitive: base64 on the wire.
#[derive(Debug)]
pub struct SecretBlob;

impl Kind for SecretText {
    /// UTF-8: it was read as such.
    type Value = SecretBytes;
    type Draft = SecretBytes;
    type Rules = TextRules;

    const ANY: TextRules = TextRules::ANY;
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<SecretBytes, D::Error> {
        unescape(quoted(json)?).map(SecretBytes::new).ok_or_else(|| D::Error::custom(UNREADABLE))
    }

    fn read_query(given: &Given<'_>) -> Result<SecretBytes, Malformed> {
        given.scalar().map(|text| SecretBytes::copy_of(text.as_bytes()))
    }

    fn check(draft: &SecretBytes, rules: &TextRules, at: &Path<'_>, found: &mut Violations) {
        // Read from a str, so this is one.
        if let Ok(text) = str::from_utf8(draft.expose()) {
            rules.check(text, &Shown::Hidden, at, found);
        }
    }

    fn make(draft: SecretBytes) -> Option<SecretBytes> {
        Some(draft)
    }

    fn excerpt(_: &SecretBytes, out: &mut Excerpt) {
        out.push("***");
    }

    fn rule_texts(rules: &TextRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &TextRules) -> Description {
        let mut description = rules.describe();
        description.sensitive = true;
        description
    }

    fn write(value: &SecretBytes, out: &mut Vec<u8>) {
        write_text(value.expose(), out);
    }

    fn size_bound(value: &SecretBytes) -> usize {
        text_size_bound(value.expose())
    }

    fn write_xml(value: &SecretBytes, out: &mut Vec<u8>) {
        write_xml_text(value.expose(), out);
    }

    fn xml_size_bound(value: &SecretBytes) -> usize {
        xml_text_size_bound(value.expose())
    }
}

impl Kind for SecretBlob {
    type Value = SecretBytes;
    type Draft = SecretBytes;
    /// Sizes are those of the decoded bytes.
    type Rules = SizeRules;

    const ANY: SizeRules = SizeRules::ANY;
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<SecretBytes, D::Error> {
        read_base64(json).map(secret)
    }

    fn read_query(given: &Given<'_>) -> Result<SecretBytes, Malformed> {
        decode(given.scalar()?.as_bytes()).map(secret).ok_or(Malformed(None))
    }

    fn check(draft: &SecretBytes, rules: &SizeRules, at: &Path<'_>, found: &mut Violations) {
        check_length(draft.len(), rules.min, rules.max, &Shown::Hidden, at, found);
    }

    fn make(draft: SecretBytes) -> Option<SecretBytes> {
        Some(draft)
    }

    fn excerpt(_: &SecretBytes, out: &mut Excerpt) {
        out.push("***");
    }

    fn rule_texts(rules: &SizeRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &SizeRules) -> Description {
        let mut description = Description::of("blob").sized(rules.min, rules.max);
        description.sensitive = true;
        description
    }

    fn write(value: &SecretBytes, out: &mut Vec<u8>) {
        out.push(b'"');
        encode(value.expose(), out);
        out.push(b'"');
    }

    fn size_bound(value: &SecretBytes) -> usize {
        encoded_len(value.len()).saturating_add(2)
    }

    fn write_xml(value: &SecretBytes, out: &mut Vec<u8>) {
        encode(value.expose(), out);
    }

    fn xml_size_bound(value: &SecretBytes) -> usize {
        encoded_len(value.len())
    }
}

pub(crate) fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// What stands between the quotes in the body, escapes and all.
fn quoted<'de, D: Deserializer<'de>>(json: D) -> Result<&'de str, D::Error> {
    let raw = <&'de RawValue>::deserialize(json)?.get();
    let refusal = match raw.as_bytes().first() {
        Some(b'"') => {
            return raw
                .strip_prefix('"')
                .and_then(|raw| raw.strip_suffix('"'))
                .ok_or_else(|| D::Error::custom(UNREADABLE));
        }
        Some(b'[') => LIST_FOUND,
        Some(b'{') => MAP_FOUND,
        Some(b't') => NO_STRING.true_value,
        Some(b'f') => NO_STRING.false_value,
        _ => NO_STRING.number,
    };
    Err(D::Error::custom(refusal))
}

pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start.saturating_add(encoded_len(bytes.len())), 0);
    if let Some(space) = out.get_mut(start..) {
        // The space is exactly what the encoding takes, so this cannot fail.
        let _ = STANDARD.encode_slice(bytes, space);
    }
}

/// Bytes that stand in the body as base64. Where nothing in them is escaped they are decoded from the body itself.
pub(crate) fn read_base64<'de, D: Deserializer<'de>>(json: D) -> Result<Zeroizing<Vec<u8>>, D::Error> {
    let text = quoted(json)?;
    let decoded = if text.contains('\\') {
        // Some JSON writers escape the slash.
        unescape(text).map(Zeroizing::new).and_then(|text| decode(&text))
    } else {
        decode(text.as_bytes())
    };
    decoded.ok_or_else(|| D::Error::custom(UNREADABLE))
}

pub(crate) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
    let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

fn secret(mut bytes: Zeroizing<Vec<u8>>) -> SecretBytes {
    SecretBytes::new(std::mem::take(&mut bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::form::RecordedKind;

    #[test]
    fn a_blob_is_base64_with_padding_and_nothing_else() {
        let read = |json: &str| {
            SecretBlob::read(&mut serde_json::Deserializer::from_str(json)).ok().map(|secret| secret.expose().to_vec())
        };
        assert_eq!(read(r#""Zm9vdGVzdA==""#).unwrap(), b"footest");
        assert_eq!(read(r#""\/\/8=""#).unwrap(), [0xff, 0xff]);
        assert_eq!(read(r#""""#).unwrap(), b"");
        for json in [r#""Zm9vdGVzdA""#, r#""Zm9v dGVzdA==""#, r#""Zm9-""#, r#""ü""#, r#""Z""#] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    /// Compiles only as long as the kind does not implement [`RecordedKind`]: else both impls of `Unrecorded` would
    /// fit, and the call would not know which is meant.
    #[test]
    fn kinds_that_hold_secrets_cannot_be_recorded() {
        trait Unrecorded<Proof> {
            fn holds() -> bool {
                true
            }
        }
        impl<K: Kind> Unrecorded<()> for K {}
        impl<K: RecordedKind> Unrecorded<u8> for K {}

        assert!(<SecretText as Unrecorded<_>>::holds());
        assert!(<SecretBlob as Unrecorded<_>>::holds());
        assert!(<crate::Blob as Unrecorded<_>>::holds());
    }

    proptest! {
        #[test]
        fn a_blob_reads_back_as_it_was_written(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let secret = SecretBytes::new(bytes);
            let mut out = Vec::new();
            SecretBlob::write(&secret, &mut out);
            prop_assert_eq!(out.len(), SecretBlob::size_bound(&secret));
            let read = SecretBlob::read(&mut serde_json::Deserializer::from_slice(&out)).unwrap();
            prop_assert_eq!(read, secret);
        }
    }
}
