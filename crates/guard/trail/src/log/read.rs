//! Reading the log back, record by record.

use std::ops::ControlFlow;
use std::path::Path;

use super::format::{Header, LogKey};
use super::segment::{SegmentFile, segments};
use super::walk::{Due, Met, Walk};
use super::{Head, LogError, Problem, ProblemKind, Record};

/// Reads the records from this sequence on, in order and verified, until the visitor breaks or the log ends. Returns
/// the head of what was read: that of the last frame looked at.
///
/// Damage is an error when the reading comes to it, after all records before it were visited; it tells the sequence
/// that could not be read. Reading from a later sequence passes over it. Nobody else should have the log open: what is
/// being appended looks like a torn end. Within the process there is [`NodeLog::read_from`](super::NodeLog::read_from).
pub fn read_from(
    folder: &Path,
    key: &LogKey,
    first_sequence: u64,
    visitor: impl FnMut(Record<'_>) -> ControlFlow<()>,
) -> Result<Head, LogError> {
    read_between(folder, key, first_sequence, None, visitor)
}

/// What was appended after `until` is not looked at, and may be half written.
pub(super) fn read_between(
    folder: &Path,
    key: &LogKey,
    first_sequence: u64,
    until: Option<u64>,
    mut visitor: impl FnMut(Record<'_>) -> ControlFlow<()>,
) -> Result<Head, LogError> {
    let all = segments(folder)?;
    let before = all.partition_point(|segment| segment.first_sequence <= first_sequence).saturating_sub(1);
    let mut reading = Reading { key, first_sequence, due: None, head: Head { sequence: 0, mac: [0; 32] } };
    let mut rest = all.get(before..).unwrap_or_default().iter().peekable();
    while let Some(segment) = rest.next() {
        if until.is_some_and(|until| reading.head.sequence >= until) {
            break;
        }
        if reading.read_segment(segment, rest.peek().is_none(), until, &mut visitor)?.is_break() {
            break;
        }
    }
    Ok(reading.head)
}

struct Reading<'a> {
    key: &'a LogKey,
    first_sequence: u64,
    /// None before the first segment.
    due: Option<Due>,
    head: Head,
}

impl Reading<'_> {
    fn read_segment(
        &mut self,
        segment: &SegmentFile,
        is_last: bool,
        until: Option<u64>,
        visitor: &mut impl FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LogError> {
        let bytes = segment.read()?;
        let due = self.begin_segment(segment, &bytes)?;
        let mut walk = Walk::new(self.key, &bytes, due);
        loop {
            if until.is_some_and(|until| self.head.sequence >= until) {
                return Ok(ControlFlow::Break(()));
            }
            let sequence = walk.due.sequence;
            let Some(met) = walk.next() else { break };
            match met {
                Met::Frame { offset, frame, problem } => {
                    if let Some(kind) = problem {
                        self.refuse(segment, offset, sequence, kind)?;
                    }
                    self.head = Head { sequence: frame.next_sequence().saturating_sub(1), mac: frame.mac };
                    let owed = frame.records().filter(|record| record.sequence >= self.first_sequence);
                    for record in owed {
                        if visitor(record).is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                }
                Met::Damage { offset, problem } => self.refuse(segment, offset, sequence, problem)?,
                Met::End { offset, torn } => {
                    if !is_last && !walk.closed {
                        self.refuse(segment, offset, sequence, ProblemKind::NotClosed)?;
                    } else if torn > 0 && walk.closed {
                        self.refuse(segment, offset, sequence, ProblemKind::AfterClosing)?;
                    }
                }
            }
        }
        self.due = Some(walk.due);
        Ok(ControlFlow::Continue(()))
    }

    fn begin_segment(&mut self, segment: &SegmentFile, bytes: &[u8]) -> Result<Due, LogError> {
        let sequence = self.due.map_or(segment.first_sequence, |due| due.sequence);
        let Some((header, mac)) = Header::read(bytes, self.key) else {
            self.refuse(segment, 0, sequence, ProblemKind::HeaderDamaged)?;
            return Ok(Due { sequence, previous: None, exact: false });
        };
        let first_sequence = header.first_sequence;
        if first_sequence != segment.first_sequence {
            self.refuse(segment, 0, sequence, ProblemKind::WrongName { first_sequence })?;
        }
        if let Some(kind) = self.due.and_then(|due| due.refuses(first_sequence, &header.previous)) {
            self.refuse(segment, 0, sequence, kind)?;
        }
        self.head = Head { sequence: first_sequence.saturating_sub(1), mac };
        Ok(Due::after(mac, first_sequence))
    }

    /// An error, unless the caller asked for later records only.
    fn refuse(&self, segment: &SegmentFile, offset: usize, sequence: u64, kind: ProblemKind) -> Result<(), LogError> {
        if sequence < self.first_sequence {
            return Ok(());
        }
        Err(LogError::Damaged(Problem { segment: segment.name(), offset: offset as u64, sequence, kind }))
    }
}
