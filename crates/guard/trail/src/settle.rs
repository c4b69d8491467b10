//! Telling the store, now and then, what the log holds durably: pending records may go, and the log's head is noted.

use std::{sync::Arc, thread, time::Duration};

use contract::{LogHead, Note};
use parking_lot::{Condvar, Mutex};

use crate::{
    log::NodeLog,
    recorder::{Shared, Sink},
};

const EVERY: Duration = Duration::from_millis(500);

pub(crate) struct Settler {
    stopping: Arc<Stopping>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

#[derive(Default)]
struct Stopping {
    is_stopping: Mutex<bool>,
    changed: Condvar,
}

impl Settler {
    pub(crate) fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let stopping = Arc::new(Stopping::default());
        let waits = Arc::clone(&stopping);
        let builder = thread::Builder::new().name("trail-settler".to_owned());
        let thread = builder.spawn(move || {
            let mut noted = 0;
            while !waits.wait() {
                settle(&shared, &mut noted);
            }
            settle(&shared, &mut noted);
        })?;
        Ok(Self { stopping, thread: Mutex::new(Some(thread)) })
    }

    /// Settles once more and ends the thread.
    pub(crate) fn stop(&self) {
        *self.stopping.is_stopping.lock() = true;
        self.stopping.changed.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // A settler that panicked has nothing left to settle: what is pending is settled at the next start.
            let _ = thread.join();
        }
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Stopping {
    /// Waits for the next turn; true when it is the last.
    fn wait(&self) -> bool {
        let mut is_stopping = self.is_stopping.lock();
        if !*is_stopping {
            self.changed.wait_for(&mut is_stopping, EVERY);
        }
        *is_stopping
    }
}

fn settle(shared: &Shared, noted: &mut u64) {
    match &shared.sink {
        Sink::Log(log) => settle_log(shared, log, noted),
        #[cfg(feature = "null-sink")]
        Sink::Null => {}
    }
}

fn settle_log(shared: &Shared, log: &NodeLog, noted: &mut u64) {
    append_late(shared);
    // The head first: what is synced afterwards includes it.
    let head = log.head();
    if head.sequence == *noted && shared.appended.lock().is_empty() {
        return;
    }
    let Ok(durable) = log.sync_now() else { return };
    let mut tickets = Vec::new();
    shared.appended.lock().retain(|(ticket, position)| {
        let is_durable = *position <= durable;
        if is_durable {
            tickets.push(*ticket);
        }
        !is_durable
    });
    if !tickets.is_empty() {
        shared.store.note(Note::Recorded { tickets });
    }
    if head.sequence != *noted && head.sequence <= durable.sequence() {
        *noted = head.sequence;
        shared.store.note(Note::LogHead(LogHead { log_id: shared.log_id, sequence: head.sequence, mac: head.mac }));
    }
}

/// What the log would not take before. The store has it, so nothing is lost meanwhile.
fn append_late(shared: &Shared) {
    let late = std::mem::take(&mut *shared.late.lock());
    let mut still_late = late.into_iter().skip_while(|(ticket, entry)| shared.append_committed(*ticket, entry).is_ok());
    shared.late.lock().extend(still_late.by_ref());
}
