//! Documents as MongoDB sends them (bsonspec.org), as much as six commands need: what is sent wipes itself, and what comes is
//! looked at where it lies.

use zeroize::Zeroizing;

const TEXT: u8 = 0x02;
const DOCUMENT: u8 = 0x03;
const ARRAY: u8 = 0x04;
const BINARY: u8 = 0x05;
const BOOLEAN: u8 = 0x08;
const INTEGER: u8 = 0x10;

/// A document that is written.
pub(super) struct NewDocument(Zeroizing<Vec<u8>>);

/// A member of a document that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'a> {
    kind: u8,
    name: &'a str,
    value: &'a [u8],
}

impl NewDocument {
    /// Room for what follows, so that growing leaves no copy of a password behind.
    pub(super) fn with_room_for(bytes: usize) -> Self {
        let mut document = Zeroizing::new(Vec::with_capacity(bytes + 512));
        document.extend_from_slice(&[0; 4]);
        Self(document)
    }

    pub(super) fn text(mut self, name: &str, text: &str) -> Self {
        self.begin(TEXT, name);
        self.length(text.len() + 1);
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        self
    }

    pub(super) fn integer(mut self, name: &str, number: i32) -> Self {
        self.begin(INTEGER, name);
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub(super) fn boolean(mut self, name: &str, is_true: bool) -> Self {
        self.begin(BOOLEAN, name);
        self.0.push(u8::from(is_true));
        self
    }

    pub(super) fn binary(mut self, name: &str, bytes: &[u8]) -> Self {
        self.begin(BINARY, name);
        self.length(bytes.len());
        self.0.push(0);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn document(mut self, name: &str, document: Self) -> Self {
        self.begin(DOCUMENT, name);
        self.0.extend_from_slice(&document.finish());
        self
    }

    /// One that came as it is.
    pub(super) fn array(mut self, name: &str, array: &[u8]) -> Self {
        self.begin(ARRAY, name);
        self.0.extend_from_slice(array);
        self
    }

    pub(super) fn finish(mut self) -> Zeroizing<Vec<u8>> {
        self.0.push(0);
        let length = i32::try_from(self.0.len()).unwrap_or(i32::MAX).to_le_bytes();
        if let Some(place) = self.0.first_chunk_mut::<4>() {
            *place = length;
        }
        self.0
    }

    fn begin(&mut self, kind: u8, name: &str) {
        self.0.push(kind);
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
    }

    fn length(&mut self, length: usize) {
        self.0.extend_from_slice(&i32::try_from(length).unwrap_or(i32::MAX).to_le_bytes());
    }
}

/// None if it is no document.
pub(super) fn members(document: &[u8]) -> Option<Vec<Member<'_>>> {
    let (length, rest) = document.split_first_chunk::<4>()?;
    let mut rest = rest.strip_suffix(&[0])?;
    if usize::try_from(i32::from_le_bytes(*length)).ok()? != document.len() {
        return None;
    }
    let mut members = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        let (name, after) = word(after)?;
        let (value, after) = after.split_at_checked(length_of(*kind, after)?)?;
        members.push(Member { kind: *kind, name: std::str::from_utf8(name).ok()?, value });
        rest = after;
    }
    Some(members)
}

pub(super) fn member<'a>(document: &'a [u8], name: &str) -> Option<Member<'a>> {
    members(document)?.into_iter().find(|member| member.name == name)
}

impl<'a> Member<'a> {
    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.value.get(4..).filter(|_| self.kind == TEXT)?;
        std::str::from_utf8(text.strip_suffix(&[0])?).ok()
    }

    pub(super) fn binary(&self) -> Option<&'a [u8]> {
        self.value.get(5..).filter(|_| self.kind == BINARY)
    }

    /// A document or an array.
    pub(super) fn document(&self) -> Option<&'a [u8]> {
        [DOCUMENT, ARRAY].contains(&self.kind).then_some(self.value)
    }

    /// Is it true, or one? Servers write that as a number of whatever kind.
    pub(super) fn is_true(&self) -> bool {
        match (self.kind, self.value) {
            (BOOLEAN, [1]) | (INTEGER, [1, 0, 0, 0]) => true,
            (0x12, value) => value == 1_i64.to_le_bytes(),
            (0x01, value) => value == 1_f64.to_le_bytes(),
            _ => false,
        }
    }

    pub(super) fn integer(&self) -> Option<i32> {
        (self.kind == INTEGER).then(|| Some(i32::from_le_bytes(*self.value.first_chunk()?)))?
    }
}

/// Up to its end, which is a zero.
fn word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn length_of(kind: u8, bytes: &[u8]) -> Option<usize> {
    let said = || usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok();
    match kind {
        0x06 | 0x0a | 0x7f | 0xff => Some(0),
        BOOLEAN => Some(1),
        INTEGER => Some(4),
        0x01 | 0x09 | 0x11 | 0x12 => Some(8),
        0x07 => Some(12),
        0x13 => Some(16),
        // With the zero at its end, of which the length tells as well.
        TEXT | 0x0d | 0x0e => said()?.checked_add(4).filter(|length| *length > 4),
        DOCUMENT | ARRAY => said().filter(|length| *length > 4),
        BINARY => said()?.checked_add(5),
        0x0b => {
            let (pattern, after) = word(bytes)?;
            let (options, _) = word(after)?;
            Some(pattern.len() + options.len() + 2)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_document_is_written_as_the_specification_shows() {
        let written = NewDocument::with_room_for(0).text("hello", "world").finish();
        assert_eq!(written.as_slice(), b"\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0");
    }

    #[test]
    fn what_is_written_is_read() {
        let inner = NewDocument::with_room_for(0).boolean("yes", true).integer("n", 7);
        let array = NewDocument::with_room_for(0).text("0", "a").finish();
        let written = NewDocument::with_room_for(0)
            .text("t", "text")
            .document("d", inner)
            .array("a", &array)
            .binary("b", b"\0\x01")
            .finish();
        let get = |name: &str| member(&written, name).unwrap();
        assert_eq!((get("t").text(), get("b").binary()), (Some("text"), Some(b"\0\x01".as_slice())));
        let inner = get("d").document().unwrap();
        assert!(member(inner, "yes").unwrap().is_true());
        assert_eq!(member(inner, "n").unwrap().integer(), Some(7));
        assert_eq!(get("a").document(), Some(array.as_slice()));
        assert_eq!(member(&written, "other"), None);
        assert_eq!((get("t").binary(), get("b").text(), get("t").document()), (None, None, None));
    }

    #[test]
    fn every_cut_of_a_document_is_none() {
        let inner = NewDocument::with_room_for(0).text("t", "text");
        let written = NewDocument::with_room_for(0).document("d", inner).binary("b", b"abc").finish();
        for length in 0..written.len() {
            assert_eq!(members(&written[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_stumble(mut bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let length = i32::try_from(bytes.len()).unwrap().to_le_bytes();
            if let Some(place) = bytes.first_chunk_mut::<4>() {
                *place = length;
            }
            for member in members(&bytes).unwrap_or_default() {
                let _ = (member.text(), member.binary(), member.document(), member.is_true(), member.integer());
            }
        }
    }
}
