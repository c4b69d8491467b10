//! Unpacked code, by the digest of its archive.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;

use super::unpack::unpack;
use crate::wire::{Digest, Failure};

/// Keeps a bounded amount of code beyond what is in use; what was used longest ago goes first.
pub(super) struct CodeStore {
    folder: PathBuf,
    bytes_max: u64,
    shelf: Mutex<HashMap<Digest, Kept>>,
    /// One for each digest that is being unpacked.
    turns: Mutex<HashMap<Digest, Arc<tokio::sync::Mutex<()>>>>,
    uses: AtomicU64,
}

struct Kept {
    code: Arc<Code>,
    last_use: u64,
}

/// Code that may be run as long as this is held.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) digest: Digest,
    pub(super) folder: PathBuf,
    pub(super) unpacked_bytes: u64,
}

impl CodeStore {
    /// `folder` is there and is empty.
    pub(super) fn new(folder: PathBuf, bytes_max: u64) -> Self {
        let (shelf, turns) = (Mutex::default(), Mutex::default());
        Self { folder, bytes_max, shelf, turns, uses: AtomicU64::new(0) }
    }

    /// The code, for which the archive is asked only if it is not there. Those who want the same wait for each other.
    pub(super) async fn get(
        &self,
        digest: Digest,
        archive: impl Future<Output = Result<Bytes, Failure>>,
    ) -> Result<Arc<Code>, Failure> {
        if let Some(code) = self.kept(&digest) {
            return Ok(code);
        }
        let turn = Arc::clone(self.turns.lock().entry(digest).or_default());
        let _turn = turn.lock().await;
        if let Some(code) = self.kept(&digest) {
            return Ok(code);
        }
        let unpacked = self.unpack(digest, archive.await?).await;
        self.turns.lock().remove(&digest);
        let code = unpacked?;
        self.shelf.lock().insert(digest, Kept { code: Arc::clone(&code), last_use: self.next_use() });
        self.make_room();
        Ok(code)
    }

    fn kept(&self, digest: &Digest) -> Option<Arc<Code>> {
        let mut shelf = self.shelf.lock();
        let kept = shelf.get_mut(digest)?;
        kept.last_use = self.next_use();
        Some(Arc::clone(&kept.code))
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    async fn unpack(&self, digest: Digest, archive: Bytes) -> Result<Arc<Code>, Failure> {
        let folder = self.folder.join(hex::encode(digest));
        let beside = self.folder.join(format!("{}.{}", hex::encode(digest), self.next_use()));
        let unpacking = tokio::task::spawn_blocking(move || {
            let unpacked = unpack_beside(&archive, &beside, &folder);
            if unpacked.is_err() {
                remove(&beside);
            }
            unpacked.map(|unpacked_bytes| Arc::new(Code { digest, folder, unpacked_bytes }))
        });
        unpacking.await.map_err(|error| Failure::Internal(error.to_string()))?
    }

    /// Code that somebody holds stays, whatever it takes.
    fn make_room(&self) {
        let mut shelf = self.shelf.lock();
        let mut total: u64 = shelf.values().map(|kept| kept.code.unpacked_bytes).sum();
        let mut idle: Vec<(u64, Digest, u64)> = shelf
            .iter()
            .filter(|(_, kept)| Arc::strong_count(&kept.code) == 1)
            .map(|(digest, kept)| (kept.last_use, *digest, kept.code.unpacked_bytes))
            .collect();
        idle.sort_unstable();
        for (_, digest, bytes) in idle {
            if total <= self.bytes_max {
                return;
            }
            // Renamed while nobody can come for it, removed after.
            if let Some(kept) = shelf.remove(&digest) {
                total = total.saturating_sub(bytes);
                let gone = kept.code.folder.with_extension(format!("gone.{}", self.next_use()));
                if fs::rename(&kept.code.folder, &gone).is_ok() {
                    tokio::task::spawn_blocking(move || remove(&gone));
                }
            }
        }
    }
}

/// Under another name first, so that a folder with the right name is always whole.
fn unpack_beside(archive: &[u8], beside: &Path, folder: &Path) -> Result<u64, Failure> {
    let lost = |error: std::io::Error| Failure::Internal(format!("Code cannot be kept: {error}"));
    fs::create_dir(beside).map_err(lost)?;
    let bytes = unpack(archive, beside)?;
    fs::set_permissions(beside, Permissions::from_mode(0o755)).map_err(lost)?;
    fs::rename(beside, folder).map_err(lost)?;
    Ok(bytes)
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::warn!(%error, "code that is no longer needed stays");
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn archive(content: &[u8]) -> Bytes {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("file", SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner().into()
    }

    async fn never() -> Result<Bytes, Failure> {
        panic!("it is there already")
    }

    #[tokio::test]
    async fn the_same_code_is_unpacked_once_and_the_oldest_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::new(folder.path().to_owned(), 250);
        let put = |number: u8| {
            let archive = archive(&[number; 100]);
            store.get([number; 32], async move { Ok(archive) })
        };
        let held = put(1).await.unwrap();
        put(2).await.unwrap();
        store.get([2; 32], never()).await.unwrap();
        put(3).await.unwrap();
        // The first is held, the second is older than the third.
        store.get([1; 32], never()).await.unwrap();
        store.get([3; 32], never()).await.unwrap();
        assert!(!folder.path().join(hex::encode([2; 32])).exists());
        assert_eq!(fs::read(held.folder.join("file")).unwrap(), [1; 100]);
        put(2).await.unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_unpacked_leaves_nothing_and_may_be_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::new(folder.path().to_owned(), 1000);
        let refused = store.get([1; 32], async { Ok(Bytes::from_static(b"no zip")) }).await;
        assert!(matches!(refused, Err(Failure::InvalidCode(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let missing = store.get([1; 32], async { Err(Failure::Busy) }).await;
        assert_eq!(missing.unwrap_err(), Failure::Busy);
        let archive = archive(b"x");
        assert!(store.get([1; 32], async { Ok(archive) }).await.is_ok());
    }
}
