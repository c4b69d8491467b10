//! The data folder is private, and one process has it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex, Weak, mpsc},
    time::{Duration, Instant},
};

use contract::{CommitObserver, PendingRecord, Pick, Reads, Writes};
use keepwell_sqlite::{FolderError, OpenError, Settings, SqliteStore};
use terms::EventId;

use crate::{
    fixture::open,
    rows::{create, creation, record, scope},
};

/// Tells a process of this very test that it is the other one, and in which folder.
const OTHER: &str = "KEEPWELL_TEST_FOLDER_OF_ANOTHER_PROCESS";

#[test]
fn a_folder_in_use_is_refused_to_another_process() {
    if let Some(folder) = std::env::var_os(OTHER) {
        let refused = SqliteStore::open(Path::new(&folder), Settings { cache_bytes: 0, reader_threads: 1 });
        return assert!(matches!(refused, Err(OpenError::Folder(FolderError::InUse(_)))));
    }
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 0);
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "folder::a_folder_in_use_is_refused_to_another_process"]).env(OTHER, folder.path());
    let told = other.stderr(Stdio::inherit()).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("1 passed"), "{told}");

    let again = SqliteStore::open(folder.path(), Settings { cache_bytes: 0, reader_threads: 1 });
    assert!(matches!(again, Err(OpenError::Folder(FolderError::InUse(_)))));
    drop(store);
    open(folder.path(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_its_observer_lets_go_of_last_ends_and_frees_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (entered, has_entered) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let store = Arc::new(open(folder.path(), 0));
    let holder = Arc::new(Holder { store: Arc::clone(&store), entered, may_go_on: Mutex::new(may_go_on) });
    store.observe(Arc::downgrade(&holder) as Weak<dyn CommitObserver>);
    let secret = record("db");
    let mut commit = creation(&secret).unwrap();
    commit.records.push(PendingRecord { ticket: 1, event: EventId::from_bytes([1; 16]), bytes: (*b"told").into() });
    let answered = store.commit(commit);
    // The writer is showing the commit; everyone else leaves.
    has_entered.recv_timeout(Duration::from_secs(10)).unwrap();
    drop((holder, store));
    go_on.send(()).unwrap();
    answered.await.unwrap();

    let until = Instant::now() + Duration::from_secs(10);
    let settings = Settings { cache_bytes: 0, reader_threads: 1 };
    let store = loop {
        match SqliteStore::open(folder.path(), settings) {
            Ok(store) => break store,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    assert_eq!(store.revisions().await.unwrap(), [(secret.uid, 1)]);
}

/// An observer that holds the store, as the trail does, and takes its time.
struct Holder {
    store: Arc<SqliteStore>,
    entered: mpsc::Sender<()>,
    may_go_on: Mutex<mpsc::Receiver<()>>,
}

impl CommitObserver for Holder {
    fn committed(&self, _records: &[&PendingRecord]) {
        assert!(Arc::strong_count(&self.store) > 0);
        self.entered.send(()).unwrap();
        self.may_go_on.lock().unwrap().recv().unwrap();
    }
}

#[tokio::test]
async fn folder_and_files_are_for_their_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made/on/the/way");
    assert!(!SqliteStore::exists_in(&folder));
    let store = open(&folder, 0);
    create(&store, &record("db")).await.unwrap();
    assert!(SqliteStore::exists_in(&folder));

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    assert_eq!(names, ["keepwell.sqlite3", "keepwell.sqlite3-shm", "keepwell.sqlite3-wal", "lock"]);
}

#[tokio::test]
async fn evidence_is_read_beside_a_running_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 0);
    let secret = record("db");
    create(&store, &secret).await.unwrap();
    for store in [Some(store), None] {
        let evidence = SqliteStore::evidence(folder.path(), [1; 16]).unwrap();
        assert_eq!((evidence.log_head, evidence.pending.len()), (None, 0));
        assert_eq!(evidence.revisions, [(secret.uid, 1)]);
        drop(store);
    }
    let store = open(folder.path(), 0);
    assert!(store.secret(scope(), "db", Pick::Labelled).await.unwrap().is_some());
}
