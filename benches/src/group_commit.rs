//! The floor of durable writes: blocking writers hand 1 KB records to one committer, which appends all that wait and
//! syncs once. Two buffers, so that the next batch gathers while the last is on its way to the disk.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parking_lot::{Condvar, Mutex};

use crate::histogram::Histogram;

pub struct GroupCommit {
    file: File,
}

pub struct Committed {
    pub records: u64,
    pub batches: u64,
    pub elapsed: Duration,
    pub latency: Histogram,
}

const RECORD_BYTES: usize = 1024;
const FILE_BYTES: u64 = 128 * 1024 * 1024;

impl GroupCommit {
    /// Preallocates with zeros: a sync then need not commit the file's new length, which triples the rate.
    pub fn create(path: &Path) -> Result<Self> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        let zeros = vec![0_u8; 1024 * 1024];
        for _ in 0..FILE_BYTES / zeros.len() as u64 {
            file.write_all(&zeros)?;
        }
        file.sync_all()?;
        Ok(Self { file })
    }

    pub fn run(&self, writers: usize, duration: Duration) -> Result<Committed> {
        let desk = Desk::default();
        let start = Instant::now();
        let (committed, latencies) = thread::scope(|scope| {
            let committer = scope.spawn(|| desk.commit_until_stopped(&self.file));
            let writers: Vec<_> = (0..writers).map(|_| scope.spawn(|| desk.write_until(start + duration))).collect();
            let latencies: Vec<Histogram> = writers.into_iter().filter_map(|writer| writer.join().ok()).collect();
            desk.stop();
            (committer.join(), latencies)
        });
        let elapsed = start.elapsed();
        let (records, batches) = committed.ok().context("the committer panicked")??;
        let mut latency = Histogram::default();
        for one in &latencies {
            latency.merge(one);
        }
        Ok(Committed { records, batches, elapsed, latency })
    }
}

/// Where writers leave records and wait for the batch that carries them.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    work: Condvar,
    /// Writers of even and of odd batches wait apart, so that a sync wakes only those it served.
    synced: [Condvar; 2],
    stopped: AtomicBool,
}

#[derive(Default)]
struct State {
    gathering: Vec<u8>,
    /// Number of the batch that gathers; all before it are taken.
    batch: u64,
    synced_batches: u64,
    committer_waits: bool,
    failed: bool,
}

impl Desk {
    fn write_until(&self, deadline: Instant) -> Histogram {
        let record = [0x6b_u8; RECORD_BYTES];
        let mut latency = Histogram::default();
        loop {
            let started = Instant::now();
            if started >= deadline || !self.write(&record) {
                return latency;
            }
            latency.record(started.elapsed());
        }
    }

    /// Returns when the record is on the disk; false when it cannot be.
    fn write(&self, record: &[u8]) -> bool {
        let mut state = self.state.lock();
        state.gathering.extend_from_slice(record);
        let batch = state.batch;
        if state.committer_waits {
            state.committer_waits = false;
            self.work.notify_one();
        }
        let [even, odd] = &self.synced;
        let synced = if batch.is_multiple_of(2) { even } else { odd };
        while state.synced_batches <= batch && !state.failed {
            synced.wait(&mut state);
        }
        !state.failed
    }

    fn commit_until_stopped(&self, file: &File) -> Result<(u64, u64)> {
        let (mut records, mut batches, mut offset) = (0, 0, 0);
        let mut taken = Vec::new();
        while self.take(&mut taken) {
            let length = taken.len() as u64;
            if offset + length > FILE_BYTES {
                offset = 0;
            }
            let outcome = file.write_all_at(&taken, offset).and_then(|()| file.sync_data());
            offset += length;
            self.settle(outcome.is_err());
            outcome?;
            records += length / RECORD_BYTES as u64;
            batches += 1;
        }
        Ok((records, batches))
    }

    /// Swaps the full buffer for the empty one; false when nothing more will come.
    fn take(&self, taken: &mut Vec<u8>) -> bool {
        let mut state = self.state.lock();
        while state.gathering.is_empty() {
            if self.stopped.load(Ordering::Relaxed) {
                return false;
            }
            state.committer_waits = true;
            self.work.wait(&mut state);
        }
        taken.clear();
        std::mem::swap(taken, &mut state.gathering);
        state.batch += 1;
        true
    }

    fn settle(&self, failed: bool) {
        let mut state = self.state.lock();
        let settled = state.synced_batches;
        state.synced_batches += 1;
        state.failed |= failed;
        let all_failed = state.failed;
        drop(state);
        let [even, odd] = &self.synced;
        if settled.is_multiple_of(2) || all_failed {
            even.notify_all();
        }
        if !settled.is_multiple_of(2) || all_failed {
            odd.notify_all();
        }
    }

    fn stop(&self) {
        let state = self.state.lock();
        self.stopped.store(true, Ordering::Relaxed);
        drop(state);
        self.work.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_a_writer_was_told_of_was_committed() {
        let path = std::env::temp_dir().join(format!("keepwell-group-commit-{}", std::process::id()));
        let control = GroupCommit::create(&path).unwrap();
        let committed = control.run(4, Duration::from_millis(50)).unwrap();
        std::fs::remove_file(&path).unwrap();

        let told: u64 = committed.latency.count();
        assert!(told > 0);
        assert_eq!(committed.records, told);
        assert!(committed.batches <= committed.records);
    }
}
