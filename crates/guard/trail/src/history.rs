//! What the trail tells of the past, the newest first, for whoever asks while others are recorded.

use std::{
    collections::HashMap,
    ops::{ControlFlow, RangeInclusive},
    sync::Arc,
};

use parking_lot::Mutex;
use serde::Deserialize;

use crate::{
    entry::{Entry, MalformedEntry},
    event_time::event_seconds,
    log::{BackReader, LogError, NodeLog, Record, SegmentFile},
    stub::{expand, is_stub},
};

/// A record tells when its call arrived, and joins the log when the call has ended. None takes an hour, and no clock is
/// set back by one; so a segment has nothing that happened an hour before its first record.
const DISORDER_SECONDS: i64 = 3_600;
/// What is read at a time, whatever is looked for.
const STRETCH_BYTES: u64 = 512 * 1024;
/// To survey a segment is so much cheaper than to read it.
const SURVEY_SHARE: u64 = 8;

/// The past, from the log's newest record back.
pub struct History {
    /// None where nothing is recorded, which is only where that is measured.
    reader: Option<BackReader>,
    /// When the first record of a segment happened, in seconds, by the segment's first sequence.
    times: Mutex<HashMap<u64, i64>>,
}

/// What is looked for, and how much may be done for it at once.
#[derive(Debug, Clone)]
pub struct Look {
    /// Only records before this sequence. None begins with the newest.
    pub before: Option<u64>,
    /// When it happened, in seconds. Records of other times may be shown all the same.
    pub seconds: RangeInclusive<i64>,
    /// About so many bytes are read and verified.
    pub bytes_max: u64,
}

/// A record as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Its number in the log. A look that begins before it goes on behind it.
    pub sequence: u64,
    /// In CloudTrail's format.
    pub json: &'a [u8],
}

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the trail cannot be read: {0}")]
    Log(#[from] LogError),
    #[error("record {0} of the trail verifies and cannot be read")]
    Unreadable(u64),
}

#[derive(Deserialize)]
struct Timed<'a> {
    #[serde(rename = "eventTime")]
    event_time: &'a str,
}

impl History {
    pub(crate) fn new(log: Option<Arc<NodeLog>>) -> Self {
        Self::reading(log, STRETCH_BYTES)
    }

    fn reading(log: Option<Arc<NodeLog>>, stretch_bytes: u64) -> Self {
        Self { reader: log.map(|log| BackReader::new(log, stretch_bytes)), times: Mutex::default() }
    }

    /// Shows records, the newest first and verified, until the visitor breaks, enough was read, or the past ends. What
    /// the visitor breaks at is the first of the next look. Blocks.
    ///
    /// Says before which sequence the next look begins; None if there is nothing more to look for. Damage is an error
    /// when the look comes to it, after what is behind it was shown; damage that hides where frames stand hides the
    /// rest of its segment.
    pub fn look_back(
        &self,
        look: &Look,
        mut visitor: impl FnMut(Past<'_>) -> ControlFlow<()>,
    ) -> Result<Option<u64>, HistoryError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let standing = reader.standing()?;
        let newest = standing.head().saturating_add(1);
        let mut before = look.before.unwrap_or(newest).min(newest);
        let (mut link, mut done, mut is_begun, mut later_time) = (None, 0_u64, false, None);
        let mut expanded = Vec::new();
        for segment in standing.segments_before(before) {
            if later_time.is_some_and(|time| time < look.seconds.start().saturating_sub(DISORDER_SECONDS)) {
                return Ok(None);
            }
            later_time = self.time_of(reader, segment)?;
            if later_time.is_some_and(|time| time > look.seconds.end().saturating_add(DISORDER_SECONDS)) {
                (before, link) = (segment.first_sequence, None);
                continue;
            }
            let (stretches, surveyed) = reader.stretches(&standing, segment)?;
            done = done.saturating_add(surveyed / SURVEY_SHARE);
            for stretch in stretches.iter().rev() {
                // Where it begins there may be the closing frame that the link leads to.
                let is_before = stretch.first_sequence < before || stretch.first_sequence == before && link.is_some();
                if !is_before {
                    continue;
                }
                if is_begun && done > look.bytes_max {
                    return Ok(Some(before));
                }
                let read = reader.read_stretch(segment, stretch, before, &mut link, |records| {
                    show(records, before, &mut expanded, &mut visitor)
                        .transpose()
                        .map_or_else(|| ControlFlow::Continue(()), ControlFlow::Break)
                })?;
                if let ControlFlow::Break(ended) = read {
                    return ended.map(Some);
                }
                before = before.min(stretch.first_sequence);
                done = done.saturating_add(stretch.bytes());
                is_begun = true;
            }
            reader.pass_header(segment, &mut link)?;
        }
        Ok(None)
    }

    /// None if the record cannot be believed: whoever reads the segment comes to it.
    fn time_of(&self, reader: &BackReader, segment: &SegmentFile) -> Result<Option<i64>, HistoryError> {
        if let Some(time) = self.times.lock().get(&segment.first_sequence) {
            return Ok(Some(*time));
        }
        let mut time = None;
        match reader.first_record(segment, |record| time = Entry::read(record.bytes).ok().and_then(happened_at)) {
            Ok(()) => {}
            Err(LogError::Damaged(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        if let Some(time) = time {
            self.times.lock().insert(segment.first_sequence, time);
        }
        Ok(time)
    }
}

fn happened_at(entry: Entry<'_>) -> Option<i64> {
    event_seconds(serde_json::from_slice::<Timed<'_>>(entry.json).ok()?.event_time)
}

/// Shows the records of one frame, the newest first. Says where the next look begins if the visitor breaks.
fn show(
    records: &[Record<'_>],
    before: u64,
    expanded: &mut Vec<u8>,
    visitor: &mut impl FnMut(Past<'_>) -> ControlFlow<()>,
) -> Result<Option<u64>, HistoryError> {
    for (place, record) in records.iter().enumerate().rev() {
        let sequence = record.sequence;
        if sequence >= before {
            continue;
        }
        let older = records.get(..place).unwrap_or_default();
        let json = whole(record.bytes, older, expanded).map_err(|MalformedEntry| HistoryError::Unreadable(sequence))?;
        if visitor(Past { sequence, json }).is_break() {
            return Ok(Some(sequence.saturating_add(1)));
        }
    }
    Ok(None)
}

/// The record's JSON. The parent of a stub is the newest whole record before it.
fn whole<'a>(bytes: &'a [u8], older: &[Record<'_>], expanded: &'a mut Vec<u8>) -> Result<&'a [u8], MalformedEntry> {
    if !is_stub(bytes) {
        return Ok(Entry::read(bytes)?.json);
    }
    let parent = older.iter().rev().find(|record| !is_stub(record.bytes)).ok_or(MalformedEntry)?;
    expanded.clear();
    expand(expanded, bytes, Entry::read(parent.bytes)?.json)?;
    Ok(expanded)
}

#[cfg(test)]
mod tests;
