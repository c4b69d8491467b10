//! The host's folder: code, temporary folders, and our own runtime clients.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind::InvalidFilename, ErrorKind::PermissionDenied};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::temporary::remove_whatever;

const NAME: &str = "keepwell-functions-";
const LOCK: &str = "lock";

/// Others may pass through, if they know where to, and see nothing.
const PASSABLE: u32 = 0o711;

/// A folder that no other host has, removed when it is dropped.
pub(super) struct WorkFolder {
    root: PathBuf,
    _lock: File,
}

impl WorkFolder {
    /// `within` is made if it is missing. Folders of hosts that were killed are removed.
    pub(super) fn make(within: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(PASSABLE).create(within)?;
        let within = within.canonicalize()?;
        sweep(&within);
        let root = make_unique(&within)?;
        let lock = File::create_new(root.join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        // Where functions have the host's user, nobody else has to pass.
        if rustix::process::geteuid().is_root() {
            fs::set_permissions(&root, Permissions::from_mode(PASSABLE))?;
        }
        let this = Self { root, _lock: lock };
        for folder in [this.code(), this.environments(), this.runtime()] {
            DirBuilder::new().create(&folder)?;
            fs::set_permissions(&folder, Permissions::from_mode(PASSABLE))?;
        }
        Ok(this)
    }

    pub(super) fn code(&self) -> PathBuf {
        self.root.join("code")
    }

    pub(super) fn environments(&self) -> PathBuf {
        self.root.join("environments")
    }

    /// What we put there, functions may read.
    pub(super) fn runtime(&self) -> PathBuf {
        self.root.join("runtime")
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(error) = remove_whatever(&self.root) {
            tracing::warn!(%error, folder = %self.root.display(), "the folder of functions stays");
        }
    }
}

/// Somebody may have taken the name that we would like; what is theirs is not touched.
fn make_unique(within: &Path) -> io::Result<PathBuf> {
    let pid = rustix::process::getpid();
    for number in 0..1000 {
        let root = within.join(format!("{NAME}{pid}-{number}"));
        // Private until the lock is there.
        match DirBuilder::new().mode(0o700).create(&root) {
            Ok(()) => return Ok(root),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A folder whose lock is free was left by a host that could not clean up.
fn sweep(within: &Path) {
    let me = rustix::process::geteuid().as_raw();
    let Ok(entries) = fs::read_dir(within) else { return };
    for entry in entries.flatten() {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(NAME));
        let is_mine = entry.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == me);
        if !is_named || !is_mine {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // What cannot be removed now is tried again by the next host.
            drop(remove_whatever(&entry.path()));
        }
    }
}

/// How much a function has written, up to where it does not matter any more. What cannot be looked into, because it is
/// deeper than any path or closed, counts as more than there may be.
pub(super) fn size(folder: &Path, bytes_max: u64, entries_max: u64) -> u64 {
    let (mut bytes, mut entries, mut to_visit) = (0_u64, 0_u64, vec![folder.to_owned()]);
    while let Some(folder) = to_visit.pop() {
        let listed = match fs::read_dir(folder) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind(), InvalidFilename | PermissionDenied) => return u64::MAX,
            // Gone meanwhile.
            Err(_) => continue,
        };
        for entry in listed.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            entries = entries.saturating_add(1);
            bytes = bytes.saturating_add(metadata.blocks().saturating_mul(512));
            if metadata.is_dir() {
                to_visit.push(entry.path());
            }
            if bytes > bytes_max || entries > entries_max {
                return u64::MAX;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use rustix::fs::{Mode, OFlags};

    use super::*;

    #[test]
    fn a_folder_lives_as_long_as_its_host() {
        let within = tempfile::tempdir().unwrap();
        let left_behind = within.path().join("keepwell-functions-1-0");
        fs::create_dir(&left_behind).unwrap();
        File::create(left_behind.join(LOCK)).unwrap();
        let somebody_elses = within.path().join("other");
        fs::create_dir(&somebody_elses).unwrap();

        let one = WorkFolder::make(within.path()).unwrap();
        let two = WorkFolder::make(within.path()).unwrap();
        assert!(!left_behind.exists() && somebody_elses.exists());
        assert_ne!(one.code(), two.code());
        assert_eq!(fs::metadata(one.code()).unwrap().permissions().mode() & 0o777, PASSABLE);
        let root = one.root.clone();
        drop(one);
        assert!(!root.exists() && two.code().is_dir());
    }

    #[test]
    fn what_was_written_is_counted_up_to_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/file"), vec![7; 100_000]).unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
        assert!(size(folder.path(), 1_000_000, 100) >= 100_000);
        assert_eq!(size(folder.path(), 50_000, 100), u64::MAX);
        assert_eq!(size(folder.path(), 1_000_000, 2), u64::MAX);
        // What lies deeper than a path can tell is not overlooked.
        let mut deep = File::open(folder.path()).unwrap();
        for _ in 0..20 {
            let name = "x".repeat(250);
            rustix::fs::mkdirat(&deep, &name, Mode::RWXU).unwrap();
            deep = rustix::fs::openat(&deep, &name, OFlags::DIRECTORY, Mode::empty()).unwrap().into();
        }
        assert_eq!(size(folder.path(), 1_000_000, 100), u64::MAX);
    }
}
