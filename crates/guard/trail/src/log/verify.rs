//! Holds a whole log against its key and against what its owner noted elsewhere. Works offline, from the files alone.

use std::path::Path;

use super::format::{Header, Kind, LogKey, Mac};
use super::segment::{SegmentFile, segments};
use super::walk::{Due, Met, Walk};
use super::{Head, LogError, Problem, ProblemKind};

/// What is known of the log from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub log_id: [u8; 16],
    /// Of the oldest record that was not removed on purpose; 1 if none was.
    pub first_sequence: u64,
    /// Heads that the log once had, at or behind its first sequence, in any order: each must still be in it. This alone
    /// shows a log that was cut.
    pub heads: &'a [Head],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    pub segments: u64,
    pub frames: u64,
    pub records: u64,
    /// Of the records, without what surrounds them.
    pub record_bytes: u64,
    /// The newest point that verifies; None if nothing does.
    pub head: Option<Head>,
    /// In the order of the log.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads every segment and reports all that is wrong, going on behind it. An error means that the files could not be
/// read. Nobody should have the log open: what is being appended looks like a torn end.
pub fn verify(folder: &Path, key: &LogKey, expected: &Expected<'_>) -> Result<VerifyReport, LogError> {
    let all = segments(folder)?;
    let report = VerifyReport { segments: 0, frames: 0, records: 0, record_bytes: 0, head: None, problems: Vec::new() };
    let mut audit = Audit { key, expected, due: None, missing: expected.heads.to_vec(), report };
    let mut rest = all.iter().peekable();
    while let Some(segment) = rest.next() {
        audit.verify_segment(segment, rest.peek().is_none())?;
    }
    let first = SegmentFile::new(folder, expected.first_sequence);
    if all.is_empty() {
        audit.note(&first, 0, expected.first_sequence, ProblemKind::NoLog);
    }
    for head in std::mem::take(&mut audit.missing) {
        audit.note(all.last().unwrap_or(&first), 0, head.sequence, ProblemKind::HeadMissing);
    }
    Ok(audit.report)
}

struct Audit<'a> {
    key: &'a LogKey,
    expected: &'a Expected<'a>,
    /// None before the first segment.
    due: Option<Due>,
    /// The expected heads that were not met yet.
    missing: Vec<Head>,
    report: VerifyReport,
}

impl Audit<'_> {
    fn verify_segment(&mut self, segment: &SegmentFile, is_last: bool) -> Result<(), LogError> {
        let bytes = segment.read()?;
        let due = self.verify_header(segment, &bytes);
        let mut walk = Walk::new(self.key, &bytes, due);
        self.report.segments += 1;
        loop {
            let sequence = walk.due.sequence;
            let Some(met) = walk.next() else { break };
            match met {
                Met::Frame { offset, frame, problem } => {
                    if let Some(kind) = problem {
                        self.note(segment, offset, sequence, kind);
                    }
                    if frame.front.kind == Kind::Records {
                        self.report.frames += 1;
                    }
                    self.report.records += u64::from(frame.record_count);
                    self.report.record_bytes += frame.records().map(|record| record.bytes.len() as u64).sum::<u64>();
                    self.pass(frame.next_sequence(), frame.mac);
                }
                Met::Damage { offset, problem } => self.note(segment, offset, sequence, problem),
                Met::End { offset, torn } => {
                    if walk.closed && torn > 0 {
                        self.note(segment, offset, sequence, ProblemKind::AfterClosing);
                    } else if !walk.closed && !is_last {
                        self.note(segment, offset, sequence, ProblemKind::NotClosed);
                    } else if torn > 0 {
                        self.note(segment, offset, sequence, ProblemKind::TornTail);
                    }
                }
            }
        }
        self.due = Some(walk.due);
        Ok(())
    }

    fn verify_header(&mut self, segment: &SegmentFile, bytes: &[u8]) -> Due {
        let sequence = self.due.map_or(self.expected.first_sequence, |due| due.sequence);
        let Some((header, mac)) = Header::read(bytes, self.key) else {
            self.note(segment, 0, sequence, ProblemKind::HeaderDamaged);
            return Due { sequence, previous: None, exact: self.due.is_some_and(|due| due.exact) };
        };
        if header.log_id != self.expected.log_id {
            self.note(segment, 0, sequence, ProblemKind::WrongLog);
        }
        let first_sequence = header.first_sequence;
        if first_sequence != segment.first_sequence {
            self.note(segment, 0, sequence, ProblemKind::WrongName { first_sequence });
        }
        let problem = match self.due {
            // What is older than expected was to be removed and is still here: no harm.
            None => (first_sequence > sequence).then_some(ProblemKind::BeginsLate { first_sequence }),
            Some(due) => due.refuses(first_sequence, &header.previous),
        };
        if let Some(kind) = problem {
            let kind = match kind {
                ProblemKind::Gap { found } => ProblemKind::MissingSegment { first_sequence: found },
                other => other,
            };
            self.note(segment, 0, sequence, kind);
        }
        self.pass(first_sequence, mac);
        Due::after(mac, first_sequence)
    }

    /// The log had this head once.
    fn pass(&mut self, next_sequence: u64, mac: Mac) {
        let head = Head { sequence: next_sequence.saturating_sub(1), mac };
        self.missing.retain(|missing| *missing != head);
        self.report.head = Some(head);
    }

    fn note(&mut self, segment: &SegmentFile, offset: usize, sequence: u64, kind: ProblemKind) {
        let offset = offset as u64;
        self.report.problems.push(Problem { segment: segment.name(), offset, sequence, kind });
    }
}
