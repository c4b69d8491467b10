//! What an environment takes of the machine, looked at now and then while it runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::Pid;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::output::LineSink;
use super::work::size;
use crate::process_tree::{descendants, memory, nameless_bytes, proportional_bytes};

const LOOK_WHILE_BUSY: Duration = Duration::from_millis(100);
const LOOK_WHILE_IDLE: Duration = Duration::from_secs(2);
/// Every how many looks the temporary folder is measured.
const LOOKS_A_MEASURE: u32 = 5;
/// Files and folders that a function may leave in its temporary folder.
const ENTRIES_MAX: u64 = 200_000;
/// What a runtime may take beyond the function's memory before it is killed.
const MEMORY_ALLOWANCE_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) memory_mib: u32,
    pub(super) storage_mib: u32,
    pub(super) processes: u64,
}

/// An environment that is looked at until this is dropped.
pub(super) struct Watched {
    vitals: Arc<Vitals>,
    watching: AbortHandle,
}

struct Vitals {
    warden: Pid,
    temporary: PathBuf,
    bounds: Bounds,
    peak_bytes: AtomicU64,
    is_busy: AtomicBool,
    became_busy: Notify,
}

impl Watched {
    /// Kills what exceeds its bounds, and says so in the log.
    pub(super) fn begin(
        warden: Pid,
        temporary: PathBuf,
        bounds: Bounds,
        kill: Arc<Notify>,
        sink: Arc<LineSink>,
    ) -> Self {
        let vitals = Arc::new(Vitals {
            warden,
            temporary,
            bounds,
            peak_bytes: AtomicU64::new(0),
            is_busy: AtomicBool::new(true),
            became_busy: Notify::new(),
        });
        let watching = tokio::spawn(watch(Arc::clone(&vitals), kill, sink)).abort_handle();
        Self { vitals, watching }
    }

    pub(super) fn set_busy(&self, is_busy: bool) {
        self.vitals.is_busy.store(is_busy, Ordering::Relaxed);
        if is_busy {
            self.vitals.became_busy.notify_one();
        }
    }

    /// The most that it had in memory so far, now included.
    pub(super) fn peak_bytes(&self) -> u64 {
        self.vitals.look();
        self.vitals.peak_bytes.load(Ordering::Relaxed)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

async fn watch(vitals: Arc<Vitals>, kill: Arc<Notify>, sink: Arc<LineSink>) {
    let mut looks: u32 = 0;
    loop {
        if vitals.is_busy.load(Ordering::Relaxed) {
            tokio::time::sleep(LOOK_WHILE_BUSY).await;
        } else {
            // A function that has become busy is not left alone for long.
            drop(tokio::time::timeout(LOOK_WHILE_IDLE, vitals.became_busy.notified()).await);
        }
        looks = looks.wrapping_add(1);
        let looking = Arc::clone(&vitals);
        let measures = looks.is_multiple_of(LOOKS_A_MEASURE);
        let verdict = tokio::task::spawn_blocking(move || looking.verdict(measures)).await;
        if let Ok(Some(excess)) = verdict {
            sink.say(format!("keepwell ended this environment: {excess}"));
            kill.notify_one();
            return;
        }
    }
}

impl Vitals {
    fn look(&self) -> (Vec<Pid>, u64) {
        let processes = descendants(self.warden);
        let memory = memory(&processes);
        self.peak_bytes.fetch_max(memory.peak_bytes.max(memory.resident_bytes), Ordering::Relaxed);
        (processes, memory.resident_bytes)
    }

    /// In its folder, and in files that it has removed from there or made in memory, and keeps open.
    fn stored_bytes(&self, processes: &[Pid]) -> u64 {
        let named = size(&self.temporary, mib(self.bounds.storage_mib), ENTRIES_MAX);
        named.saturating_add(nameless_bytes(processes))
    }

    /// What it has too much of.
    fn verdict(&self, measures: bool) -> Option<String> {
        let Bounds { memory_mib, storage_mib, processes: processes_max } = self.bounds;
        let (processes, resident_bytes) = self.look();
        let memory_max = mib(memory_mib).saturating_add(MEMORY_ALLOWANCE_BYTES);
        // The exact count takes longer, and is never more.
        if resident_bytes > memory_max && proportional_bytes(&processes) > memory_max {
            return Some(format!("it used more than its {memory_mib} MB of memory"));
        }
        if processes.len() as u64 > processes_max {
            return Some(format!("it had more than {processes_max} processes"));
        }
        if measures && self.stored_bytes(&processes) > mib(storage_mib) {
            return Some(format!("it stored more than its {storage_mib} MB, or too many files"));
        }
        None
    }
}

fn mib(number: u32) -> u64 {
    u64::from(number).saturating_mul(1024 * 1024)
}
