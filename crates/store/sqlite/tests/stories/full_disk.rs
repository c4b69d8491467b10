//! A disk that fills up, on a small file system of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use contract::{CommitError, Pick, Reads};
use keepwell_sqlite::SqliteStore;
use tempfile::TempDir;

use crate::{
    fixture::open,
    rows::{create, record, scope, with_value},
};

#[tokio::test]
async fn a_full_disk_refuses_writes_goes_on_reading_and_recovers() {
    let disk = SmallDisk::mount();
    let ballast = disk.path().join("ballast");
    // More than the store will fill: what is in the log is written once more when it goes to the database.
    fs::write(&ballast, vec![1; 9 << 20]).unwrap();
    let folder = disk.path().join("data");
    let store = open(&folder, 0);

    let mut written = 0;
    let refused = loop {
        match create(&store, &with_value(&format!("db-{written}"), 60_000)).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 1000, "the disk does not fill");
    };
    assert!(matches!(refused, CommitError::Full), "{refused:?}");
    assert!(written > 5);
    require_exactly(&store, written).await;
    // And so it stays, however often one tries.
    for _ in 0..3 {
        let refused = create(&store, &with_value("big", 60_000)).await;
        assert!(matches!(refused, Err(CommitError::Full)), "{refused:?}");
    }
    require_exactly(&store, written).await;

    fs::remove_file(&ballast).unwrap();
    create(&store, &with_value(&format!("db-{written}"), 60_000)).await.unwrap();
    require_exactly(&store, written + 1).await;
    drop(store);
    let store = open(&folder, 0);
    require_exactly(&store, written + 1).await;
    create(&store, &record("small")).await.unwrap();
}

/// What was answered is there, and nothing else.
async fn require_exactly(store: &SqliteStore, written: usize) {
    assert_eq!(store.revisions().await.unwrap().len(), written);
    for index in 0..written {
        let found = store.secret(scope(), &format!("db-{index}"), Pick::Labelled).await.unwrap();
        assert!(found.is_some(), "secret {index} of {written}");
    }
    assert!(store.secret(scope(), "big", Pick::Labelled).await.unwrap().is_none());
}

/// Sixteen mebibytes of memory, mounted as a file system until dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m", "keepwell-test"]).arg(place.path());
        let mounted = mount.output();
        assert!(
            mounted.as_ref().is_ok_and(|mounted| mounted.status.success()),
            "this test mounts a small file system to fill it up, and may not: run it as root ({mounted:?})"
        );
        Self(place)
    }

    fn path(&self) -> PathBuf {
        Path::to_owned(self.0.path())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, because a failed test may still have the store open.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
