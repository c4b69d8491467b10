//! Headers and frames as bytes. The tables are in the description of the [module](super).

use std::fmt;

use aws_lc_rs::hmac;

use super::segment::SEGMENT_BYTES_MAX;

pub(super) type Mac = [u8; 32];

pub(super) const HEADER_BYTES: usize = 100;
/// A frame without payload.
pub(super) const FRAME_BYTES_MIN: usize = FRONT_BYTES + MAC_BYTES;
/// What every segment keeps free for its end.
pub(super) const CLOSING_BYTES: usize = FRAME_BYTES_MIN;

const MAC_BYTES: usize = 32;
pub(super) const FRONT_BYTES: usize = 58;
const LENGTH_BYTES: usize = 4;
const MAGIC: [u8; 8] = *b"KWTRAIL\n";
const HEADER_FORMAT: u32 = 1;
const FRAME_FORMAT: u8 = 1;

/// Makes and checks the MACs of one log.
#[derive(Clone)]
pub struct LogKey(hmac::Key);

impl LogKey {
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    fn mac(&self, bytes: &[u8]) -> Mac {
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(hmac::sign(&self.0, bytes).as_ref());
        mac
    }

    fn verifies(&self, bytes: &[u8], mac: &Mac) -> bool {
        hmac::verify(&self.0, bytes, mac).is_ok()
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LogKey(..)")
    }
}

/// Where a record stands in its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub(super) u64);

impl Position {
    /// Counted from 1; 0 is the position of an empty log.
    pub fn sequence(self) -> u64 {
        self.0
    }
}

/// The newest point of a log. Kept elsewhere, it shows later whether the log was cut before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub sequence: u64,
    pub mac: [u8; 32],
}

/// A record as it is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub sequence: u64,
    pub bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) log_id: [u8; 16],
    pub(super) first_sequence: u64,
    pub(super) previous: Mac,
}

impl Header {
    pub(super) fn write(&self, key: &LogKey) -> ([u8; HEADER_BYTES], Mac) {
        let mut signed = Vec::with_capacity(HEADER_BYTES);
        signed.extend_from_slice(&MAGIC);
        signed.extend_from_slice(&HEADER_FORMAT.to_le_bytes());
        signed.extend_from_slice(&self.log_id);
        signed.extend_from_slice(&self.first_sequence.to_le_bytes());
        signed.extend_from_slice(&self.previous);
        let mac = key.mac(&signed);
        signed.extend_from_slice(&mac);
        let mut bytes = [0; HEADER_BYTES];
        bytes.copy_from_slice(&signed);
        (bytes, mac)
    }

    /// None if the bytes are no header made under this key.
    pub(super) fn read(segment: &[u8], key: &LogKey) -> Option<(Self, Mac)> {
        let (signed, _) = segment.split_at_checked(HEADER_BYTES - MAC_BYTES)?;
        let mut fields = Fields(segment);
        let magic = fields.take::<8>()?;
        let format = u32::from_le_bytes(fields.take()?);
        let log_id = fields.take()?;
        let first_sequence = u64::from_le_bytes(fields.take()?);
        let previous = fields.take()?;
        let mac = fields.take()?;
        let true_one = magic == MAGIC && format == HEADER_FORMAT && key.verifies(signed, &mac);
        true_one.then_some((Self { log_id, first_sequence, previous }, mac))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Records = 1,
    Closing = 2,
}

/// What a frame says besides its records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front {
    pub(super) kind: Kind,
    pub(super) first_sequence: u64,
    pub(super) synced_sequence: u64,
    pub(super) previous: Mac,
}

/// The size of the frame that holds these records; None if it cannot be stated in the format.
pub(super) fn frame_bytes(records: &[&[u8]]) -> Option<usize> {
    let payload = records.iter().try_fold(0_usize, |sum, record| sum.checked_add(LENGTH_BYTES + record.len()))?;
    u32::try_from(payload).ok()?;
    payload.checked_add(FRAME_BYTES_MIN)
}

/// Writes a frame into `scratch`, which then holds nothing else, and returns its MAC. None if the records are too many
/// or too large for the format.
pub(super) fn write_frame(scratch: &mut Vec<u8>, key: &LogKey, front: &Front, records: &[&[u8]]) -> Option<Mac> {
    let whole = frame_bytes(records)?;
    let payload = u32::try_from(whole.checked_sub(FRAME_BYTES_MIN)?).ok()?;
    scratch.clear();
    scratch.reserve(whole);
    scratch.extend_from_slice(&[front.kind as u8, FRAME_FORMAT]);
    scratch.extend_from_slice(&front.first_sequence.to_le_bytes());
    scratch.extend_from_slice(&front.synced_sequence.to_le_bytes());
    scratch.extend_from_slice(&u32::try_from(records.len()).ok()?.to_le_bytes());
    scratch.extend_from_slice(&payload.to_le_bytes());
    scratch.extend_from_slice(&front.previous);
    for record in records {
        scratch.extend_from_slice(&u32::try_from(record.len()).ok()?.to_le_bytes());
        scratch.extend_from_slice(record);
    }
    let mac = key.mac(scratch);
    scratch.extend_from_slice(&mac);
    Some(mac)
}

/// What a frame's first bytes say of it, without being believed.
pub(super) struct FrontBytes {
    pub(super) is_closing: bool,
    pub(super) first_sequence: u64,
    pub(super) record_count: u32,
    /// Of the whole frame.
    pub(super) frame_bytes: usize,
}

impl FrontBytes {
    /// None if there are too few, or they are no front.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes.get(..FRONT_BYTES)?);
        let is_closing = match fields.take::<2>()? {
            [1, FRAME_FORMAT] => false,
            [2, FRAME_FORMAT] => true,
            _ => return None,
        };
        let first_sequence = u64::from_le_bytes(fields.take()?);
        let _synced_sequence = fields.take::<8>()?;
        let record_count = u32::from_le_bytes(fields.take()?);
        let payload_bytes = u32::from_le_bytes(fields.take()?) as usize;
        let frame_bytes = payload_bytes.checked_add(FRAME_BYTES_MIN)?;
        let is_bounded = frame_bytes as u64 <= SEGMENT_BYTES_MAX;
        is_bounded.then_some(Self { is_closing, first_sequence, record_count, frame_bytes })
    }
}

/// A frame whose shape is right. Whether it is a true one, [`Frame::verifies`] tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) front: Front,
    pub(super) record_count: u32,
    pub(super) mac: Mac,
    payload: &'a [u8],
    signed: &'a [u8],
}

/// What stands at some place of a segment.
pub(super) enum Found<'a> {
    /// A zero where a frame would begin.
    Nothing,
    Frame(Frame<'a>),
    Unreadable,
}

pub(super) fn read_frame(bytes: &[u8]) -> Found<'_> {
    if bytes.first().is_none_or(|kind| *kind == 0) {
        return Found::Nothing;
    }
    Frame::read(bytes).map_or(Found::Unreadable, Found::Frame)
}

impl<'a> Frame<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let kind = match fields.take::<1>()? {
            [1] => Kind::Records,
            [2] => Kind::Closing,
            _ => return None,
        };
        if fields.take()? != [FRAME_FORMAT] {
            return None;
        }
        let first_sequence = u64::from_le_bytes(fields.take()?);
        let synced_sequence = u64::from_le_bytes(fields.take()?);
        let record_count = u32::from_le_bytes(fields.take()?);
        let payload_bytes = u32::from_le_bytes(fields.take()?) as usize;
        let previous = fields.take()?;
        let payload = fields.take_slice(payload_bytes)?;
        let mac = fields.take()?;
        let (signed, _) = bytes.split_at_checked(FRONT_BYTES + payload_bytes)?;
        let front = Front { kind, first_sequence, synced_sequence, previous };
        let frame = Self { front, record_count, mac, payload, signed };
        frame.is_whole().then_some(frame)
    }

    /// Whether the payload is as many records as the front says, none for a closing frame and one or more otherwise.
    fn is_whole(&self) -> bool {
        let mut records = Fields(self.payload);
        let all_there = (0..self.record_count).all(|_| records.take_record().is_some());
        all_there
            && records.0.is_empty()
            && (self.record_count == 0) == (self.front.kind == Kind::Closing)
            && self.front.first_sequence.checked_add(self.record_count.into()).is_some()
    }

    pub(super) fn verifies(&self, key: &LogKey) -> bool {
        key.verifies(self.signed, &self.mac)
    }

    pub(super) fn len(&self) -> usize {
        self.signed.len() + MAC_BYTES
    }

    pub(super) fn next_sequence(&self) -> u64 {
        // INVARIANT: cannot saturate, or is_whole would have refused the frame.
        self.front.first_sequence.saturating_add(self.record_count.into())
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        let mut records = Fields(self.payload);
        (self.front.first_sequence..self.next_sequence())
            .map_while(move |sequence| records.take_record().map(|bytes| Record { sequence, bytes }))
    }
}

/// Bytes that are taken from the front, piece by piece.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn take_slice(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn take_record(&mut self) -> Option<&'a [u8]> {
        let bytes = u32::from_le_bytes(self.take()?);
        self.take_slice(bytes as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{FRAME_BYTES_MIN, Found, Front, Header, Kind, LogKey, frame_bytes, read_frame, write_frame};

    fn front(first_sequence: u64) -> Front {
        Front { kind: Kind::Records, first_sequence, synced_sequence: 7, previous: [3; 32] }
    }

    proptest! {
        #[test]
        fn a_frame_reads_back_as_it_was_written(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8),
            first_sequence in 1..u64::MAX / 2,
            behind in prop::collection::vec(any::<u8>(), 0..50),
        ) {
            let key = LogKey::new(&[1; 32]);
            let slices: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
            let mut bytes = Vec::new();
            let mac = write_frame(&mut bytes, &key, &front(first_sequence), &slices).unwrap();
            prop_assert_eq!(Some(bytes.len()), frame_bytes(&slices));
            let len = bytes.len();
            bytes.extend(behind);

            let Found::Frame(frame) = read_frame(&bytes) else { panic!("no frame") };

            prop_assert!(frame.verifies(&key));
            prop_assert!(!frame.verifies(&LogKey::new(&[2; 32])));
            prop_assert_eq!(frame.mac, mac);
            prop_assert_eq!(frame.len(), len);
            prop_assert_eq!(frame.front.synced_sequence, 7);
            prop_assert_eq!(frame.front.previous, [3; 32]);
            let read: Vec<_> = frame.records().map(|record| (record.sequence, record.bytes)).collect();
            let written: Vec<_> = (first_sequence..).zip(slices).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0_u8..4) {
            let key = LogKey::new(&[1; 32]);
            let mut likely = vec![kind, 1];
            likely.extend(&bytes);
            for bytes in [bytes, likely] {
                if let Found::Frame(frame) = read_frame(&bytes) {
                    prop_assert!(frame.len() <= bytes.len());
                    prop_assert!(!frame.verifies(&key));
                }
                prop_assert!(Header::read(&bytes, &key).is_none());
            }
        }
    }

    #[test]
    fn the_layout_is_the_one_that_is_documented() {
        let key = LogKey::new(&[1; 32]);
        let mut frame = Vec::new();
        let mac = write_frame(&mut frame, &key, &front(0x0102), &[b"ab", b"c"]).unwrap();
        let documented = [
            &[1, 1][..],
            &[2, 1, 0, 0, 0, 0, 0, 0],
            &[7, 0, 0, 0, 0, 0, 0, 0],
            &[2, 0, 0, 0],
            &[11, 0, 0, 0],
            &[3; 32],
            &[2, 0, 0, 0, b'a', b'b', 1, 0, 0, 0, b'c'],
            &mac,
        ];
        assert_eq!(frame, documented.concat());
        assert_eq!(frame.len(), FRAME_BYTES_MIN + 11);

        let header = Header { log_id: [9; 16], first_sequence: 5, previous: [4; 32] };
        let (bytes, mac) = header.write(&key);
        let documented = [&b"KWTRAIL\n"[..], &[1, 0, 0, 0], &[9; 16], &[5, 0, 0, 0, 0, 0, 0, 0], &[4; 32], &mac];
        assert_eq!(bytes.as_slice(), documented.concat());
        assert_eq!(Header::read(&bytes, &key), Some((header, mac)));
        assert_eq!(Header::read(&bytes, &LogKey::new(&[2; 32])), None);
    }

    #[test]
    fn the_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", LogKey::new(&[65; 32])), "LogKey(..)");
    }
}
