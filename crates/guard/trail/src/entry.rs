//! A record as the log and the store's insurance hold it: what it is about, then its JSON.
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 1 | format version, 1 |
//! | 1 | 1 | kind: 1 an event, 2 a secret was seen, 3 changed, 4 erased; 5 is a stub, see `stub.rs` |
//! | 2 | 16 | event id |
//! | 18 | 16 | uid of the secret, or zeros |
//! | 34 | 8 | its revision, little endian: seen, or made by the change |
//! | 42 | n | the CloudTrail record, JSON |
//!
//! The revisions order the history of one secret across nodes, and let a verifier find a change that has no record.

use terms::{EventId, Uid};

pub(crate) const VERSION: u8 = 1;
/// The kind of entry that a reader makes whole.
pub(crate) const LINKED: u8 = 5;
pub(crate) const HEAD_BYTES: usize = 42;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub event: EventId,
    pub subject: Option<Subject>,
    pub json: &'a [u8],
}

/// The secret that an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub kind: EntryKind,
    pub uid: Uid,
    pub revision: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Seen,
    Changed,
    Erased,
}

/// The bytes are no entry of a known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no entry of the trail")]
pub struct MalformedEntry;

/// Writes the head; the JSON is appended behind it.
pub(crate) fn write_head(out: &mut Vec<u8>, event: EventId, subject: Option<Subject>) {
    let kind = match subject.map(|subject| subject.kind) {
        None => 1,
        Some(EntryKind::Seen) => 2,
        Some(EntryKind::Changed) => 3,
        Some(EntryKind::Erased) => 4,
    };
    out.extend_from_slice(&[VERSION, kind]);
    out.extend_from_slice(event.as_bytes());
    out.extend_from_slice(&subject.map_or([0; 16], |subject| *subject.uid.as_bytes()));
    out.extend_from_slice(&subject.map_or(0, |subject| subject.revision).to_le_bytes());
}

impl<'a> Entry<'a> {
    /// Reads an entry that is whole. Those of a log may not be: [`Entries`](crate::Entries) reads them.
    pub fn read(bytes: &'a [u8]) -> Result<Self, MalformedEntry> {
        let (head, json) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(MalformedEntry)?;
        let (version_and_kind, rest) = head.split_first_chunk::<2>().ok_or(MalformedEntry)?;
        let (event, rest) = rest.split_first_chunk::<16>().ok_or(MalformedEntry)?;
        let (uid, revision) = rest.split_first_chunk::<16>().ok_or(MalformedEntry)?;
        let revision = u64::from_le_bytes(*revision.first_chunk().ok_or(MalformedEntry)?);
        let kind = match version_and_kind {
            [VERSION, 1] => None,
            [VERSION, 2] => Some(EntryKind::Seen),
            [VERSION, 3] => Some(EntryKind::Changed),
            [VERSION, 4] => Some(EntryKind::Erased),
            _ => return Err(MalformedEntry),
        };
        let subject = kind.map(|kind| Subject { kind, uid: Uid::from_bytes(*uid), revision });
        Ok(Self { event: EventId::from_bytes(*event), subject, json })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let subject = Subject { kind: EntryKind::Changed, uid: Uid::from_bytes([7; 16]), revision: 9 };
        for subject in [None, Some(subject)] {
            let mut bytes = Vec::new();
            write_head(&mut bytes, EventId::from_bytes([3; 16]), subject);
            bytes.extend_from_slice(b"{}");
            let entry = Entry { event: EventId::from_bytes([3; 16]), subject, json: b"{}" };
            assert_eq!(Entry::read(&bytes), Ok(entry));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_fail_in_another_way(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Entry::read(&bytes);
        }
    }
}
