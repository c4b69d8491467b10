//! The node log: one append-only chain of records, in segment files that are laid out before they are needed.
//!
//! The caller's own thread appends: under a short mutex it computes one MAC and makes one positional write into space
//! that exists already. No other thread is involved and nothing is allocated, so an answer that waits for its record
//! waits a few microseconds. From then on the record is with the operating system and outlives the process. A thread
//! of the log brings what was appended to the disk, soon after it was appended ([`LogSettings::sync_interval`]) or as
//! fast as the disk can while somebody awaits [`NodeLog::synced`]. Another keeps one empty segment ready.
//!
//! The log knows nothing of what a record means: bytes in, bytes out.
//!
//! # Format, version 1
//!
//! All integers are little endian. A MAC is HMAC-SHA256 under the log's key. A log is a folder of segments,
//! `segment-<first sequence, 20 digits>.log`; records are numbered from 1 and the numbers have no gaps. A segment is
//! one header, then frames, then zeros.
//!
//! | header, at | bytes | |
//! |---|---|---|
//! | 0 | 8 | `KWTRAIL` and a line feed |
//! | 8 | 4 | format version, 1 |
//! | 12 | 16 | log id |
//! | 28 | 8 | sequence of the segment's first record |
//! | 36 | 32 | MAC of the closing frame of the segment before; zeros in the first |
//! | 68 | 32 | MAC over bytes 0 to 67 |
//!
//! | frame, at | bytes | |
//! |---|---|---|
//! | 0 | 1 | kind: 1 records, 2 closing; 0 is where the frames end |
//! | 1 | 1 | format version, 1 |
//! | 2 | 8 | sequence of the frame's first record; in a closing frame that of the next segment's first |
//! | 10 | 8 | sequence that was known to be on the disk when this frame was written |
//! | 18 | 4 | number of records; 0 in a closing frame |
//! | 22 | 4 | bytes of payload, n |
//! | 26 | 32 | MAC of the frame before, or of the header |
//! | 58 | n | each record: its length in 4 bytes, then its bytes |
//! | 58 + n | 32 | MAC over bytes 0 to 57 + n |
//!
//! # What the chain shows, and what it cannot
//!
//! Without the key no frame can be made or changed; a frame that was removed, moved or repeated breaks the sequence
//! and the link to the MAC before it; a whole segment that is missing breaks the same two; a sealed segment that lost
//! its tail has no closing frame. What no chain can show by itself is that its newest part was cut away. For this the
//! caller keeps [`Head`]s elsewhere and hands them to [`verify`].
//!
//! # What a crash can do, and what recovery may cut
//!
//! A killed process leaves at most one frame half written. A power cut may lose any page that was not synced, also
//! pages before others that survived. Each frame therefore says what was on the disk when it was written.
//!
//! INVARIANT (nothing synced is cut): recovery cuts the log at the first damage, unless a later frame that verifies
//! says that the damaged place had been synced. Then a crash cannot be the cause; the damage stays where it is for
//! [`verify`] to find, and the log goes on behind its last frame. What is cut is set aside in a file of its own.
//!
//! INVARIANT (two segments unsynced at most): a segment begins only after the header of the one before it was synced,
//! and everything older. So recovery reads two segments, however long the log is.

mod append;
mod back;
mod error;
mod faults;
mod format;
mod health;
mod node_log;
mod read;
mod recovery;
mod segment;
mod spare;
mod sync;
mod verify;
mod walk;

pub(crate) use back::BackReader;
pub use error::{LogError, Problem, ProblemKind};
pub use format::{Head, LogKey, Position, Record};
pub use node_log::{LogSettings, NodeLog};
pub use read::read_from;
pub use recovery::Recovered;
pub(crate) use segment::SegmentFile;
pub use sync::Synced;
pub use verify::{Expected, VerifyReport, verify};

#[cfg(test)]
mod tests;
