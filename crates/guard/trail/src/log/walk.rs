//! One walk along a segment, for all who read: it goes on behind damage, so that what is sound can be told from what is
//! not. Recovery, reading and verification differ only in what they make of what the walk meets.

use super::ProblemKind;
use super::format::{CLOSING_BYTES, Found, Frame, HEADER_BYTES, Kind, LogKey, Mac, read_frame};
use super::segment::{is_zero, used};

/// What has to come next in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) sequence: u64,
    /// Unknown behind damage: then only the sequence can be held against what follows.
    pub(super) previous: Option<Mac>,
    /// Behind damage that hides how many records it took, a later sequence is no further problem.
    pub(super) exact: bool,
}

impl Due {
    pub(super) fn after(previous: Mac, sequence: u64) -> Self {
        Self { sequence, previous: Some(previous), exact: true }
    }

    /// What is wrong with this number and link at this place. One answer, the most telling.
    pub(super) fn refuses(&self, sequence: u64, previous: &Mac) -> Option<ProblemKind> {
        if sequence < self.sequence {
            Some(ProblemKind::OutOfOrder { found: sequence })
        } else if sequence > self.sequence {
            self.exact.then_some(ProblemKind::Gap { found: sequence })
        } else if self.previous.is_some_and(|due| due != *previous) {
            Some(ProblemKind::BrokenLink)
        } else {
            None
        }
    }
}

pub(super) enum Met<'a> {
    /// A true frame, though perhaps not the one that was due.
    Frame { offset: usize, frame: Frame<'a>, problem: Option<ProblemKind> },
    /// Bytes that do not verify, with a true frame somewhere behind them.
    Damage { offset: usize, problem: ProblemKind },
    /// No true frame from here on. `torn` counts the bytes up to the last that is not zero.
    End { offset: usize, torn: usize },
}

pub(super) struct Walk<'a> {
    key: &'a LogKey,
    segment: &'a [u8],
    offset: usize,
    pub(super) due: Due,
    pub(super) closed: bool,
    ended: bool,
}

impl<'a> Walk<'a> {
    /// Begins behind the header.
    pub(super) fn new(key: &'a LogKey, segment: &'a [u8], due: Due) -> Self {
        Self { key, segment, offset: HEADER_BYTES, due, closed: false, ended: false }
    }

    fn rest_from(&self, offset: usize) -> &'a [u8] {
        self.segment.get(offset..).unwrap_or_default()
    }

    fn meet_frame(&mut self, frame: Frame<'a>) -> Met<'a> {
        let offset = self.offset;
        let problem = if self.closed {
            Some(ProblemKind::AfterClosing)
        } else {
            self.due.refuses(frame.front.first_sequence, &frame.front.previous)
        };
        self.closed |= frame.front.kind == Kind::Closing;
        self.due = Due::after(frame.mac, frame.next_sequence());
        self.offset += frame.len();
        Met::Frame { offset, frame, problem }
    }

    fn meet_damage(&mut self, found: &Found<'_>, next_true: usize) -> Met<'a> {
        let offset = self.offset;
        self.offset = next_true;
        self.due.previous = None;
        let problem = match found {
            Found::Frame(frame) if offset + frame.len() == next_true => {
                // Its shape is whole, so its number may be believed as far as it fits: then a frame that was removed
                // right behind it is still found.
                if frame.front.first_sequence == self.due.sequence {
                    self.due.sequence = frame.next_sequence();
                } else {
                    self.due.exact = false;
                }
                ProblemKind::EditedFrame
            }
            _ => {
                self.due.exact = false;
                ProblemKind::Unreadable
            }
        };
        Met::Damage { offset, problem }
    }

    /// Records are text, and no text has the two small numbers that a frame begins with; so few places have to be
    /// looked at closely.
    fn next_true_frame(&self) -> Option<usize> {
        let from = self.offset + 1;
        let last = self.segment.len().checked_sub(CLOSING_BYTES)?;
        (from..=last).find(
            |offset| matches!(read_frame(self.rest_from(*offset)), Found::Frame(frame) if frame.verifies(self.key)),
        )
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Met<'a>;

    fn next(&mut self) -> Option<Met<'a>> {
        if self.ended {
            return None;
        }
        let rest = self.rest_from(self.offset);
        let found = read_frame(rest);
        if let Found::Frame(frame) = found
            && frame.verifies(self.key)
        {
            return Some(self.meet_frame(frame));
        }
        let empty = is_zero(rest);
        if !empty && let Some(next_true) = self.next_true_frame() {
            return Some(self.meet_damage(&found, next_true));
        }
        self.ended = true;
        let torn = if empty { 0 } else { used(rest).len() };
        Some(Met::End { offset: self.offset, torn })
    }
}
