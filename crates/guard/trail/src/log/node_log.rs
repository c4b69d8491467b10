//! The log as its owner sees it: opened, appended to, awaited, asked for its health, closed.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::append::{Active, SpareSegment, State};
use super::faults::Faults;
use super::format::{CLOSING_BYTES, FRAME_BYTES_MIN, HEADER_BYTES, Header};
use super::health::{Health, Trouble};
use super::recovery::{self, End};
use super::segment::{Folder, SEGMENT_BYTES_MAX};
use super::sync::{Synced, Syncing, keep_synced};
use super::{Head, LogError, LogKey, Position, Record, Recovered, read, spare};

#[derive(Clone, Debug)]
pub struct LogSettings {
    /// What is laid out on the disk at a time. Segments that exist keep their size.
    pub segment_bytes: u64,
    /// How long an appended record may wait for the disk if nobody awaits it.
    pub sync_interval: Duration,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { segment_bytes: 16 * 1024 * 1024, sync_interval: Duration::from_millis(100) }
    }
}

/// One node's log. Shared by all who record; see the [module](super).
pub struct NodeLog {
    pub(super) shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What callers and the log's two threads have in common.
///
/// Locks are taken in this order: `syncing.turn`, `state`, `syncing.waiting`.
pub(super) struct Shared {
    pub(super) folder: Folder,
    pub(super) key: LogKey,
    pub(super) log_id: [u8; 16],
    pub(super) settings: LogSettings,
    pub(super) state: Mutex<State>,
    /// The spare segment is ready, or cannot be had.
    pub(super) room: Condvar,
    /// There is something for the thread that keeps a spare.
    pub(super) errand: Condvar,
    pub(super) syncing: Syncing,
    pub(super) health: Health,
    pub(super) faults: Faults,
}

impl NodeLog {
    /// Opens the log in this folder, or begins one. Everything that is in the log then is on the disk.
    ///
    /// `newest` sees each record of the newest one or two segments, in order: those are what the log may have that its
    /// owner has not noted elsewhere.
    pub fn open(
        folder: &Path,
        key: &LogKey,
        log_id: [u8; 16],
        settings: LogSettings,
        newest: impl FnMut(Record<'_>),
    ) -> Result<(Arc<Self>, Recovered), LogError> {
        let least = (HEADER_BYTES + FRAME_BYTES_MIN + CLOSING_BYTES) as u64;
        if !(least..=SEGMENT_BYTES_MAX).contains(&settings.segment_bytes) {
            return Err(LogError::SegmentBytes(settings.segment_bytes));
        }
        let folder = Folder::claim(folder)?;
        let faults = Faults::default();
        let (end, recovered) = match recovery::recover(&folder, key, &log_id, newest)? {
            Some(found) => found,
            None => begin(&folder, key, log_id, &settings, &faults)?,
        };
        let shared = Arc::new(Shared {
            folder,
            key: key.clone(),
            log_id,
            settings,
            syncing: Syncing::new(end.sequence),
            state: Mutex::new(State::new(end)),
            room: Condvar::new(),
            errand: Condvar::new(),
            health: Health::default(),
            faults,
        });
        let log = Self { shared: Arc::clone(&shared), threads: Mutex::default() };
        log.start("node-log-sync", keep_synced)?;
        log.start("node-log-spare", spare::keep_a_spare)?;
        Ok((Arc::new(log), recovered))
    }

    fn start(&self, name: &str, work: fn(&Shared)) -> Result<(), LogError> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&shared))
            .map_err(LogError::io("start a thread for", self.shared.folder.path()))?;
        self.threads.lock().push(thread);
        Ok(())
    }

    /// Appends the records, in this order and with nothing between them, as one frame: after a crash all are there or
    /// none. When this returns they are with the operating system; when they are on the disk, [`Self::synced`] tells.
    /// Returns the position of the last.
    ///
    /// Takes microseconds, but waits for the disk if it is behind by a whole segment.
    pub fn append(&self, records: &[&[u8]]) -> Result<Position, LogError> {
        self.shared.append(records)
    }

    /// Completes when everything up to this position is on the disk. All who wait share a sync.
    pub fn synced(&self, position: Position) -> Synced<'_> {
        Synced::new(&self.shared, position)
    }

    /// Brings everything appended so far to the disk, and says up to where that is. Blocks.
    pub fn sync_now(&self) -> Result<Position, LogError> {
        self.shared.sync()
    }

    pub fn head(&self) -> Head {
        self.shared.state.lock().head()
    }

    /// Whether records can be appended now. Costs an atomic load; a log that could not, finds out by itself when it can.
    pub fn health(&self) -> Result<(), LogError> {
        self.shared.health.check()
    }

    /// Whether the next segment is laid out already. If this stays false the disk is full, and the log goes on for
    /// no more than what is left of the active segment.
    pub fn has_room_ahead(&self) -> bool {
        matches!(self.shared.state.lock().spare, SpareSegment::Ready(_))
    }

    /// Reads the records from this sequence to the present head, in order and verified, while others append. Returns
    /// the head of what was read. Blocks.
    pub fn read_from(
        &self,
        first_sequence: u64,
        visitor: impl FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Result<Head, LogError> {
        let until = self.head().sequence;
        read::read_between(self.shared.folder.path(), &self.shared.key, first_sequence, Some(until), visitor)
    }

    /// Syncs, and ends the log's threads. Whoever appends afterwards is refused.
    pub fn close(&self) {
        let mut threads = self.threads.lock();
        {
            // Under the lock, so that no append is under way when the last sync begins.
            let _state = self.shared.state.lock();
            self.shared.health.set(Trouble::Closed);
        }
        self.shared.room.notify_all();
        self.shared.errand.notify_all();
        if threads.is_empty() {
            return;
        }
        if let Err(error) = self.shared.sync() {
            tracing::error!(%error, "the node log could not be synced when it was closed");
        }
        self.shared.syncing.close();
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the node log had panicked");
            }
        }
        self.shared.folder.release();
    }

    #[cfg(test)]
    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Drop for NodeLog {
    fn drop(&mut self) {
        self.close();
    }
}

/// The first segment of a new log, durable when this returns.
fn begin(
    folder: &Folder,
    key: &LogKey,
    log_id: [u8; 16],
    settings: &LogSettings,
    faults: &Faults,
) -> Result<(End, Recovered), LogError> {
    let file = folder.prepare_spare(settings.segment_bytes, faults)?;
    let active = Active::begin(file, settings.segment_bytes);
    let (header, mac) = Header { log_id, first_sequence: 1, previous: [0; 32] }.write(key);
    active
        .write_header(&header)
        .and_then(|()| active.file.sync_data())
        .and_then(|()| folder.name_spare(1))
        .map_err(LogError::io("begin a log in", folder.path()))?;
    folder.sync()?;
    let end = End { active, sequence: 0, mac };
    Ok((end, Recovered::nothing(Head { sequence: 0, mac })))
}
