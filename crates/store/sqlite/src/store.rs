//! The adapter: reads through the cache, commits through the writer.

use std::{
    path::Path,
    sync::{Arc, Weak},
};

use contract::{
    AccountRecord, Answer, AttemptsQuery, Commit, CommitError, CommitObserver, CredentialRecord, DeploymentRecord,
    FunctionRecord, Guarded, GuardedPage, Identities, JobKind, JobRecord, Jobs, KeyRecord, LastUse, Lease, ListQuery,
    LogHead, Note, PendingRecord, Pick, Reads, RotatingSecret, RotationAttempt, SealedBytes, SecretRecord, StoreError,
    UnplannedQuery, Value, Writes,
};
use rusqlite::Connection;
use terms::{AccountId, Region, Scope, Timestamp, Uid};

use crate::{
    cache::RecordCache,
    folder::{Folder, FolderError, database_in},
    functions::{self, FunctionCache},
    identities::IdentityCache,
    keys::KeyCache,
    list::list,
    migrate::{MigrationError, migrate},
    read,
    readers::{self, Readers, ReadersError},
    scopes::{ScopeNumber, Scopes},
    writer::{Kept, Observer, Writer},
};

pub struct SqliteStore {
    // In the order of their end: no reads, then no writes. The writer frees the folder for another process.
    readers: Readers,
    writer: Writer,
    observer: Observer,
    cache: Arc<RecordCache>,
    scopes: Arc<Scopes>,
    identities: Arc<IdentityCache>,
    keys: Arc<KeyCache>,
    functions: Arc<FunctionCache>,
}

#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What cached records may weigh.
    pub cache_bytes: u64,
    pub reader_threads: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error("the store cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Readers(#[from] ReadersError),
    #[error("the store's writer cannot start: {0}")]
    Thread(#[from] std::io::Error),
}

impl SqliteStore {
    /// Opens the store in the folder, made if it is missing, and holds the folder's lock until dropped.
    pub fn open(folder: &Path, settings: Settings) -> Result<Self, OpenError> {
        let folder = Folder::lock(folder)?;
        let database = folder.database();
        let mut connection = Connection::open(&database)?;
        make_private(&database)?;
        prepare(&connection)?;
        migrate(&mut connection)?;
        // Whoever held the folder before has ended, and so has what it was at.
        connection.execute("UPDATE job SET due_at = 0, leased = 0 WHERE leased = 1", [])?;
        let scopes = Arc::new(Scopes::load(&connection)?);
        let identities = Arc::new(IdentityCache::load(&connection)?);
        let keys = Arc::new(KeyCache::load(&connection)?);
        let functions = Arc::new(FunctionCache::load(&connection)?);
        let cache = Arc::new(RecordCache::new(settings.cache_bytes));
        let observer = Observer::default();
        Ok(Self {
            readers: Readers::start(&database, settings.reader_threads)?,
            writer: Writer::start(
                connection,
                Kept {
                    scopes: Arc::clone(&scopes),
                    cache: Arc::clone(&cache),
                    identities: Arc::clone(&identities),
                    keys: Arc::clone(&keys),
                    functions: Arc::clone(&functions),
                },
                Arc::clone(&observer),
                folder,
            )?,
            observer,
            cache,
            scopes,
            identities,
            keys,
            functions,
        })
    }

    /// Does the folder hold a store already?
    pub fn exists_in(folder: &Path) -> bool {
        database_in(folder).exists()
    }

    /// What the root key opens, read beside a running server.
    pub fn deployment_in(folder: &Path) -> Result<Option<DeploymentRecord>, OpenError> {
        Ok(read::deployment(&readers::open(&database_in(folder))?)?)
    }

    /// What an offline check of the trail compares the log with. Reads beside a running server, changes nothing.
    pub fn evidence(folder: &Path, log_id: [u8; 16]) -> Result<Evidence, OpenError> {
        let mut connection = readers::open(&database_in(folder))?;
        let snapshot = connection.transaction()?;
        Ok(Evidence {
            log_head: read::log_head(&snapshot, log_id)?,
            revisions: read::revisions(&snapshot)?,
            pending: read::pending_records(&snapshot)?,
        })
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'static, Result<T, StoreError>> {
        self.readers.run(query)
    }

    fn cached(&self, number: ScopeNumber, name: &str, pick: Pick<'_>) -> Option<Arc<SecretRecord>> {
        self.cache.get(number, name).filter(|record| carries(record, pick))
    }
}

/// What the store says about the trail.
#[derive(Debug)]
pub struct Evidence {
    pub log_head: Option<LogHead>,
    pub revisions: Vec<(Uid, u64)>,
    pub pending: Vec<PendingRecord>,
}

impl Reads for SqliteStore {
    fn secret<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
        pick: Pick<'a>,
    ) -> Answer<'a, Result<Option<Guarded<Arc<SecretRecord>>>, StoreError>> {
        // A scope without a number has no secrets.
        let Some(number) = self.scopes.number(scope) else { return Box::pin(async { Ok(None) }) };
        if let Some(record) = self.cached(number, name, pick) {
            return Box::pin(std::future::ready(Ok(Some(Guarded::new(record)))));
        }
        Box::pin(async move {
            let seen = self.cache.generation(number, name);
            let (own_name, own_pick) = (name.to_owned(), OwnPick::of(pick));
            let found =
                self.read(move |connection| read::secret(connection, number, scope, &own_name, own_pick.borrow()));
            let Some(record) = found.await?.map(Arc::new) else { return Ok(None) };
            self.cache.fill(number, &record, seen);
            Ok(Some(Guarded::new(record)))
        })
    }

    fn list<'a>(
        &'a self,
        scope: Scope,
        query: &'a ListQuery,
    ) -> Answer<'a, Result<GuardedPage<Arc<SecretRecord>>, StoreError>> {
        let Some(number) = self.scopes.number(scope) else {
            return Box::pin(async { Ok(GuardedPage::new(Vec::new())) });
        };
        let query = query.clone();
        let found = self.read(move |connection| list(connection, number, scope, &query));
        Box::pin(async move { Ok(GuardedPage::new(found.await?.into_iter().map(Arc::new).collect())) })
    }

    fn credential<'a>(&'a self, access_key_id: &'a str) -> Answer<'a, Result<Option<CredentialRecord>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.identities.access_key(access_key_id))))
    }

    fn identities(&self, account: AccountId) -> Answer<'_, Result<Option<Arc<Identities>>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.identities.get(account))))
    }

    fn last_use<'a>(&'a self, id: &'a str) -> Answer<'a, Result<Option<LastUse>, StoreError>> {
        let id = id.to_owned();
        self.read(move |connection| read::last_use(connection, &id))
    }

    fn accounts(&self) -> Answer<'_, Result<Vec<AccountRecord>, StoreError>> {
        self.read(|connection| read::accounts(connection))
    }

    fn deployment(&self) -> Answer<'_, Result<Option<DeploymentRecord>, StoreError>> {
        self.read(|connection| read::deployment(connection))
    }

    fn key(&self, region: Region, bits: [u8; 16]) -> Answer<'_, Result<Option<Guarded<Arc<KeyRecord>>>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.keys.get(region, bits).map(Guarded::of_key))))
    }

    fn key_by_alias<'a>(
        &'a self,
        scope: Scope,
        alias: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<KeyRecord>>>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.keys.by_alias(scope, alias).map(Guarded::of_key))))
    }

    fn keys(&self, scope: Scope) -> Answer<'_, Result<GuardedPage<Arc<KeyRecord>>, StoreError>> {
        Box::pin(std::future::ready(Ok(GuardedPage::new(self.keys.of_scope(scope)))))
    }

    fn function<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<FunctionRecord>>>, StoreError>> {
        Box::pin(std::future::ready(Ok(self.functions.get(scope, name).map(Guarded::of_function))))
    }

    fn functions(&self, scope: Scope) -> Answer<'_, Result<GuardedPage<Arc<FunctionRecord>>, StoreError>> {
        Box::pin(std::future::ready(Ok(GuardedPage::new(self.functions.of_scope(scope)))))
    }

    fn reserved_concurrency(&self, scope: Scope) -> Answer<'_, Result<u32, StoreError>> {
        Box::pin(std::future::ready(Ok(self.functions.reserved(scope))))
    }

    fn function_code(&self, function: Uid, sha256: [u8; 32]) -> Answer<'_, Result<Option<SealedBytes>, StoreError>> {
        self.read(move |connection| functions::code(connection, function, &sha256))
    }

    fn rotation_attempts(&self, query: AttemptsQuery) -> Answer<'_, Result<Vec<RotationAttempt>, StoreError>> {
        self.read(move |connection| read::rotation_attempts(connection, &query))
    }

    fn pending_records(&self) -> Answer<'_, Result<Vec<PendingRecord>, StoreError>> {
        self.read(|connection| read::pending_records(connection))
    }

    fn log_head(&self, log_id: [u8; 16]) -> Answer<'_, Result<Option<LogHead>, StoreError>> {
        self.read(move |connection| read::log_head(connection, log_id))
    }

    fn revisions(&self) -> Answer<'_, Result<Vec<(Uid, u64)>, StoreError>> {
        self.read(|connection| read::revisions(connection))
    }
}

impl Writes for SqliteStore {
    fn observe(&self, observer: Weak<dyn CommitObserver>) {
        // The first stays.
        let _ = self.observer.set(observer);
    }

    fn commit(&self, commit: Commit) -> Answer<'static, Result<(), CommitError>> {
        let answered = self.writer.commit(commit);
        Box::pin(async move { answered.await.unwrap_or(Err(CommitError::Away)) })
    }

    fn note(&self, note: Note) {
        self.writer.note(note);
    }

    fn flush_notes(&self) -> Answer<'static, Result<(), StoreError>> {
        let answered = self.writer.flush_notes();
        Box::pin(async move { answered.await.unwrap_or(Err(StoreError::Away)) })
    }
}

impl Jobs for SqliteStore {
    fn due<'a>(
        &'a self,
        kinds: &'a [JobKind],
        now: Timestamp,
        limit: usize,
    ) -> Answer<'a, Result<Vec<JobRecord>, StoreError>> {
        let kinds = kinds.to_vec();
        self.read(move |connection| read::due_jobs(connection, &kinds, now, limit))
    }

    fn unplanned(&self, query: UnplannedQuery) -> Answer<'_, Result<Vec<RotatingSecret>, StoreError>> {
        self.read(move |connection| read::unplanned(connection, &query))
    }

    /// The folder's lock makes this process the only claimer, so the fence that was read is the lease: it is checked in
    /// the job's own commit, and a job that was rescheduled meanwhile has another.
    fn claim<'a>(&'a self, job: &'a JobRecord) -> Answer<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(std::future::ready(Ok(Some(Lease { job: job.clone() }))))
    }
}

/// A pick that may cross threads.
enum OwnPick {
    Labelled,
    Version(String),
}

impl OwnPick {
    fn of(pick: Pick<'_>) -> Self {
        match pick {
            Pick::Labelled => Self::Labelled,
            Pick::Version(version) => Self::Version(version.to_owned()),
        }
    }

    fn borrow(&self) -> Pick<'_> {
        match self {
            Self::Labelled => Pick::Labelled,
            Self::Version(version) => Pick::Version(version),
        }
    }
}

/// Does the cached record answer the read? A version without labels has its value in the database only.
fn carries(record: &SecretRecord, pick: Pick<'_>) -> bool {
    match pick {
        Pick::Labelled => true,
        Pick::Version(version) => record.version(version).is_none_or(|version| version.value != Value::NotLoaded),
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    // FULL makes every commit durable before it is answered. Checkpoints are rare, because each adds flushes of two
    // files in the middle of the traffic.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; \
         PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864;",
    )
}

/// SQLite's other files take the database's mode.
fn make_private(database: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(database, std::fs::Permissions::from_mode(0o600))
}
