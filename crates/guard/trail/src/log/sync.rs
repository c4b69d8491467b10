//! How appended records reach the disk, and how callers learn of it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::append::SpareSegment;
use super::faults::Step;
use super::health::Trouble;
use super::node_log::Shared;
use super::{LogError, Position};

pub(super) struct Syncing {
    appended: AtomicU64,
    durable: AtomicU64,
    /// Set with the first append after a sync, so that only this one wakes the thread.
    unsynced: AtomicBool,
    /// One sync at a time: what a sync took over, the next may not believe durable before it is. Holds the wakers of
    /// one sweep, to keep their room.
    turn: Mutex<Vec<Waker>>,
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Default)]
struct Waiting {
    waiters: Vec<Waiter>,
    /// A segment was sealed: the next can be laid out only after a sync.
    hurry: bool,
    closed: bool,
}

struct Waiter {
    position: Position,
    waker: Waker,
}

/// The thread that syncs: back to back while somebody waits, and otherwise an interval after the first append.
pub(super) fn keep_synced(shared: &Shared) {
    while shared.syncing.wait_for_work(shared) {
        // A failure is in the log's health, and every waiter was told.
        let _ = shared.sync();
    }
}

impl Shared {
    /// Syncs what is appended now, and wakes all whose records that covers.
    pub(super) fn sync(&self) -> Result<Position, LogError> {
        let mut woken = self.syncing.turn.lock();
        let outcome = self.sync_files();
        if let Err(error) = &outcome
            && self.health.set(Trouble::Sync)
        {
            tracing::error!(%error, "the node log cannot be synced: calls are refused until it is opened again");
            // Taken and left, so that whoever waits for room is either before its look at the health or listening.
            drop(self.state.lock());
            self.room.notify_all();
            self.errand.notify_all();
        }
        self.syncing.sweep(&mut woken, outcome.is_err());
        outcome.map_err(|_| LogError::Sync)
    }

    fn sync_files(&self) -> Result<Position, LogError> {
        if self.health.has(Trouble::Sync) {
            return Err(LogError::Sync);
        }
        // Before the state is looked at: an append that comes later sets it again.
        self.syncing.unsynced.store(false, Ordering::SeqCst);
        let (sealed, active, renamed, position) = {
            let mut state = self.state.lock();
            let sealed = std::mem::take(&mut state.sealed);
            let renamed = std::mem::take(&mut state.renamed);
            (sealed, Arc::clone(&state.active.file), renamed, Position(state.sequence))
        };
        if position > self.syncing.durable() || renamed {
            let failed = LogError::io("sync a segment in", self.folder.path());
            self.faults
                .before(Step::Sync)
                .and_then(|()| sealed.iter().try_for_each(|file| file.sync_data()))
                .and_then(|()| active.sync_data())
                .map_err(failed)?;
        }
        if renamed {
            self.folder.sync()?;
        }
        self.syncing.durable.store(position.sequence(), Ordering::SeqCst);
        self.want_a_spare(&active);
        Ok(position)
    }

    /// The header of the active segment is durable now (INVARIANT: two segments unsynced at most).
    fn want_a_spare(&self, synced: &Arc<std::fs::File>) {
        let mut state = self.state.lock();
        if matches!(state.spare, SpareSegment::Later) && Arc::ptr_eq(synced, &state.active.file) {
            state.spare = SpareSegment::Wanted;
            self.errand.notify_all();
        }
    }
}

impl Syncing {
    pub(super) fn new(durable: u64) -> Self {
        Self {
            appended: AtomicU64::new(durable),
            durable: AtomicU64::new(durable),
            unsynced: AtomicBool::new(false),
            turn: Mutex::default(),
            waiting: Mutex::default(),
            wake: Condvar::new(),
        }
    }

    pub(super) fn durable(&self) -> Position {
        Position(self.durable.load(Ordering::SeqCst))
    }

    pub(super) fn note_appended(&self, position: Position) {
        self.appended.store(position.sequence(), Ordering::SeqCst);
    }

    pub(super) fn note_unsynced(&self) {
        if !self.unsynced.load(Ordering::SeqCst) && !self.unsynced.swap(true, Ordering::SeqCst) {
            // Taken and left, so that the thread is either before its look at the flag or already waiting.
            drop(self.waiting.lock());
            self.wake.notify_one();
        }
    }

    pub(super) fn hurry(&self) {
        self.waiting.lock().hurry = true;
        self.wake.notify_one();
    }

    /// False when the log is closed.
    fn wait_for_work(&self, shared: &Shared) -> bool {
        let mut waiting = self.waiting.lock();
        while !waiting.is_urgent() && !self.unsynced.load(Ordering::SeqCst) {
            self.wake.wait(&mut waiting);
        }
        let until = Instant::now() + shared.settings.sync_interval;
        while !waiting.is_urgent() {
            if self.wake.wait_until(&mut waiting, until).timed_out() {
                break;
            }
        }
        waiting.hurry = false;
        !waiting.closed
    }

    /// Wakes in one go all whose wait is over.
    fn sweep(&self, woken: &mut Vec<Waker>, everybody: bool) {
        let durable = self.durable();
        {
            let mut waiting = self.waiting.lock();
            let over = waiting.waiters.extract_if(.., |waiter| everybody || waiter.position <= durable);
            woken.extend(over.map(|waiter| waiter.waker));
        }
        for waker in woken.drain(..) {
            waker.wake();
        }
    }

    /// Ends the thread. The last sync is done; who waits now waits in vain.
    pub(super) fn close(&self) {
        let mut woken = self.turn.lock();
        self.waiting.lock().closed = true;
        self.wake.notify_all();
        self.sweep(&mut woken, true);
    }
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        self.closed || self.hurry || !self.waiters.is_empty()
    }
}

/// A wait for the disk: [`NodeLog::synced`](super::NodeLog::synced). Any executor can drive it.
#[must_use = "nothing is awaited until it is polled"]
pub struct Synced<'a> {
    shared: &'a Shared,
    position: Position,
    /// Known to the log already.
    registered: Option<Waker>,
}

impl<'a> Synced<'a> {
    pub(super) fn new(shared: &'a Shared, position: Position) -> Self {
        Self { shared, position, registered: None }
    }

    fn outcome(&self) -> Option<Result<(), LogError>> {
        let Shared { syncing, health, .. } = self.shared;
        if self.position <= syncing.durable() {
            Some(Ok(()))
        } else if self.position.sequence() > syncing.appended.load(Ordering::SeqCst) {
            Some(Err(LogError::NotAppended))
        } else if health.has(Trouble::Sync) {
            Some(Err(LogError::Sync))
        } else {
            None
        }
    }
}

impl Future for Synced<'_> {
    type Output = Result<(), LogError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(outcome) = self.outcome() {
            return Poll::Ready(outcome);
        }
        let syncing = &self.shared.syncing;
        let mut waiting = syncing.waiting.lock();
        // Again under the lock: what was decided before it, its sweep may have missed; what is decided later, it sees.
        if let Some(outcome) = self.outcome() {
            return Poll::Ready(outcome);
        }
        if waiting.closed {
            return Poll::Ready(Err(LogError::Closed));
        }
        // Whoever is registered and was not swept is still in the list: only a new waker has to be added.
        if !self.registered.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            waiting.waiters.push(Waiter { position: self.position, waker: context.waker().clone() });
            syncing.wake.notify_one();
            drop(waiting);
            self.registered = Some(context.waker().clone());
        }
        Poll::Pending
    }
}
