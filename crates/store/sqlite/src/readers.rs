//! A few threads that read, each with its own connection and prepared statements.
//!
//! A hop costs more than a query, so what is cached never comes here; but a page that must come from disk stops only a
//! reader, and no worker of the runtime.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    thread,
};

use contract::{Answer, StoreError};
use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::failure::store_error;

type Query = Box<dyn FnOnce(&mut Connection) + Send>;

pub(crate) struct Readers {
    queue: Arc<Queue>,
    threads: Vec<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    queries: std::collections::VecDeque<Query>,
    is_closed: bool,
}

impl Readers {
    pub(crate) fn start(database: &Path, count: usize) -> Result<Self, ReadersError> {
        let queue = Arc::new(Queue::default());
        let mut readers = Self { queue, threads: Vec::with_capacity(count) };
        for index in 0..count {
            let mut connection = open(database)?;
            let queue = Arc::clone(&readers.queue);
            let builder = thread::Builder::new().name(format!("store-reader-{index}"));
            readers.threads.push(builder.spawn(move || queue.serve(&mut connection))?);
        }
        Ok(readers)
    }

    pub(crate) fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'static, Result<T, StoreError>> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(Box::new(move |connection| {
            // A caller that went away needs no answer.
            let _ = answer.send(query(connection).map_err(store_error));
        }));
        Box::pin(async move { answered.await.unwrap_or(Err(StoreError::Away)) })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ReadersError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Thread(#[from] std::io::Error),
}

pub(crate) fn open(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048;")?;
    Ok(connection)
}

impl Queue {
    fn push(&self, query: Query) {
        self.state.lock().queries.push_back(query);
        self.arrived.notify_one();
    }

    fn serve(&self, connection: &mut Connection) {
        while let Some(query) = self.next() {
            // A query that panics ends alone: its transaction rolls back, its caller is told that the store is away.
            let _ = catch_unwind(AssertUnwindSafe(|| query(connection)));
        }
    }

    fn next(&self) -> Option<Query> {
        let mut state = self.state.lock();
        loop {
            if let Some(query) = state.queries.pop_front() {
                return Some(query);
            }
            if state.is_closed {
                return None;
            }
            self.arrived.wait(&mut state);
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.state.lock().is_closed = true;
        self.queue.arrived.notify_all();
        for thread in self.threads.drain(..) {
            // A reader that panicked has nothing left to close.
            let _ = thread.join();
        }
    }
}
