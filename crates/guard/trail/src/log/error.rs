//! What can go wrong with a log: while it is used ([`LogError`]) and with what lies on the disk ([`Problem`]).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The caller's records are larger than a segment. Nothing was written; the log is well.
    #[error("records of {bytes} bytes do not fit in one segment of the log, which holds {limit}")]
    TooLarge { bytes: u64, limit: u64 },
    /// The active segment is full and there is no room on the disk for the next. Mends itself once there is.
    #[error("the log is full: the disk has no room for its next segment")]
    Full,
    /// The disk refused a write; the cause was logged. Mends itself when the disk accepts writes again.
    #[error("the log cannot be written")]
    Write,
    /// The disk failed to sync. What it holds is unknown from then on (Linux marks the pages clean and reports success
    /// the next time), so only opening the log again, which reads what is there, can mend this.
    #[error("the log could not be synced to the disk; it has to be opened again")]
    Sync,
    #[error("the log is closed")]
    Closed,
    /// The position awaited was never appended to this log.
    #[error("nothing was appended at this position")]
    NotAppended,
    #[error("another process has the log in `{}` open", .0.display())]
    InUse(PathBuf),
    #[error("`{}` holds another log", .0.display())]
    WrongLog(PathBuf),
    /// What lies on the disk does not verify: edited, damaged, or made under another key.
    #[error("the log is damaged, or belongs to another key: {0}")]
    Damaged(Problem),
    #[error("segments of {0} bytes are not possible")]
    SegmentBytes(u64),
    #[error("cannot {doing} `{}`", .path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl LogError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// One thing that is wrong with a log on the disk, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub segment: String,
    pub offset: u64,
    /// The sequence that should stand here.
    pub sequence: u64,
    pub kind: ProblemKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The segment's header is not what was written.
    HeaderDamaged,
    /// The segment is a true one, of another log.
    WrongLog,
    /// The segment is a true one under another's name.
    WrongName { first_sequence: u64 },
    /// There is no segment at all.
    NoLog,
    /// The log should begin earlier than its first segment does.
    BeginsLate { first_sequence: u64 },
    /// Whole segments are missing before this one.
    MissingSegment { first_sequence: u64 },
    /// The frame is not what was written.
    EditedFrame,
    /// Bytes that are no frame, followed by frames again.
    Unreadable,
    /// Records are missing before this frame.
    Gap { found: u64 },
    /// A frame that belongs further up.
    OutOfOrder { found: u64 },
    /// The frame or header does not follow the one before it, though its number does.
    BrokenLink,
    /// The segment has a successor and yet no closing frame: its tail was cut.
    NotClosed,
    /// Something stands behind the closing frame.
    AfterClosing,
    /// The newest bytes of the log are no whole frame: torn by a crash, or edited, or forged.
    TornTail,
    /// A head that was registered elsewhere is not in the log: it was cut before it, or replaced.
    HeadMissing,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, offset, sequence, kind } = self;
        write!(out, "{segment}, byte {offset}, record {sequence}: {kind}")
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderDamaged => write!(out, "the header does not verify"),
            Self::WrongLog => write!(out, "the segment belongs to another log"),
            Self::WrongName { first_sequence } => write!(out, "the segment is the one that begins at {first_sequence}"),
            Self::NoLog => write!(out, "there is no log"),
            Self::BeginsLate { first_sequence } => write!(out, "the log begins only at {first_sequence}"),
            Self::MissingSegment { first_sequence } => {
                write!(out, "a segment is missing: the next begins at {first_sequence}")
            }
            Self::EditedFrame => write!(out, "the frame was changed"),
            Self::Unreadable => write!(out, "these bytes are no frame"),
            Self::Gap { found } => write!(out, "records are missing: the next is {found}"),
            Self::OutOfOrder { found } => write!(out, "out of order: record {found} stands here"),
            Self::BrokenLink => write!(out, "does not follow what stands before it"),
            Self::NotClosed => write!(out, "the segment's tail is missing"),
            Self::AfterClosing => write!(out, "something stands behind the closing frame"),
            Self::TornTail => write!(out, "the last bytes are no whole frame"),
            Self::HeadMissing => write!(out, "the registered head is not in the log"),
        }
    }
}
