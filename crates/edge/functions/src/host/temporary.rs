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
        if let Err(error) = remove_whatever(&self.0) {
            tracing::warn!(%error, "a temporary folder of a function stays");
        }
    }
}

/// Removes a folder that a function has filled. It may have made folders within folders, deeper than any path can tell
/// and than a stack can follow, or closed them to itself and so to a host that has the same user. So each is moved up, to
/// where it can be reached, before it is emptied.
pub(super) fn remove_whatever(folder: &Path) -> io::Result<()> {
    open_up(folder);
    let attic = attic(folder)?;
    let mut to_empty = vec![folder.to_owned()];
    while let Some(next) = to_empty.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            let path = entry.path();
            if path == attic {
                continue;
            }
            if entry.file_type()?.is_dir() {
                // Also to be moved.
                open_up(&path);
                let moved = attic.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
                fs::rename(&path, &moved)?;
                to_empty.push(moved);
            } else {
                fs::remove_file(&path)?;
            }
        }
        if next != folder {
            fs::remove_dir(&next)?;
        }
    }
    fs::remove_dir(&attic)?;
    fs::remove_dir(folder)
}

/// What still cannot be entered cannot be emptied, which shows then.
fn open_up(folder: &Path) {
    drop(fs::set_permissions(folder, Permissions::from_mode(0o700)));
}

/// A new folder in this one, whatever is there.
fn attic(folder: &Path) -> io::Result<PathBuf> {
    loop {
        let attic = folder.join(format!("attic-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        match DirBuilder::new().mode(0o700).create(&attic) {
            Ok(()) => return Ok(attic),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{Mode, OFlags};

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
        drop(folder);
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_goes_also_when_it_is_deeper_than_any_path() {
        let within = tempfile::tempdir().unwrap();
        let folder = TemporaryFolder::make(within.path(), None).unwrap();
        let mut deep = fs::File::open(folder.path()).unwrap();
        for _ in 0..20_000 {
            rustix::fs::mkdirat(&deep, "folder", Mode::RWXU).unwrap();
            deep = rustix::fs::openat(&deep, "folder", OFlags::DIRECTORY, Mode::empty()).unwrap().into();
        }
        rustix::fs::openat(&deep, "file", OFlags::CREATE, Mode::RWXU).unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }
}
