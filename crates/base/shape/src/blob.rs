//! Bytes that the model does not mark sensitive: base64 on the wire.

use serde::Deserializer;
use terms::SecretBytes;

use crate::list::SizeRules;
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, SecretBlob, Violations};

/// Bytes that are no secret, such as a ciphertext.
///
/// Nothing could be read from them on the trail, so that they have no way there, and they are kept as secrets are: a MAC
/// is of this kind too.
#[derive(Debug)]
pub struct Blob;

impl Kind for Blob {
    type Value = SecretBytes;
    type Draft = SecretBytes;
    /// Sizes are those of the decoded bytes.
    type Rules = SizeRules;

    const ANY: SizeRules = SizeRules::ANY;
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<SecretBytes, D::Error> {
        SecretBlob::read(json)
    }

    fn read_query(given: &Given<'_>) -> Result<SecretBytes, Malformed> {
        SecretBlob::read_query(given)
    }

    /// Recorded on KMS: `Value at 'ciphertextBlob' failed to satisfy constraint: ...`, without the value.
    fn check(draft: &SecretBytes, rules: &SizeRules, at: &Path<'_>, found: &mut Violations) {
        SecretBlob::check(draft, rules, at, found);
    }

    fn make(draft: SecretBytes) -> Option<SecretBytes> {
        Some(draft)
    }

    fn excerpt(draft: &SecretBytes, out: &mut Excerpt) {
        SecretBlob::excerpt(draft, out);
    }

    fn rule_texts(rules: &SizeRules) -> Vec<String> {
        SecretBlob::rule_texts(rules)
    }

    fn describe(rules: &SizeRules) -> Description {
        Description { sensitive: false, ..SecretBlob::describe(rules) }
    }

    fn write(value: &SecretBytes, out: &mut Vec<u8>) {
        SecretBlob::write(value, out);
    }

    fn size_bound(value: &SecretBytes) -> usize {
        SecretBlob::size_bound(value)
    }

    fn write_xml(value: &SecretBytes, out: &mut Vec<u8>) {
        SecretBlob::write_xml(value, out);
    }

    fn xml_size_bound(value: &SecretBytes) -> usize {
        SecretBlob::xml_size_bound(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ParseError, Sensitive, Structure, parse_json};

    crate::forms! {
        CiphertextType: Blob { min: 1, max: 3 }
    }

    crate::structure! {
        struct DecryptRequest {
            ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        }
    }

    #[test]
    fn a_blob_is_read_and_written_as_base64_and_left_out_of_the_trail() {
        let body = br#"{"CiphertextBlob":"AQID"}"#;
        let request: DecryptRequest = parse_json(body).unwrap();
        assert_eq!(request.ciphertext_blob, Some(SecretBytes::copy_of(&[1, 2, 3])));
        let (mut written, mut recorded) = (Vec::new(), Vec::new());
        request.write_members(&mut written);
        request.record(&mut recorded);
        assert_eq!((written.as_slice(), recorded.as_slice()), (body.as_slice(), b"{}".as_slice()));
        assert_eq!(format!("{request:?}"), "DecryptRequest { ciphertext_blob: Some(SecretBytes(..)) }");
    }

    #[test]
    fn the_size_is_that_of_the_decoded_bytes_and_the_value_is_not_told() {
        let text = |rule: &str| {
            let start = "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: ";
            Err(ParseError::Validation(format!("{start}Member must have length {rule}")))
        };
        let of = |value: &str| parse_json::<DecryptRequest>(format!(r#"{{"CiphertextBlob":"{value}"}}"#).as_bytes());
        assert_eq!(of(""), text("greater than or equal to 1"));
        assert_eq!(of("AQIDBA=="), text("less than or equal to 3"));
        assert_eq!(of("AQI"), Err(ParseError::Serialization(None)));
    }

    #[test]
    fn it_is_described_as_a_blob_without_the_mark() {
        let description = DecryptRequest::description();
        let (_, blob) = &description.members.unwrap()[0];
        assert_eq!((blob.kind, blob.sensitive, blob.min, blob.max), ("blob", false, Some(1), Some(3)));
    }
}
