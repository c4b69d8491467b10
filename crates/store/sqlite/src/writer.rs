//! The one thread that writes.
//!
//! It takes whatever waits, gives each commit a savepoint of its own, makes them durable together, brings the cache up
//! to date and only then answers. So writers share the disk's flush, one commit's failure leaves its neighbours alone,
//! and no reader sees an older record after an answer.

use std::{sync::Arc, thread, time::Duration};

use contract::{Change, Commit, CommitError, Note, SecretChange, StoreError};
use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::{
    cache::RecordCache,
    failure::commit_error,
    scopes::Scopes,
    write::{self, Applied, Counts},
};

/// Commits that share one transaction at most.
const BATCH_MAX: usize = 256;
/// Notes wait for a commit to travel with, but no longer than this.
const NOTES_WAIT: Duration = Duration::from_millis(500);

pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    commits: Vec<Waiting>,
    notes: Vec<Note>,
    flushes: Vec<oneshot::Sender<Result<(), StoreError>>>,
    is_closed: bool,
}

struct Waiting {
    commit: Commit,
    answer: oneshot::Sender<Result<(), CommitError>>,
}

/// What is taken from the queue at once.
struct Batch {
    commits: Vec<Waiting>,
    notes: Vec<Note>,
    flushes: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, scopes: Arc<Scopes>, cache: Arc<RecordCache>) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let mut thread = WriterThread { connection, scopes, cache, counts: Counts::default() };
        let served = Arc::clone(&queue);
        let builder = thread::Builder::new().name("store-writer".to_owned());
        let thread = builder.spawn(move || {
            while let Some(batch) = served.next() {
                let unwritten = thread.write(batch);
                served.put_back(unwritten);
            }
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    pub(crate) fn commit(&self, commit: Commit) -> oneshot::Receiver<Result<(), CommitError>> {
        let (answer, answered) = oneshot::channel();
        self.queue.state.lock().commits.push(Waiting { commit, answer });
        self.queue.arrived.notify_one();
        answered
    }

    pub(crate) fn note(&self, note: Note) {
        self.queue.state.lock().notes.push(note);
    }

    pub(crate) fn flush_notes(&self) -> oneshot::Receiver<Result<(), StoreError>> {
        let (answer, answered) = oneshot::channel();
        self.queue.state.lock().flushes.push(answer);
        self.queue.arrived.notify_one();
        answered
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.state.lock().is_closed = true;
        self.queue.arrived.notify_all();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has nothing left to close.
            let _ = thread.join();
        }
    }
}

impl Queue {
    /// Waits for commits; for notes alone only as long as they may wait. None once closed and empty.
    fn next(&self) -> Option<Batch> {
        let mut state = self.state.lock();
        loop {
            let is_urgent = !state.commits.is_empty() || !state.flushes.is_empty();
            if is_urgent || (state.is_closed && !state.notes.is_empty()) {
                return Some(state.take());
            }
            if state.is_closed {
                return None;
            }
            let timed_out = self.arrived.wait_for(&mut state, NOTES_WAIT).timed_out();
            if timed_out && !state.notes.is_empty() {
                return Some(state.take());
            }
        }
    }
}

impl Queue {
    /// Notes of a batch that failed try again with the next.
    fn put_back(&self, notes: Vec<Note>) {
        if !notes.is_empty() {
            let mut state = self.state.lock();
            if !state.is_closed {
                state.notes.splice(..0, notes);
            }
        }
    }
}

impl State {
    fn take(&mut self) -> Batch {
        let rest = self.commits.split_off(self.commits.len().min(BATCH_MAX));
        Batch {
            commits: std::mem::replace(&mut self.commits, rest),
            notes: std::mem::take(&mut self.notes),
            flushes: std::mem::take(&mut self.flushes),
        }
    }
}

struct WriterThread {
    connection: Connection,
    scopes: Arc<Scopes>,
    cache: Arc<RecordCache>,
    counts: Counts,
}

impl WriterThread {
    /// Answers every commit of the batch. Returns the notes if they could not be written.
    fn write(&mut self, batch: Batch) -> Vec<Note> {
        let Batch { commits, notes, flushes } = batch;
        let (commits, answers): (Vec<_>, Vec<_>) =
            commits.into_iter().map(|waiting| (waiting.commit, waiting.answer)).unzip();
        let outcomes = match self.transaction(&commits, &notes) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.counts.forget();
                tracing::error!(target: "keepwell::operator", %error, "a transaction of the store failed");
                for flush in flushes {
                    let _ = flush.send(Err(StoreError::Internal(error.to_string().into())));
                }
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
                return notes;
            }
        };
        self.bring_up_to_date(&commits, &outcomes);
        // Callers that went away need no answer.
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            let _ = answer.send(outcome.map(drop));
        }
        for flush in flushes {
            let _ = flush.send(Ok(()));
        }
        Vec::new()
    }

    /// An error means that nothing of the batch happened.
    fn transaction(
        &mut self,
        commits: &[Commit],
        notes: &[Note],
    ) -> Result<Vec<Result<Applied, CommitError>>, CommitError> {
        let Self { connection, scopes, counts, .. } = self;
        let mut transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(commit_error)?;
        let mut outcomes = Vec::with_capacity(commits.len());
        for commit in commits {
            let savepoint = transaction.savepoint().map_err(commit_error)?;
            let outcome = write::apply(&savepoint, scopes, counts, commit);
            match &outcome {
                Ok(applied) => {
                    savepoint.commit().map_err(commit_error)?;
                    counts.settle(applied);
                }
                Err(CommitError::Full | CommitError::Away) => {
                    // SQLite may have rolled back the whole transaction already, so the batch fails as one.
                    drop(savepoint);
                    return outcome.map(|_| Vec::new());
                }
                Err(_) => drop(savepoint),
            }
            outcomes.push(outcome);
        }
        for note in notes {
            write::note(&transaction, scopes, note).map_err(commit_error)?;
        }
        transaction.commit().map_err(commit_error)?;
        Ok(outcomes)
    }

    fn bring_up_to_date(&self, commits: &[Commit], outcomes: &[Result<Applied, CommitError>]) {
        for (commit, outcome) in commits.iter().zip(outcomes) {
            let Ok(applied) = outcome else { continue };
            for (scope, number) in &applied.new_scopes {
                self.scopes.remember(*scope, *number);
            }
            for change in &commit.changes {
                self.bring_secret_up_to_date(change);
            }
        }
    }

    fn bring_secret_up_to_date(&self, change: &Change) {
        let Change::Secret(change) = change else { return };
        let record = match change {
            SecretChange::Create { after } | SecretChange::Update { after, .. } => after,
            SecretChange::Erase { before } => before,
        };
        let Some(number) = self.scopes.number(record.scope) else { return };
        match change {
            SecretChange::Erase { before } => self.cache.remove(number, before.name.as_str()),
            _ => self.cache.replace(number, record),
        }
    }
}
