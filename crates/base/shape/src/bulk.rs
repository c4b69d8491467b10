//! Bytes of which there may be many: archives, and whole bodies.

use std::fmt;

use bytes::Bytes;
use serde::Deserializer;

use crate::list::SizeRules;
use crate::secret::{decode, encode, encoded_len, read_base64};
use crate::text::check_length;
use crate::violations::Shown;
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, Violations};

/// Bytes that the model marks sensitive, held so that they are never copied: base64 in a body, or the body itself.
#[derive(Debug)]
pub struct Bulk;

/// Shared bytes that nobody may print. Those that were decoded from base64 wipe themselves when the last of their
/// holders lets go.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BulkBytes(Bytes);

impl BulkBytes {
    pub fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The same bytes for another holder; nothing is copied.
    pub fn share(&self) -> Bytes {
        self.0.clone()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for BulkBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BulkBytes(..)")
    }
}

impl Kind for Bulk {
    type Value = BulkBytes;
    type Draft = BulkBytes;
    /// Sizes are those of the decoded bytes.
    type Rules = SizeRules;

    const ANY: SizeRules = SizeRules::ANY;
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<BulkBytes, D::Error> {
        read_base64(json).map(|bytes| BulkBytes(Bytes::from_owner(bytes)))
    }

    fn read_query(given: &Given<'_>) -> Result<BulkBytes, Malformed> {
        let bytes = decode(given.scalar()?.as_bytes()).ok_or(Malformed(None))?;
        Ok(BulkBytes(Bytes::from_owner(bytes)))
    }

    fn check(draft: &BulkBytes, rules: &SizeRules, at: &Path<'_>, found: &mut Violations) {
        check_length(draft.len(), rules.min, rules.max, &Shown::Hidden, at, found);
    }

    fn make(draft: BulkBytes) -> Option<BulkBytes> {
        Some(draft)
    }

    fn excerpt(_: &BulkBytes, out: &mut Excerpt) {
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

    fn write(value: &BulkBytes, out: &mut Vec<u8>) {
        out.push(b'"');
        encode(&value.0, out);
        out.push(b'"');
    }

    fn size_bound(value: &BulkBytes) -> usize {
        encoded_len(value.len()).saturating_add(2)
    }

    fn write_xml(value: &BulkBytes, out: &mut Vec<u8>) {
        encode(&value.0, out);
    }

    fn xml_size_bound(value: &BulkBytes) -> usize {
        encoded_len(value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sensitive, Structure, parse_json};

    crate::forms! {
        ArchiveType: Bulk { max: 3 }
    }

    crate::structure! {
        struct FunctionCode {
            zip_file: Sensitive<ArchiveType> = "ZipFile",
        }
    }

    #[test]
    fn an_archive_is_read_and_written_as_base64_and_shown_nowhere() {
        let body = br#"{"ZipFile":"AQID"}"#;
        let code: FunctionCode = parse_json(body).unwrap();
        assert_eq!(code.zip_file.as_ref().unwrap().share(), [1, 2, 3].as_slice());
        let (mut written, mut recorded) = (Vec::new(), Vec::new());
        code.write_members(&mut written);
        code.record(&mut recorded);
        assert_eq!((written.as_slice(), recorded.as_slice()), (body.as_slice(), b"{}".as_slice()));
        assert_eq!(format!("{code:?}"), "FunctionCode { zip_file: Some(BulkBytes(..)) }");
    }

    #[test]
    fn who_shares_an_archive_holds_the_very_same_bytes() {
        let archive = BulkBytes::new(Bytes::from_static(b"PK"));
        assert_eq!(archive.share().as_ptr(), archive.share().as_ptr());
    }
}
