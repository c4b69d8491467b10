//! Finds the end of a log that exists, and cuts what a crash left unfinished.

use std::path::PathBuf;

use super::append::Active;
use super::format::{Found, HEADER_BYTES, Header, LogKey, Mac, read_frame};
use super::segment::{Folder, SegmentFile, segments, set_aside, set_bytes_aside, used, write_zeros};
use super::walk::{Due, Met, Walk};
use super::{Head, LogError, Problem, ProblemKind, Record};

/// What opening a log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub head: Head,
    /// Bytes that were cut from the end: records that were never whole, or never synced before the power went.
    pub torn_bytes: u64,
    /// Where the bytes are now that were cut.
    pub set_aside: Vec<PathBuf>,
    /// What no crash explains, in the newest two segments and in the headers of all. It was left as it is.
    pub problems: Vec<Problem>,
}

impl Recovered {
    pub(super) fn nothing(head: Head) -> Self {
        Self { head, torn_bytes: 0, set_aside: Vec::new(), problems: Vec::new() }
    }

    fn tell(&self, folder: &Folder) {
        let folder = folder.path().display();
        if self.torn_bytes > 0 {
            let (torn_bytes, set_aside) = (self.torn_bytes, &self.set_aside);
            tracing::warn!(%folder, torn_bytes, ?set_aside, "the node log had an unfinished end, which was cut");
        }
        for problem in &self.problems {
            tracing::error!(%folder, %problem, "the node log is damaged in a way that no crash explains");
        }
    }
}

/// Where the log goes on.
pub(super) struct End {
    pub(super) active: Active,
    pub(super) sequence: u64,
    pub(super) mac: Mac,
}

/// None if there is no log yet.
pub(super) fn recover(
    folder: &Folder,
    key: &LogKey,
    log_id: &[u8; 16],
    mut newest: impl FnMut(Record<'_>),
) -> Result<Option<(End, Recovered)>, LogError> {
    let all = segments(folder.path())?;
    if all.is_empty() {
        return Ok(None);
    }
    let (older, newest_two) = all.split_at(all.len().saturating_sub(2));

    let mut survey = Survey::new(key, log_id);
    for segment in &all {
        segment.close_to_others()?;
    }
    for segment in older {
        survey.check_header(segment)?;
    }
    for segment in newest_two {
        survey.walk(segment)?;
    }
    let Survey { surveyed, stand, doubt, problems, .. } = survey;
    let end = doubt.map(|doubt| doubt.stand).or(stand).and_then(|stand| Some((stand, surveyed.get(stand.index)?)));
    // Without one place that verifies there is nothing to go on from, and it may be the key that is wrong.
    let Some((stand, active)) = end else {
        let told = problems.into_iter().next();
        return Err(told.map_or(LogError::WrongLog(folder.path().to_owned()), LogError::Damaged));
    };

    for (index, Surveyed { bytes, frames, .. }) in surveyed.iter().enumerate().take(stand.index + 1) {
        for offset in frames.iter().filter(|offset| index < stand.index || **offset < stand.offset) {
            if let Found::Frame(frame) = read_frame(bytes.get(*offset..).unwrap_or_default()) {
                frame.records().for_each(&mut newest);
            }
        }
    }
    let head = Head { sequence: stand.next_sequence.saturating_sub(1), mac: stand.mac };
    let mut recovered = Recovered { problems, ..Recovered::nothing(head) };
    for Surveyed { segment, bytes, .. } in surveyed.iter().skip(stand.index + 1) {
        recovered.torn_bytes += used(bytes).len() as u64;
        recovered.set_aside.push(set_aside(segment)?);
    }
    for Surveyed { segment, .. } in surveyed.iter().take(stand.index) {
        let file = segment.open_to_write()?;
        file.sync_data().map_err(LogError::io("sync", &segment.path))?;
    }
    let active = end_at(active, &stand, &mut recovered)?;
    folder.sync()?;
    recovered.tell(folder);
    Ok(Some((End { active, sequence: head.sequence, mac: head.mac }, recovered)))
}

/// Makes the stand the end of its segment, and the segment durable.
fn end_at(survey: &Surveyed<'_>, stand: &Stand, recovered: &mut Recovered) -> Result<Active, LogError> {
    let Surveyed { segment, bytes, .. } = survey;
    let file = segment.open_to_write()?;
    let offset = stand.offset as u64;
    let torn = used(bytes.get(stand.offset..).unwrap_or_default());
    if !torn.is_empty() && !stand.closed {
        recovered.torn_bytes += torn.len() as u64;
        recovered.set_aside.push(set_bytes_aside(segment, offset, torn)?);
        write_zeros(&file, offset, offset + torn.len() as u64).map_err(LogError::io("cut", &segment.path))?;
    }
    file.sync_data().map_err(LogError::io("sync", &segment.path))?;
    Ok(Active::resume(file, offset, bytes.len() as u64, stand.closed))
}

/// The newest segments, as far as they were looked at.
struct Survey<'a> {
    key: &'a LogKey,
    log_id: &'a [u8; 16],
    surveyed: Vec<Surveyed<'a>>,
    /// Behind the newest frame that verifies.
    stand: Option<Stand>,
    doubt: Option<Doubt>,
    problems: Vec<Problem>,
}

struct Surveyed<'a> {
    segment: &'a SegmentFile,
    bytes: Vec<u8>,
    /// Where the true frames are.
    frames: Vec<usize>,
}

/// A place where the log could go on.
#[derive(Clone, Copy)]
struct Stand {
    /// In `surveyed`.
    index: usize,
    offset: usize,
    closed: bool,
    mac: Mac,
    next_sequence: u64,
}

/// Damage that may come from a crash: nothing was seen so far that says this place had been synced.
struct Doubt {
    /// Where the log is cut if it stays so. What should stand at the damaged place follows from it.
    stand: Stand,
    problems: Vec<Problem>,
}

impl<'a> Survey<'a> {
    fn new(key: &'a LogKey, log_id: &'a [u8; 16]) -> Self {
        Self { key, log_id, surveyed: Vec::new(), stand: None, doubt: None, problems: Vec::new() }
    }

    /// Of a segment that is neither active nor the one before: it was synced long ago.
    fn check_header(&mut self, segment: &SegmentFile) -> Result<(), LogError> {
        let bytes = segment.read_up_to(HEADER_BYTES as u64)?;
        let kind = match Header::read(&bytes, self.key) {
            None => ProblemKind::HeaderDamaged,
            Some((header, _)) if header.log_id != *self.log_id => ProblemKind::WrongLog,
            Some((header, _)) if header.first_sequence != segment.first_sequence => {
                ProblemKind::WrongName { first_sequence: header.first_sequence }
            }
            Some(_) => return Ok(()),
        };
        self.problems.push(Problem { segment: segment.name(), offset: 0, sequence: segment.first_sequence, kind });
        Ok(())
    }

    fn walk(&mut self, segment: &'a SegmentFile) -> Result<(), LogError> {
        let bytes = segment.read()?;
        let index = self.surveyed.len();
        let due = self.begin_segment(segment, &bytes, index)?;
        let mut frames = Vec::new();
        let mut walk = Walk::new(self.key, &bytes, due);
        loop {
            let sequence = walk.due.sequence;
            let Some(met) = walk.next() else { break };
            match met {
                Met::Frame { offset, frame, problem } => {
                    if let Some(kind) = problem {
                        self.doubt(segment, offset, sequence, kind);
                    }
                    self.believe(frame.front.synced_sequence);
                    self.stand = Some(Stand {
                        index,
                        offset: offset + frame.len(),
                        closed: walk.closed,
                        mac: frame.mac,
                        // No number is given twice, not even behind frames that were moved.
                        next_sequence: sequence.max(frame.next_sequence()),
                    });
                    frames.push(offset);
                }
                Met::Damage { offset, problem } => self.doubt(segment, offset, sequence, problem),
                Met::End { torn: 0, .. } => {}
                Met::End { offset, .. } if walk.closed => {
                    self.note(segment, offset, sequence, ProblemKind::AfterClosing);
                }
                Met::End { offset, .. } => self.doubt(segment, offset, sequence, ProblemKind::TornTail),
            }
        }
        self.surveyed.push(Surveyed { segment, bytes, frames });
        Ok(())
    }

    /// What is due behind the segment's header.
    fn begin_segment(&mut self, segment: &SegmentFile, bytes: &[u8], index: usize) -> Result<Due, LogError> {
        let due = self.stand.map(|stand| {
            if !stand.closed {
                self.doubt(segment, 0, stand.next_sequence, ProblemKind::NotClosed);
            }
            Due::after(stand.mac, stand.next_sequence)
        });
        let sequence = due.map_or(segment.first_sequence, |due| due.sequence);
        let Some((header, mac)) = Header::read(bytes, self.key) else {
            self.doubt(segment, 0, sequence, ProblemKind::HeaderDamaged);
            return Ok(Due { sequence, previous: None, exact: false });
        };
        if header.log_id != *self.log_id {
            return Err(LogError::WrongLog(segment.path.clone()));
        }
        let first_sequence = header.first_sequence;
        if first_sequence != segment.first_sequence {
            self.note(segment, 0, sequence, ProblemKind::WrongName { first_sequence });
        }
        if let Some(kind) = due.and_then(|due| due.refuses(first_sequence, &header.previous)) {
            self.doubt(segment, 0, sequence, kind);
        }
        let next_sequence = sequence.max(first_sequence);
        self.stand = Some(Stand { index, offset: HEADER_BYTES, closed: false, mac, next_sequence });
        Ok(Due::after(mac, first_sequence))
    }

    /// Damage where the log may have to be cut. Before anything verified there is no crash to blame: the header of
    /// the first segment that is looked at was synced before there was another, or before the log was first opened.
    fn doubt(&mut self, segment: &SegmentFile, offset: usize, sequence: u64, kind: ProblemKind) {
        match (&mut self.doubt, self.stand) {
            (Some(doubt), _) => doubt.problems.push(problem(segment, offset, sequence, kind)),
            (None, Some(stand)) => {
                self.doubt = Some(Doubt { stand, problems: vec![problem(segment, offset, sequence, kind)] });
            }
            (None, None) => self.note(segment, offset, sequence, kind),
        }
    }

    /// A frame that verifies says that everything up to here had been synced (INVARIANT: nothing synced is cut).
    fn believe(&mut self, synced_sequence: u64) {
        if let Some(doubt) = self.doubt.take_if(|doubt| doubt.stand.next_sequence <= synced_sequence) {
            self.problems.extend(doubt.problems);
        }
    }

    fn note(&mut self, segment: &SegmentFile, offset: usize, sequence: u64, kind: ProblemKind) {
        self.problems.push(problem(segment, offset, sequence, kind));
    }
}

fn problem(segment: &SegmentFile, offset: usize, sequence: u64, kind: ProblemKind) -> Problem {
    Problem { segment: segment.name(), offset: offset as u64, sequence, kind }
}
