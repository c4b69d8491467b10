//! The one place where a function may write.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Removed with all that was written when it is dropped, which may take a while.
pub(super) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// `user` is the only one who may enter it.
    pub(super) fn make(within: &Path, user: Option<u32>) -> io::Result<Self> {
        let path = within.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
        DirBuilder::new().mode(0o700).create(&path)?;
        let this = Self(path);
        if user.is_some() {
            chown(&this.0, user, user)?;
        }
        Ok(this)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if fs::remove_dir_all(&self.0).is_ok() {
            return;
        }
        // A function may have closed folders to itself, and so to a host that has the same user.
        open_up(&self.0);
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a temporary folder of a function stays");
        }
    }
}

fn open_up(folder: &Path) {
    let mut to_visit = vec![folder.to_owned()];
    while let Some(folder) = to_visit.pop() {
        // What still cannot be read cannot be removed.
        drop(fs::set_permissions(&folder, Permissions::from_mode(0o700)));
        let Ok(entries) = fs::read_dir(folder) else { continue };
        let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        to_visit.extend(folders.map(|entry| entry.path()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_what_is_in_it_also_when_that_is_closed() {
        let within = tempfile::tempdir().unwrap();
        let folder = TemporaryFolder::make(within.path(), None).unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::create_dir_all(path.join("a/b")).unwrap();
        fs::write(path.join("a/b/file"), "x").unwrap();
        fs::set_permissions(path.join("a"), Permissions::from_mode(0o0)).unwrap();
        open_up(&path);
        assert_eq!(fs::metadata(path.join("a")).unwrap().permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert!(!path.exists());
    }
}
