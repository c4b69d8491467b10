//! A data folder of its own for each test.

use std::path::Path;

use keepwell_sqlite::{Settings, SqliteStore};
use suite::Fixture;
use tempfile::TempDir;

/// A folder whose stores may cache so much.
pub(crate) struct Folder<const CACHE_BYTES: u64>(TempDir);

impl<const CACHE_BYTES: u64> Fixture for Folder<CACHE_BYTES> {
    type Store = SqliteStore;

    async fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> SqliteStore {
        open(self.0.path(), CACHE_BYTES)
    }
}

pub(crate) fn open(folder: &Path, cache_bytes: u64) -> SqliteStore {
    SqliteStore::open(folder, Settings { cache_bytes, reader_threads: 2 }).unwrap()
}
