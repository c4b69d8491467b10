//! Events as they rest: sealed together, and bound to where they lie.
//!
//! ```text
//! for each event, in the order of their times:
//!   offset  length  field
//!        0       8  time, milliseconds since 1970, big-endian
//!        8       4  length of the message, big-endian
//!       12       n  message, UTF-8
//! ```

use contract::{LogChunk, LogStreamRecord, SealedBytes, StoredLogChunk};
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use terms::{Entropy, SecretBytes, Timestamp, Uid};
use zeroize::Zeroizing;

/// What AWS counts for an event beside its message.
pub(crate) const EVENT_OVERHEAD_BYTES: usize = 26;

/// An event that is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEvent<'a> {
    pub(crate) at: Timestamp,
    pub(crate) message: &'a str,
}

impl NewEvent<'_> {
    pub(crate) fn bytes(&self) -> usize {
        self.message.len().saturating_add(EVENT_OVERHEAD_BYTES)
    }
}

/// Where a chunk lies, and what is told of it in the clear.
struct Place {
    group: Uid,
    stream: Uid,
    chunk: Uid,
    first_at: Timestamp,
    last_at: Timestamp,
    ingested_at: Timestamp,
    events: u32,
    bytes: u64,
}

impl Place {
    /// All parts have fixed lengths, so that they cannot run into each other.
    fn binding(&self) -> Vec<u8> {
        let mut binding = b"keepwell log chunk 1".to_vec();
        for uid in [self.group, self.stream, self.chunk] {
            binding.extend_from_slice(uid.as_bytes());
        }
        for time in [self.first_at, self.last_at, self.ingested_at] {
            binding.extend_from_slice(&time.as_millis().to_be_bytes());
        }
        binding.extend_from_slice(&self.events.to_be_bytes());
        binding.extend_from_slice(&self.bytes.to_be_bytes());
        binding
    }
}

/// Seals events that follow each other in time. None if there are none.
pub(crate) fn seal_chunk(
    key: &KeyMaterial,
    stream: &LogStreamRecord,
    events: &[NewEvent<'_>],
    ingested_at: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Option<LogChunk>, SealError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(None) };
    let length = events.iter().map(|event| event.message.len().saturating_add(12)).sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(length));
    let mut bytes = 0_u64;
    for event in events {
        plain.extend_from_slice(&event.at.as_millis().to_be_bytes());
        plain.extend_from_slice(&u32::try_from(event.message.len()).map_err(|_| SealError)?.to_be_bytes());
        plain.extend_from_slice(event.message.as_bytes());
        bytes = bytes.saturating_add(u64::try_from(event.bytes()).unwrap_or(u64::MAX));
    }
    let place = Place {
        group: stream.group,
        stream: stream.uid,
        chunk: Uid::random(entropy),
        first_at: first.at,
        last_at: last.at,
        ingested_at,
        events: u32::try_from(events.len()).map_err(|_| SealError)?,
        bytes,
    };
    let sealed = seal_token(key, &place.binding(), &plain, entropy)?;
    let Place { chunk: uid, first_at, last_at, events, .. } = place;
    Ok(Some(LogChunk { uid, first_at, last_at, ingested_at, events, bytes, sealed: SealedBytes::new(sealed) }))
}

/// The events of a chunk, in the clear until dropped.
pub(crate) struct OpenChunk(SecretBytes);

pub(crate) fn open_chunk(key: &KeyMaterial, group: Uid, stored: &StoredLogChunk) -> Result<OpenChunk, OpenError> {
    let LogChunk { uid, first_at, last_at, ingested_at, events, bytes, ref sealed } = stored.chunk;
    let place = Place { group, stream: stored.stream, chunk: uid, first_at, last_at, ingested_at, events, bytes };
    open_token(key, &place.binding(), sealed.as_bytes()).map(OpenChunk)
}

impl OpenChunk {
    /// Ends at what cannot be read, which a seal that holds rules out.
    pub(crate) fn events(&self) -> impl Iterator<Item = (Timestamp, &str)> {
        let mut rest = self.0.expose();
        std::iter::from_fn(move || {
            let (at, behind) = rest.split_first_chunk::<8>()?;
            let (length, behind) = behind.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (message, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some((Timestamp::from_millis(i64::from_be_bytes(*at)), str::from_utf8(message).ok()?))
        })
    }
}

/// 56 digits, unique and always the same: the time, the chunk, and the place in it. A chunk has 10,000 events at most.
pub(crate) fn event_id(at: Timestamp, chunk: Uid, index: u32) -> String {
    format!(
        "{:013}{:039}{:04}",
        at.as_millis().rem_euclid(10_i64.pow(13)),
        u128::from_be_bytes(*chunk.as_bytes()),
        index
    )
}

/// 56 digits too. Nobody looks at it any more, as with AWS.
pub(crate) fn sequence_token(of: Uid) -> String {
    format!("{:056}", u128::from_be_bytes(*of.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    };

    use terms::{AccountId, Region, Scope};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn key(byte: u8) -> KeyMaterial {
        KeyMaterial::from_bytes(&SecretBytes::new(vec![byte; 32])).unwrap()
    }

    fn stream() -> LogStreamRecord {
        let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
        LogStreamRecord {
            scope,
            uid: Uid::from_bytes([1; 16]),
            group: Uid::from_bytes([2; 16]),
            group_arn: Arc::from("arn:group"),
            name: Arc::from("s"),
            arn: Arc::from("arn:group:log-stream:s"),
            created_at: Timestamp::from_millis(0),
            first_event_at: None,
            last_event_at: None,
            last_ingested_at: None,
        }
    }

    fn stored() -> StoredLogChunk {
        let events = [(5, "one"), (5, ""), (9, "größe")]
            .map(|(at, message)| NewEvent { at: Timestamp::from_millis(at), message });
        let sealed = seal_chunk(&key(7), &stream(), &events, Timestamp::from_millis(20), &Counting(AtomicU8::new(0)));
        let chunk = sealed.unwrap().unwrap();
        StoredLogChunk { number: 3, stream: stream().uid, stream_name: Arc::from("s"), chunk }
    }

    #[test]
    fn events_come_back_as_they_were_written() {
        let stored = stored();
        let LogChunk { first_at, last_at, events, bytes, .. } = &stored.chunk;
        assert_eq!((first_at.as_millis(), last_at.as_millis(), *events, *bytes), (5, 9, 3, 3 * 26 + 3 + 7));
        let opened = open_chunk(&key(7), stream().group, &stored).unwrap();
        let events: Vec<(i64, &str)> = opened.events().map(|(at, message)| (at.as_millis(), message)).collect();
        assert_eq!(events, [(5, "one"), (5, ""), (9, "größe")]);
        assert!(
            seal_chunk(&key(7), &stream(), &[], Timestamp::from_millis(0), &Counting(AtomicU8::new(0)))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_chunk_opens_only_where_it_was_written_and_as_it_was() {
        let group = stream().group;
        assert!(open_chunk(&key(7), group, &stored()).is_ok());
        assert!(open_chunk(&key(8), group, &stored()).is_err());
        assert!(open_chunk(&key(7), Uid::from_bytes([3; 16]), &stored()).is_err());
        let changes: [fn(&mut StoredLogChunk); 8] = [
            |stored| stored.stream = Uid::from_bytes([9; 16]),
            |stored| stored.chunk.uid = Uid::from_bytes([9; 16]),
            |stored| stored.chunk.first_at = Timestamp::from_millis(4),
            |stored| stored.chunk.last_at = Timestamp::from_millis(10),
            |stored| stored.chunk.ingested_at = Timestamp::from_millis(21),
            |stored| stored.chunk.events = 2,
            |stored| stored.chunk.bytes = 1,
            |stored| {
                let mut bytes = stored.chunk.sealed.as_bytes().to_vec();
                bytes[50] ^= 1;
                stored.chunk.sealed = SealedBytes::new(bytes);
            },
        ];
        for change in changes {
            let mut stored = stored();
            change(&mut stored);
            assert!(open_chunk(&key(7), group, &stored).is_err());
        }
        let mut renamed = stored();
        renamed.number = 4;
        assert!(open_chunk(&key(7), group, &renamed).is_ok());
    }

    #[test]
    fn event_ids_have_56_digits_and_differ() {
        let id = |at, chunk, index| event_id(Timestamp::from_millis(at), Uid::from_bytes([chunk; 16]), index);
        let ids = [id(0, 0, 0), id(1_772_438_400_123, 255, 9999), id(0, 1, 0), id(0, 0, 1), id(i64::MAX, 0, 0)];
        for (index, one) in ids.iter().enumerate() {
            assert!(one.len() == 56 && one.bytes().all(|byte| byte.is_ascii_digit()), "{one}");
            assert!(!ids[..index].contains(one));
        }
        assert_eq!(sequence_token(Uid::from_bytes([255; 16])).len(), 56);
    }
}
