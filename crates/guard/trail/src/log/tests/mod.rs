//! Stories of whole logs. What concerns one file alone is tested in that file.

mod appending;
mod crashes;
mod syncing;
mod tampering;
mod trouble;

use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::format::{Front, Header, Kind, write_frame};
use super::segment::segments;
use super::{Expected, LogError, LogKey, LogSettings, NodeLog, Recovered, VerifyReport, read_from, verify};

const LOG_ID: [u8; 16] = *b"the log of tests";
/// Longer than any test: nothing is synced unless the test asks for it, or a segment is sealed.
const NEVER: Duration = Duration::from_secs(3600);

fn key() -> LogKey {
    LogKey::new(&[42; 32])
}

/// A folder with a log in it, and what its owner does there.
struct House {
    folder: TempDir,
    settings: LogSettings,
}

impl House {
    fn with_segments_of(segment_bytes: u64) -> Self {
        let settings = LogSettings { segment_bytes, sync_interval: Duration::from_millis(2) };
        Self { folder: tempfile::tempdir().unwrap(), settings }
    }

    fn that_syncs_when_asked(segment_bytes: u64) -> Self {
        let mut house = Self::with_segments_of(segment_bytes);
        house.settings.sync_interval = NEVER;
        house
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn try_open(&self) -> Result<Opened, LogError> {
        let mut newest = Vec::new();
        let (log, recovered) = NodeLog::open(self.path(), &key(), LOG_ID, self.settings.clone(), |record| {
            newest.push((record.sequence, record.bytes.to_vec()));
        })?;
        Ok(Opened { log, recovered, newest })
    }

    fn open(&self) -> Opened {
        self.try_open().unwrap()
    }

    fn log(&self) -> Arc<NodeLog> {
        self.open().log
    }

    fn records(&self) -> Vec<(u64, Vec<u8>)> {
        self.records_from(1).unwrap()
    }

    fn records_from(&self, first_sequence: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        let mut records = Vec::new();
        read_from(self.path(), &key(), first_sequence, |record| {
            records.push((record.sequence, record.bytes.to_vec()));
            ControlFlow::Continue(())
        })?;
        Ok(records)
    }

    fn verify(&self) -> VerifyReport {
        let expected = Expected { log_id: LOG_ID, first_sequence: 1, heads: &[] };
        verify(self.path(), &key(), &expected).unwrap()
    }

    fn segments(&self) -> Vec<PathBuf> {
        segments(self.path()).unwrap().into_iter().map(|segment| segment.path).collect()
    }

    /// What was moved out of the log, by name.
    fn set_aside(&self) -> Vec<String> {
        let names = self.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("set-aside")).collect()
    }
}

struct Opened {
    log: Arc<NodeLog>,
    recovered: Recovered,
    /// What the visitor saw.
    newest: Vec<(u64, Vec<u8>)>,
}

/// Records that differ from each other in content and length.
fn numbered(from: u64, to: u64) -> Vec<(u64, Vec<u8>)> {
    (from..=to).map(|sequence| (sequence, text(sequence).into_bytes())).collect()
}

fn text(sequence: u64) -> String {
    format!("record {sequence} {}", "x".repeat(usize::try_from(sequence % 7).unwrap()))
}

fn append_numbered(log: &NodeLog, from: u64, to: u64) {
    for sequence in from..=to {
        assert_eq!(log.append(&[text(sequence).as_bytes()]).unwrap().sequence(), sequence);
    }
}

/// A log written frame by frame, each with one record, all of which say that this much had been synced. Returns for
/// each segment where its frames begin, and where they end.
fn write_log(folder: &Path, segment_bytes: usize, records: &[u64], synced_sequence: u64) -> Vec<Vec<usize>> {
    let (mut sequence, mut previous) = (1, [0; 32]);
    let mut layout = Vec::new();
    for (index, count) in records.iter().enumerate() {
        let (header, mac) = Header { log_id: LOG_ID, first_sequence: sequence, previous }.write(&key());
        let mut segment = header.to_vec();
        let path = folder.join(format!("segment-{sequence:020}.log"));
        previous = mac;
        let mut offsets = vec![segment.len()];
        let mut frame = Vec::new();
        let mut add = |kind, sequence, records: &[&[u8]]| {
            let front = Front { kind, first_sequence: sequence, synced_sequence, previous };
            previous = write_frame(&mut frame, &key(), &front, records).unwrap();
            segment.extend(&frame);
            offsets.push(segment.len());
        };
        for _ in 0..*count {
            add(Kind::Records, sequence, &[text(sequence).as_bytes()]);
            sequence += 1;
        }
        if index + 1 < records.len() {
            add(Kind::Closing, sequence, &[]);
        }
        assert!(segment.len() <= segment_bytes);
        segment.resize(segment_bytes, 0);
        std::fs::write(path, segment).unwrap();
        layout.push(offsets);
    }
    layout
}

fn overwrite(path: &Path, offset: usize, bytes: &[u8]) {
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, offset as u64).unwrap();
}

/// Waits for what another thread will do; a test that waits in vain fails.
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < until, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
