//! The one thread that writes.
//!
//! It takes whatever waits, makes it durable together, brings the cache up to date and only then answers. So writers
//! share the disk's flush, and no reader sees an older record after an answer.
//!
//! One commit's failure leaves its neighbours alone. Guards fail before anything is written, so nothing has to be undone
//! for them and no savepoint is paid for; a commit that fails halfway undoes the batch, and each is tried by itself.

use std::{
    sync::{Arc, OnceLock, Weak},
    thread,
    time::Duration,
};

use contract::{Change, Commit, CommitError, CommitObserver, Note, PendingRecord, SecretChange, StoreError};
use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::{
    cache::RecordCache,
    failure::commit_error,
    folder::Folder,
    functions::FunctionCache,
    identities::IdentityCache,
    keys::KeyCache,
    scopes::Scopes,
    write::{self, Applied, Counts},
};

/// Commits that share one transaction at most.
const BATCH_MAX: usize = 256;
/// Notes wait for a commit to travel with, but no longer than this.
const NOTES_WAIT: Duration = Duration::from_millis(500);

/// Who is shown what was committed, once it is known.
pub(crate) type Observer = Arc<OnceLock<Weak<dyn CommitObserver>>>;

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
    pub(crate) fn start(
        connection: Connection,
        kept: Kept,
        observer: Observer,
        folder: Folder,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let mut thread = WriterThread { connection, kept, counts: Counts::default(), observer, _folder: folder };
        let served = Arc::clone(&queue);
        let builder = thread::Builder::new().name("store-writer".to_owned());
        let thread = builder.spawn(move || {
            let served = Closing(served);
            while let Some(batch) = served.0.next() {
                let unwritten = thread.write(batch);
                served.0.put_back(unwritten);
            }
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    pub(crate) fn commit(&self, commit: Commit) -> oneshot::Receiver<Result<(), CommitError>> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(|state| state.commits.push(Waiting { commit, answer }));
        answered
    }

    pub(crate) fn note(&self, note: Note) {
        self.queue.state.lock().notes.push(note);
    }

    pub(crate) fn flush_notes(&self) -> oneshot::Receiver<Result<(), StoreError>> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(|state| state.flushes.push(answer));
        answered
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.state.lock().is_closed = true;
        self.queue.arrived.notify_all();
        // The observer may hold the store, and the writer the observer's last end: then this is the writer itself, which
        // ends without being waited for.
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            // A writer that panicked has nothing left to close.
            let _ = thread.join();
        }
    }
}

/// However the thread ends, nobody waits for it afterwards: answers that will not come are taken back.
struct Closing(Arc<Queue>);

impl Drop for Closing {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        *state = State { is_closed: true, ..State::default() };
    }
}

impl Queue {
    /// Once closed, what is pushed is dropped, and its answer with it.
    fn push(&self, push: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        if !state.is_closed {
            push(&mut state);
            self.arrived.notify_one();
        }
    }

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

/// What became of a batch.
struct Written {
    outcomes: Vec<Result<Applied, CommitError>>,
    noted: Result<(), CommitError>,
}

/// What is kept in memory of the database, and brought up to date before a commit is answered.
pub(crate) struct Kept {
    pub(crate) scopes: Arc<Scopes>,
    pub(crate) cache: Arc<RecordCache>,
    pub(crate) identities: Arc<IdentityCache>,
    pub(crate) keys: Arc<KeyCache>,
    pub(crate) functions: Arc<FunctionCache>,
}

struct WriterThread {
    connection: Connection,
    kept: Kept,
    counts: Counts,
    observer: Observer,
    // Last, so that it is free for another process when the connection is closed.
    _folder: Folder,
}

impl WriterThread {
    /// Answers every commit of the batch. Returns the notes if they could not be written.
    fn write(&mut self, batch: Batch) -> Vec<Note> {
        let Batch { commits, notes, flushes } = batch;
        let (commits, answers): (Vec<_>, Vec<_>) =
            commits.into_iter().map(|waiting| (waiting.commit, waiting.answer)).unzip();
        let Written { outcomes, noted } = self.batch(&commits, &notes);
        self.bring_up_to_date(&commits, &outcomes);
        self.show(&commits, &outcomes);
        self.bring_days_up_to_date(&notes);
        // Callers that went away need no answer.
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            let _ = answer.send(outcome.map(drop));
        }
        let flushed = noted.map_err(|error| StoreError::Internal(error.to_string().into()));
        for flush in flushes {
            let _ = flush.send(flushed.clone());
        }
        if flushed.is_ok() { Vec::new() } else { notes }
    }

    /// All in one transaction, or each in its own when one of them failed halfway.
    fn batch(&mut self, commits: &[Commit], notes: &[Note]) -> Written {
        match self.transaction(commits, notes) {
            Ok(outcomes) => Written { outcomes, noted: Ok(()) },
            Err(Undone::Failed(error)) => {
                Written { outcomes: commits.iter().map(|_| Err(error.clone())).collect(), noted: Err(error) }
            }
            Err(Undone::Halfway(_)) => {
                // Each has an outcome of its own: what follows a failure may fail, what went before has happened.
                let alone = |commit| match self.transaction(std::slice::from_ref(commit), &[]) {
                    Ok(outcome) => outcome,
                    Err(Undone::Failed(error) | Undone::Halfway(error)) => vec![Err(error)],
                };
                let outcomes = commits.iter().flat_map(alone).collect();
                let noted = match self.transaction(&[], notes) {
                    Ok(_) => Ok(()),
                    Err(Undone::Failed(error) | Undone::Halfway(error)) => Err(error),
                };
                Written { outcomes, noted }
            }
        }
    }

    /// An error means that nothing of it happened.
    fn transaction(&mut self, commits: &[Commit], notes: &[Note]) -> Result<Vec<Result<Applied, CommitError>>, Undone> {
        let outcomes = self.write_all(commits, notes);
        if let Err(undone) = &outcomes {
            // What was counted of the batch did not happen.
            self.counts.forget();
            if let Undone::Failed(error) = undone {
                tracing::error!(target: "keepwell::operator", %error, "a transaction of the store failed");
            }
        }
        outcomes
    }

    fn write_all(&mut self, commits: &[Commit], notes: &[Note]) -> Result<Vec<Result<Applied, CommitError>>, Undone> {
        let Self { connection, kept: Kept { scopes, .. }, counts, .. } = self;
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(|error| Undone::Failed(commit_error(error)))?;
        let mut outcomes = Vec::with_capacity(commits.len());
        for commit in commits {
            let changes = transaction.total_changes();
            let outcome = write::apply(&transaction, scopes, counts, commit);
            match &outcome {
                Ok(applied) => counts.settle(applied),
                Err(error) => can_go_on(&transaction, error, changes)?,
            }
            outcomes.push(outcome);
        }
        for note in notes {
            if let Err(error) = write::note(&transaction, scopes, note).map_err(commit_error) {
                if is_over(&transaction, &error) {
                    return Err(Undone::Failed(error));
                }
                // Never tried again: it would fail again, and nobody misses it.
                tracing::error!(target: "keepwell::operator", %error, "a note of the store was dropped");
            }
        }
        transaction.commit().map_err(|error| Undone::Failed(commit_error(error)))?;
        Ok(outcomes)
    }

    fn show(&self, commits: &[Commit], outcomes: &[Result<Applied, CommitError>]) {
        let Some(observer) = self.observer.get().and_then(Weak::upgrade) else { return };
        let happened = commits.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_ok());
        let records: Vec<&PendingRecord> = happened.flat_map(|(commit, _)| &commit.records).collect();
        if !records.is_empty() {
            observer.committed(&records);
        }
    }

    fn bring_up_to_date(&self, commits: &[Commit], outcomes: &[Result<Applied, CommitError>]) {
        for (commit, outcome) in commits.iter().zip(outcomes) {
            let Ok(applied) = outcome else { continue };
            for (scope, number) in &applied.new_scopes {
                self.kept.scopes.remember(*scope, *number);
            }
            for change in &commit.changes {
                self.bring_secret_up_to_date(change);
                self.kept.identities.bring_up_to_date(change);
                self.kept.keys.bring_up_to_date(change);
                self.kept.functions.bring_up_to_date(change);
            }
        }
    }

    fn bring_days_up_to_date(&self, notes: &[Note]) {
        for note in notes {
            let Note::Accessed { scope, name, secret, version, day } = note else { continue };
            if let Some(number) = self.kept.scopes.number(*scope) {
                self.kept.cache.accessed(number, name.as_str(), *secret, version.as_str(), *day);
            }
        }
    }

    fn bring_secret_up_to_date(&self, change: &Change) {
        let Change::Secret(change) = change else { return };
        let record = match change {
            SecretChange::Create { after } | SecretChange::Update { after, .. } => after,
            SecretChange::Erase { before } => before,
        };
        let Some(number) = self.kept.scopes.number(record.scope) else { return };
        match change {
            SecretChange::Create { after } => self.kept.cache.created(number, after),
            SecretChange::Update { after, .. } => self.kept.cache.changed(number, after),
            SecretChange::Erase { before } => self.kept.cache.erased(number, before.name.as_str()),
        }
    }
}

/// Why a transaction was rolled back as a whole.
#[derive(Debug)]
enum Undone {
    /// Nothing can be written now.
    Failed(CommitError),
    /// A commit failed after it had written something; its neighbours did nothing wrong.
    Halfway(CommitError),
}

/// After a commit that failed: may its neighbours go on in the same transaction?
fn can_go_on(transaction: &Connection, error: &CommitError, changes_before: u64) -> Result<(), Undone> {
    if is_over(transaction, error) {
        Err(Undone::Failed(error.clone()))
    } else if transaction.total_changes() != changes_before {
        Err(Undone::Halfway(error.clone()))
    } else {
        Ok(())
    }
}

/// SQLite rolls back everything when it runs out of something. What came next would be a transaction of its own.
fn is_over(transaction: &Connection, error: &CommitError) -> bool {
    matches!(error, CommitError::Full | CommitError::Away) || transaction.is_autocommit()
}

#[cfg(test)]
mod tests {
    use contract::Guard;
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;
    use crate::testing::{creation, record};

    #[test]
    fn nobody_waits_for_a_writer_that_is_gone() {
        let queue = Arc::new(Queue::default());
        let writer = Writer { queue: Arc::clone(&queue), thread: None };
        let mut waiting = writer.flush_notes();
        assert!(matches!(waiting.try_recv(), Err(TryRecvError::Empty)));
        drop(Closing(queue));
        assert!(matches!(waiting.try_recv(), Err(TryRecvError::Closed)));
        assert!(matches!(writer.flush_notes().try_recv(), Err(TryRecvError::Closed)));
    }

    #[test]
    fn what_happened_before_a_later_failure_is_answered_as_done_and_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path());
        // Fifty pages: the first and the last fit, the one between does not.
        writer.connection.execute_batch("PRAGMA max_page_count = 50").unwrap();
        let (first, last) = (record("first", 1, &[("a", true)]), record("last", 1, &[("a", true)]));
        let many: Vec<String> = (0..2000).map(|index| index.to_string()).collect();
        let many: Vec<(&str, bool)> = many.iter().map(|id| (id.as_str(), true)).collect();
        let commits = [
            creation(&[&first]).guard(Guard::SecretsBelow { scope: first.scope, limit: 1 }),
            // Fails once it has created the other.
            creation(&[&record("half", 1, &[]), &first]),
            creation(&[&record("big", 1, &many)]),
            creation(&[&last]),
        ];
        let mut answers: Vec<_> = Vec::new();
        let waiting = commits.into_iter().map(|commit| {
            let (answer, answered) = oneshot::channel();
            answers.push(answered);
            Waiting { commit, answer }
        });
        let unwritten = writer.write(Batch { commits: waiting.collect(), notes: Vec::new(), flushes: Vec::new() });
        assert_eq!(unwritten, []);
        let mut answered = answers.iter_mut().map(|answer| answer.try_recv().unwrap());
        assert!(answered.next().unwrap().is_ok());
        assert!(matches!(answered.next(), Some(Err(CommitError::NameTaken))));
        assert!(matches!(answered.next(), Some(Err(CommitError::Full))));
        assert!(answered.next().unwrap().is_ok());

        let number = writer.kept.scopes.number(first.scope).unwrap();
        for (secret, is_there) in [("first", true), ("half", false), ("big", false), ("last", true)] {
            let sql = "SELECT count(*) FROM secret WHERE name = ?";
            let count: u64 = writer.connection.query_row(sql, [secret], |row| row.get(0)).unwrap();
            assert_eq!((count == 1, writer.kept.cache.get(number, secret).is_some()), (is_there, is_there), "{secret}");
        }
        // What was undone is not counted.
        assert_eq!(writer.counts.get(&writer.connection, number).unwrap(), 2);
    }

    #[test]
    fn notes_that_could_not_be_written_come_back_for_another_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path());
        writer.connection.execute_batch("PRAGMA query_only = ON").unwrap();
        let notes = vec![Note::Recorded { tickets: vec![1] }];
        let (flush, mut flushed) = oneshot::channel();
        let unwritten = writer.write(Batch { commits: Vec::new(), notes: notes.clone(), flushes: vec![flush] });
        assert_eq!(unwritten, notes);
        assert!(flushed.try_recv().unwrap().is_err());
        writer.connection.execute_batch("PRAGMA query_only = OFF").unwrap();
        assert_eq!(writer.write(Batch { commits: Vec::new(), notes: unwritten, flushes: Vec::new() }), []);
    }

    fn writer(place: &std::path::Path) -> WriterThread {
        let folder = Folder::lock(place).unwrap();
        let mut connection = Connection::open(folder.database()).unwrap();
        crate::migrate::migrate(&mut connection).unwrap();
        let scopes = Arc::new(Scopes::load(&connection).unwrap());
        let cache = Arc::new(RecordCache::new(1 << 20));
        let identities = Arc::new(IdentityCache::load(&connection).unwrap());
        let keys = Arc::new(KeyCache::load(&connection).unwrap());
        WriterThread {
            connection,
            kept: Kept { scopes, cache, identities, keys, functions: Arc::default() },
            counts: Counts::default(),
            observer: Observer::default(),
            _folder: folder,
        }
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE done (what TEXT)").unwrap();
        connection
    }

    #[test]
    fn neighbours_go_on_only_beside_what_failed_before_it_wrote() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let before = transaction.total_changes();
        assert!(can_go_on(&transaction, &CommitError::Conflict, before).is_ok());
        transaction.execute("INSERT INTO done VALUES ('half')", []).unwrap();
        assert!(matches!(can_go_on(&transaction, &CommitError::Conflict, before), Err(Undone::Halfway(_))));
    }

    #[test]
    fn a_transaction_that_sqlite_rolled_back_is_not_gone_on_with() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let before = transaction.total_changes();
        // As SQLite does when memory or disk run out.
        transaction.execute_batch("ROLLBACK").unwrap();
        assert!(matches!(can_go_on(&transaction, &CommitError::Conflict, before), Err(Undone::Failed(_))));
    }

    #[test]
    fn a_full_disk_ends_the_whole_transaction() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        for error in [CommitError::Full, CommitError::Away] {
            let before = transaction.total_changes();
            assert!(matches!(can_go_on(&transaction, &error, before), Err(Undone::Failed(_))));
        }
    }
}
