//! The caller's way into the log: one frame, one write. The rare cases are a segment that is full and a write that
//! failed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;

use super::faults::Step;
use super::format::{CLOSING_BYTES, Front, HEADER_BYTES, Header, Kind, Mac, frame_bytes, write_frame};
use super::health::Trouble;
use super::node_log::Shared;
use super::recovery::End;
use super::segment::write_zeros;
use super::{Head, LogError, Position};

/// How long an append waits for a segment that is being laid out: longer, and the disk is as good as full.
const ROOM_WAIT_MAX: Duration = Duration::from_secs(5);
/// A rare large record does not keep its room for ever.
const SCRATCH_BYTES_MAX: usize = 1024 * 1024;

/// What an append changes, under one mutex.
pub(super) struct State {
    pub(super) active: Active,
    /// Of the last record.
    pub(super) sequence: u64,
    /// Of the last frame or header: what the next must name.
    mac: Mac,
    pub(super) spare: SpareSegment,
    /// Segments that are full and not yet synced.
    pub(super) sealed: Vec<Arc<File>>,
    /// A segment was named since the folder was last synced.
    pub(super) renamed: bool,
    scratch: Vec<u8>,
}

/// The segment that frames go to.
pub(super) struct Active {
    pub(super) file: Arc<File>,
    /// Where the next frame goes. Everything behind is zero, up to `spoiled_until`.
    pub(super) offset: u64,
    pub(super) capacity: u64,
    /// It has its closing frame; the next segment could not be begun yet.
    pub(super) closed: bool,
    /// How far a write that failed may have got.
    spoiled_until: u64,
}

/// The segment that will be the next.
pub(super) enum SpareSegment {
    /// Wanted once the active segment's header is synced (INVARIANT: two segments unsynced at most).
    Later,
    /// Being laid out.
    Wanted,
    Ready(File),
    /// The disk refused. It is tried again and again.
    Refused,
}

impl Shared {
    pub(super) fn append(&self, records: &[&[u8]]) -> Result<Position, LogError> {
        let bytes = self.bytes_in_a_segment(records)?;
        let mut state = self.state.lock();
        self.health.check_lasting()?;
        if records.is_empty() {
            return Ok(Position(state.sequence));
        }
        self.mend(&mut state)?;
        while !state.active.has_room_for(bytes) {
            self.roll(&mut state)?;
        }
        self.write(&mut state, Kind::Records, records)?;
        // No record of a frame that was checked to fit brings this near its limit.
        state.sequence = state.sequence.saturating_add(records.len() as u64);
        let position = Position(state.sequence);
        self.syncing.note_appended(position);
        drop(state);
        self.syncing.note_unsynced();
        Ok(position)
    }

    /// Refuses what would not fit in an empty segment either.
    fn bytes_in_a_segment(&self, records: &[&[u8]]) -> Result<u64, LogError> {
        let limit = self.settings.segment_bytes - (HEADER_BYTES + CLOSING_BYTES) as u64;
        match frame_bytes(records).map(|bytes| bytes as u64) {
            Some(bytes) if bytes <= limit => Ok(bytes),
            bytes => Err(LogError::TooLarge { bytes: bytes.unwrap_or(u64::MAX), limit }),
        }
    }

    /// Nothing but the bytes on the disk changes if this fails.
    fn write(&self, state: &mut State, kind: Kind, records: &[&[u8]]) -> Result<(), LogError> {
        let front = Front {
            kind,
            first_sequence: state.sequence.saturating_add(1),
            synced_sequence: self.syncing.durable().sequence(),
            previous: state.mac,
        };
        let State { scratch, active, .. } = state;
        let Some(mac) = write_frame(scratch, &self.key, &front, records) else {
            return Err(LogError::TooLarge { bytes: u64::MAX, limit: self.settings.segment_bytes });
        };
        let end = active.offset + scratch.len() as u64;
        let written = self.faults.before(Step::Write).and_then(|()| active.file.write_all_at(scratch, active.offset));
        if let Err(cause) = written {
            active.spoiled_until = active.spoiled_until.max(end);
            return Err(self.write_failed(&cause));
        }
        active.offset = end;
        state.mac = mac;
        if scratch.capacity() > SCRATCH_BYTES_MAX {
            scratch.clear();
            scratch.shrink_to(SCRATCH_BYTES_MAX);
        }
        Ok(())
    }

    fn write_failed(&self, cause: &io::Error) -> LogError {
        if self.health.set(Trouble::Write) {
            tracing::error!(%cause, "the node log cannot be written: calls are refused until it can");
        }
        self.errand.notify_all();
        LogError::Write
    }

    /// Wipes what a failed write left behind; succeeds at once if none did.
    pub(super) fn mend(&self, state: &mut State) -> Result<(), LogError> {
        if !self.health.has(Trouble::Write) {
            return Ok(());
        }
        let active = &mut state.active;
        self.faults
            .before(Step::Write)
            .and_then(|()| write_zeros(&active.file, active.offset, active.spoiled_until))
            .map_err(|cause| self.write_failed(&cause))?;
        active.spoiled_until = 0;
        if self.health.clear(Trouble::Write) {
            tracing::info!("the node log can be written again");
        }
        Ok(())
    }

    /// Brings the log closer to having room in its active segment: goes on to the spare one, or waits for it. The lock
    /// is free while it waits, so another may have gone on meanwhile.
    fn roll(&self, state: &mut MutexGuard<'_, State>) -> Result<(), LogError> {
        match state.spare {
            SpareSegment::Ready(_) => self.go_on_to_the_spare(state),
            SpareSegment::Later | SpareSegment::Wanted => self.wait_for_room(state),
            SpareSegment::Refused => Err(self.full()),
        }
    }

    fn go_on_to_the_spare(&self, state: &mut State) -> Result<(), LogError> {
        if !state.active.closed {
            self.write(state, Kind::Closing, &[])?;
            state.active.closed = true;
        }
        let first_sequence = state.sequence.saturating_add(1);
        let (header, mac) = Header { log_id: self.log_id, first_sequence, previous: state.mac }.write(&self.key);
        // Up to here and if one of the next two fails, a second attempt does the same again.
        let SpareSegment::Ready(spare) = &state.spare else { return Ok(()) };
        self.faults
            .before(Step::Write)
            .and_then(|()| spare.write_all_at(&header, 0))
            .and_then(|()| self.folder.name_spare(first_sequence))
            .map_err(|cause| self.write_failed(&cause))?;
        if let SpareSegment::Ready(spare) = std::mem::replace(&mut state.spare, SpareSegment::Later) {
            let full = std::mem::replace(&mut state.active, Active::begin(spare, self.settings.segment_bytes));
            state.sealed.push(full.file);
        }
        state.renamed = true;
        state.mac = mac;
        self.syncing.hurry();
        Ok(())
    }

    fn wait_for_room(&self, state: &mut MutexGuard<'_, State>) -> Result<(), LogError> {
        let until = Instant::now() + ROOM_WAIT_MAX;
        while matches!(state.spare, SpareSegment::Later | SpareSegment::Wanted) {
            if self.room.wait_until(state, until).timed_out() {
                return Err(self.full());
            }
            self.health.check_lasting()?;
        }
        Ok(())
    }

    fn full(&self) -> LogError {
        if self.health.set(Trouble::Full) {
            tracing::error!("the node log is full: calls are refused until the disk has room for its next segment");
        }
        LogError::Full
    }
}

impl State {
    pub(super) fn new(end: End) -> Self {
        Self {
            active: end.active,
            sequence: end.sequence,
            mac: end.mac,
            spare: SpareSegment::Wanted,
            sealed: Vec::new(),
            renamed: false,
            scratch: Vec::new(),
        }
    }

    pub(super) fn head(&self) -> Head {
        Head { sequence: self.sequence, mac: self.mac }
    }
}

impl Active {
    /// A segment of which only the header is written, or about to be.
    pub(super) fn begin(spare: File, capacity: u64) -> Self {
        Self::resume(spare, HEADER_BYTES as u64, capacity, false)
    }

    pub(super) fn resume(file: File, offset: u64, capacity: u64, closed: bool) -> Self {
        Self { file: Arc::new(file), offset, capacity, closed, spoiled_until: 0 }
    }

    pub(super) fn write_header(&self, header: &[u8; HEADER_BYTES]) -> io::Result<()> {
        self.file.write_all_at(header, 0)
    }

    /// Room for a frame, and for the closing one after it.
    fn has_room_for(&self, bytes: u64) -> bool {
        !self.closed && self.offset + bytes + CLOSING_BYTES as u64 <= self.capacity
    }
}
