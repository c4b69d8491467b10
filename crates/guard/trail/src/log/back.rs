//! Reading the log back from its newest record, stretch by stretch, while others append.
//!
//! Frames have no way back, so a segment is surveyed once: where its frames stand is read off their fronts, and every
//! so often a place is kept, to begin at. A survey believes nothing. What is answered from was verified when it was
//! read: each frame by its MAC, and its link to the frame behind it.
//!
//! No lock of the log is held meanwhile; the head is asked for once, and what is appended later is not looked at.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    ops::{ControlFlow, Range},
    os::unix::fs::FileExt,
    sync::Arc,
};

use parking_lot::Mutex;

use super::{
    LogError, Problem, ProblemKind, Record,
    format::{FRONT_BYTES, Found, Frame, FrontBytes, HEADER_BYTES, Header, Mac, read_frame},
    node_log::NodeLog,
    segment::{SegmentFile, segments},
};

/// Some 800 bytes each. The oldest are surveyed again when they are asked for.
const SURVEYS_MAX: usize = 4_096;

/// Reads a log back.
pub(crate) struct BackReader {
    log: Arc<NodeLog>,
    /// So much is read at a time, and one frame at least.
    stretch_bytes: u64,
    /// By the first sequence of the segment.
    surveys: Mutex<BTreeMap<u64, Survey>>,
}

/// The log as it stood when the reading began.
pub(crate) struct Standing {
    /// The sequence of the newest record that is looked at.
    head: u64,
    segments: Vec<SegmentFile>,
}

/// Where the frames of one segment stand.
#[derive(Clone)]
struct Survey {
    stretches: Vec<Stretch>,
    /// Behind the last frame that was surveyed.
    end: u64,
    next_sequence: u64,
    is_closed: bool,
}

/// How far a segment is surveyed.
struct Until {
    head: u64,
    /// Another has begun behind it, so that its closing frame is written.
    is_closed: bool,
}

/// Frames that are read together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    offset: u64,
    bytes: u64,
    pub(crate) first_sequence: u64,
}

impl Stretch {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// What the frame before must be, by the word of the one behind it.
#[derive(Clone, Copy)]
pub(crate) struct Link {
    next_sequence: u64,
    mac: Mac,
}

impl BackReader {
    pub(crate) fn new(log: Arc<NodeLog>, stretch_bytes: u64) -> Self {
        Self { log, stretch_bytes, surveys: Mutex::default() }
    }

    pub(crate) fn standing(&self) -> Result<Standing, LogError> {
        // Segments that come later hold nothing that is looked at.
        let head = self.log.head().sequence;
        Ok(Standing { head, segments: segments(self.log.shared.folder.path())? })
    }

    /// Shows the segment's first record, verified.
    pub(crate) fn first_record(&self, segment: &SegmentFile, visitor: impl FnOnce(Record<'_>)) -> Result<(), LogError> {
        let file = open(segment)?;
        let mut bytes = vec![0; FRONT_BYTES];
        read_at(&file, segment, HEADER_BYTES as u64, &mut bytes)?;
        let problem = |kind| damaged(segment, HEADER_BYTES as u64, segment.first_sequence, kind);
        let front = FrontBytes::read(&bytes).ok_or_else(|| problem(ProblemKind::Unreadable))?;
        bytes.resize(front.frame_bytes, 0);
        read_at(&file, segment, HEADER_BYTES as u64, &mut bytes)?;
        let frame = self.true_frame(&bytes).ok_or_else(|| problem(ProblemKind::EditedFrame))?;
        if frame.front.first_sequence != segment.first_sequence {
            return Err(problem(ProblemKind::OutOfOrder { found: frame.front.first_sequence }));
        }
        if let Some(record) = frame.records().next() {
            visitor(record);
        }
        Ok(())
    }

    /// The stretches of a segment, the oldest first, and how many bytes were surveyed for it.
    pub(crate) fn stretches(
        &self,
        standing: &Standing,
        segment: &SegmentFile,
    ) -> Result<(Vec<Stretch>, u64), LogError> {
        let known = self.surveys.lock().get(&segment.first_sequence).cloned();
        let mut survey = known.unwrap_or_else(|| Survey::begin(segment));
        let began_at = survey.end;
        let until = standing.until(segment);
        if survey.is_to_go_on(&until) {
            survey.go_on(segment, &until, self.stretch_bytes)?;
            let mut surveys = self.surveys.lock();
            surveys.insert(segment.first_sequence, survey.clone());
            if surveys.len() > SURVEYS_MAX {
                surveys.pop_first();
            }
        }
        Ok((survey.stretches, survey.end.saturating_sub(began_at)))
    }

    /// Reads the frames that begin before this sequence, the newest first and verified, and shows the records of each.
    /// `link` is what the frame behind
    /// them says; what the oldest says replaces it.
    pub(crate) fn read_stretch<B>(
        &self,
        segment: &SegmentFile,
        stretch: &Stretch,
        before: u64,
        link: &mut Option<Link>,
        mut visitor: impl FnMut(&[Record<'_>]) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, LogError> {
        let mut bytes = vec![0; usize::try_from(stretch.bytes).unwrap_or(0)];
        read_at(&open(segment)?, segment, stretch.offset, &mut bytes)?;
        let problem = |at: usize, link: Option<Link>, kind| {
            let behind = link.map_or(before, |link| link.next_sequence);
            damaged(segment, stretch.offset.saturating_add(at as u64), behind.saturating_sub(1), kind)
        };
        let Some(frames) = split(&bytes) else { return Err(problem(0, *link, ProblemKind::Unreadable)) };
        for (front, place) in frames.into_iter().rev() {
            let is_wanted = if front.is_closing { link.is_some() } else { front.first_sequence < before };
            if !is_wanted {
                continue;
            }
            let at = place.start;
            let Some(frame) = self.true_frame(bytes.get(place).unwrap_or_default()) else {
                return Err(problem(at, *link, ProblemKind::EditedFrame));
            };
            let is_linked = match link {
                Some(link) => (link.next_sequence, link.mac) == (frame.next_sequence(), frame.mac),
                // The first that is looked at has to reach up to where the look begins.
                None => frame.next_sequence() >= before,
            };
            if !is_linked {
                return Err(problem(at, *link, ProblemKind::BrokenLink));
            }
            *link = Some(Link { next_sequence: frame.front.first_sequence, mac: frame.front.previous });
            let records: Vec<Record<'_>> = frame.records().collect();
            if let ControlFlow::Break(ended) = visitor(&records) {
                return Ok(ControlFlow::Break(ended));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Holds the segment's header against the frame behind it, and says what the segment before must end with.
    pub(crate) fn pass_header(&self, segment: &SegmentFile, link: &mut Option<Link>) -> Result<(), LogError> {
        let mut bytes = [0; HEADER_BYTES];
        read_at(&open(segment)?, segment, 0, &mut bytes)?;
        let problem = |kind| damaged(segment, 0, segment.first_sequence, kind);
        let shared = &self.log.shared;
        let (header, mac) = Header::read(&bytes, &shared.key).ok_or_else(|| problem(ProblemKind::HeaderDamaged))?;
        let Header { log_id, first_sequence, previous } = header;
        if log_id != shared.log_id {
            return Err(problem(ProblemKind::WrongLog));
        }
        if first_sequence != segment.first_sequence {
            return Err(problem(ProblemKind::WrongName { first_sequence }));
        }
        if link.is_some_and(|link| (link.next_sequence, link.mac) != (first_sequence, mac)) {
            return Err(problem(ProblemKind::BrokenLink));
        }
        *link = Some(Link { next_sequence: first_sequence, mac: previous });
        Ok(())
    }

    fn true_frame<'a>(&self, bytes: &'a [u8]) -> Option<Frame<'a>> {
        match read_frame(bytes) {
            Found::Frame(frame) if frame.len() == bytes.len() && frame.verifies(&self.log.shared.key) => Some(frame),
            _ => None,
        }
    }
}

impl Standing {
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    fn until(&self, segment: &SegmentFile) -> Until {
        let is_closed = self.segments.last().is_some_and(|last| last.first_sequence > segment.first_sequence);
        Until { head: self.head, is_closed }
    }

    /// The segments that have records before this sequence, the newest first.
    pub(crate) fn segments_before(&self, before: u64) -> impl Iterator<Item = &SegmentFile> {
        self.segments.iter().rev().filter(move |segment| segment.first_sequence < before)
    }
}

impl Survey {
    fn begin(segment: &SegmentFile) -> Self {
        let end = HEADER_BYTES as u64;
        Self { stretches: Vec::new(), end, next_sequence: segment.first_sequence, is_closed: false }
    }

    fn is_to_go_on(&self, until: &Until) -> bool {
        !self.is_closed && (self.next_sequence <= until.head || until.is_closed)
    }

    fn go_on(&mut self, segment: &SegmentFile, until: &Until, stretch_bytes: u64) -> Result<(), LogError> {
        let file = open(segment)?;
        let (mut window, mut begins) = (Vec::new(), self.end);
        while self.is_to_go_on(until) {
            let mut front = front_at(&window, self.end.saturating_sub(begins));
            if front.is_none() {
                begins = self.end;
                read_up_to(&file, segment, begins, stretch_bytes.max(FRONT_BYTES as u64), &mut window)?;
                front = front_at(&window, 0);
            }
            let problem = |kind| damaged(segment, self.end, self.next_sequence, kind);
            let front = front.ok_or_else(|| problem(ProblemKind::Unreadable))?;
            if front.first_sequence != self.next_sequence {
                return Err(problem(ProblemKind::Gap { found: front.first_sequence }));
            }
            self.add(&front, stretch_bytes);
            self.is_closed = front.is_closing;
        }
        Ok(())
    }

    fn add(&mut self, front: &FrontBytes, stretch_bytes: u64) {
        let bytes = front.frame_bytes as u64;
        match self.stretches.last_mut() {
            Some(stretch) if stretch.bytes.saturating_add(bytes) <= stretch_bytes => stretch.bytes += bytes,
            _ => self.stretches.push(Stretch { offset: self.end, bytes, first_sequence: front.first_sequence }),
        }
        self.end = self.end.saturating_add(bytes);
        self.next_sequence = front.first_sequence.saturating_add(front.record_count.into());
    }
}

fn front_at(window: &[u8], at: u64) -> Option<FrontBytes> {
    FrontBytes::read(window.get(usize::try_from(at).ok()?..)?)
}

/// Where each frame of a stretch stands.
fn split(bytes: &[u8]) -> Option<Vec<(FrontBytes, Range<usize>)>> {
    let mut frames = Vec::new();
    let mut at = 0_usize;
    while at < bytes.len() {
        let front = FrontBytes::read(bytes.get(at..)?)?;
        let end = at.checked_add(front.frame_bytes).filter(|end| *end <= bytes.len())?;
        frames.push((front, at..end));
        at = end;
    }
    Some(frames)
}

fn open(segment: &SegmentFile) -> Result<File, LogError> {
    File::open(&segment.path).map_err(LogError::io("open", &segment.path))
}

fn read_at(file: &File, segment: &SegmentFile, offset: u64, bytes: &mut [u8]) -> Result<(), LogError> {
    file.read_exact_at(bytes, offset).map_err(|cause| match cause.kind() {
        io::ErrorKind::UnexpectedEof => damaged(segment, offset, segment.first_sequence, ProblemKind::Unreadable),
        _ => LogError::io("read", &segment.path)(cause),
    })
}

/// A window's worth, or as much as there is.
fn read_up_to(
    file: &File,
    segment: &SegmentFile,
    offset: u64,
    bytes_max: u64,
    window: &mut Vec<u8>,
) -> Result<(), LogError> {
    let size = file.metadata().map_err(LogError::io("read", &segment.path))?.len();
    let bytes = size.saturating_sub(offset).min(bytes_max);
    window.resize(usize::try_from(bytes).unwrap_or(0), 0);
    read_at(file, segment, offset, window)
}

fn damaged(segment: &SegmentFile, offset: u64, sequence: u64, kind: ProblemKind) -> LogError {
    LogError::Damaged(Problem { segment: segment.name(), offset, sequence, kind })
}
