//! The data folder: made private, and held by one process at a time.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Holds the folder's lock until dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("the data folder {0} is in use by another keepwell process")]
    InUse(PathBuf),
    #[error("the data folder {path} cannot be used: {source}")]
    Unusable { path: PathBuf, source: io::Error },
}

impl Folder {
    pub(crate) fn lock(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(path.join("lock")).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        database_in(&self.path)
    }
}

impl Drop for Folder {
    /// Said aloud: a program that is being started holds copies of all open files for a moment, and with them the lock.
    fn drop(&mut self) {
        // Closing the file would unlock it as well, only later.
        let _ = self.lock.unlock();
    }
}

pub(crate) fn database_in(folder: &Path) -> PathBuf {
    folder.join("keepwell.sqlite3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_with_its_holder_though_a_copy_of_the_file_is_open() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::lock(place.path()).unwrap();
        // As a child has it that has not begun its own program yet.
        let copy = folder.lock.try_clone().unwrap();
        assert!(matches!(Folder::lock(place.path()), Err(FolderError::InUse(_))));
        drop(folder);
        assert!(Folder::lock(place.path()).is_ok());
        drop(copy);
    }
}
