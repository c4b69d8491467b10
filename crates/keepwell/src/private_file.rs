//! Files that only their owner may read, written whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use zeroize::Zeroizing;

/// Of such a file: a PIN, or an access key.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// A secret that an operator keeps in a file outside the data folder.
pub(crate) struct OwnFile {
    /// For refusals: `the root key`.
    pub(crate) what: &'static str,
    /// The flag that names its place.
    pub(crate) flag: &'static str,
}

impl OwnFile {
    /// Opens the file if only the server's user may be able to read it; nothing if it is missing.
    pub(crate) fn open(&self, path: &Path, data_dir: &Path) -> anyhow::Result<Option<File>> {
        let Self { what, flag } = self;
        let shown = path.display();
        ensure!(
            !lies_inside(path, data_dir)?,
            "{what} {shown} lies inside the data folder {}: a copy of the folder would open itself. Move it out and name \
             its new place with {flag}",
            data_dir.display()
        );
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {what} {shown}")),
        };
        self.check(path, &file)?;
        Ok(Some(file))
    }

    /// Its content, if only the server's user may be able to read it.
    pub(crate) fn read(&self, path: &Path, data_dir: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let file = self.open(path, data_dir)?;
        let file = file.with_context(|| format!("{} {} is missing", self.what, path.display()))?;
        // As large as it can get, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(FILE_BYTES_MAX)? + 1));
        file.take(FILE_BYTES_MAX + 1)
            .read_to_end(&mut text)
            .with_context(|| format!("cannot read {}", path.display()))?;
        ensure!(text.len() as u64 <= FILE_BYTES_MAX, "{} is too long", path.display());
        Ok(text)
    }

    fn check(&self, path: &Path, file: &File) -> anyhow::Result<()> {
        let what = self.what;
        let shown = path.display();
        let metadata = file.metadata().with_context(|| format!("cannot examine {what} {shown}"))?;
        ensure!(metadata.is_file(), "{what} {shown} is not a file");
        ensure!(
            metadata.mode() & 0o077 == 0,
            "{what} {shown} can be read by others (mode {:03o}): `chmod 600 {shown}`, and ask who may have read it",
            metadata.mode() & 0o777,
        );
        let owner = metadata.uid();
        ensure!(
            owner == 0 || owner == rustix::process::geteuid().as_raw(),
            "{what} {shown} belongs to another user (uid {owner}), who can read it"
        );
        Ok(())
    }
}

/// Gives a file the name of another, in the same folder, whether or not that one is there.
pub(crate) fn promote(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder(to)
}

/// Removes a file for good.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)?;
    sync_folder(path)
}

/// Puts the content in place of whatever the file held.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_beside(path, content)?;
    std::fs::rename(&written, path).inspect_err(|_| forget(&written))?;
    sync_folder(path)
}

/// Makes the file, unless one is there already: then nothing is changed and the answer is `AlreadyExists`.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_beside(path, content)?;
    // A link, unlike a rename, never replaces what another process has made in the meantime.
    let linked = std::fs::hard_link(&written, path);
    forget(&written);
    linked?;
    sync_folder(path)
}

/// The name of the file that one is being written for, or was when its writer was killed.
pub(crate) fn written_beside(name: &str) -> Option<&str> {
    let (whole, process) = name.strip_suffix(".new")?.rsplit_once('.')?;
    (!process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit())).then_some(whole)
}

fn write_beside(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    // One that a killed process with our number has left behind.
    forget(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.inspect_err(|_| forget(&beside))?;
    Ok(beside)
}

/// The file is of no use any more. If it cannot be removed it does no harm either.
fn forget(path: &Path) {
    drop(std::fs::remove_file(path));
}

/// A new name is safe once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Whether the file is, or would be, somewhere below the folder, whatever links lead there.
fn lies_inside(file: &Path, folder: &Path) -> anyhow::Result<bool> {
    let resolve = |path: &Path| resolved(path).with_context(|| format!("cannot examine {}", path.display()));
    Ok(resolve(file)?.starts_with(resolve(folder)?))
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(resolved(parent)?.join(name))
        }
        (canonical, ..) => canonical,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_private_file_is_its_owners_alone_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_neighbour_whose_name_only_begins_alike_is_outside() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!lies_inside(&folder.path().join("database.key"), &folder.path().join("data")).unwrap());
    }

    #[test]
    fn creating_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, b"one").unwrap();
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
