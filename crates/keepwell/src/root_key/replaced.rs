//! The files of a root key that is being replaced.
//!
//! The new key is written beside the old one before the store is told of it, under a name made of its fingerprint, and
//! takes the old one's name after that. So whenever the power goes, the key that the store expects is in one of the two
//! files, and a start finds it. A name of its own means that no attempt can spoil what another has written, also where it
//! is not known whether the store has taken it.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use terms::SecretBytes;

use super::{Fingerprint, from_file};
use crate::private_file;

const SUFFIX: &str = ".next";
/// Of the fingerprint's letters.
const NAME_LENGTH: usize = 16;

/// Where the key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Own,
    /// In a file beside its own, which has yet to take its name.
    Beside(PathBuf),
}

/// The key that is expected, from either file, or else whatever key is in its own.
pub(crate) fn find(
    path: &Path,
    data_dir: &Path,
    expected: Option<Fingerprint>,
) -> anyhow::Result<Option<(SecretBytes, Place)>> {
    let own = from_file(path, data_dir)?;
    let Some(expected) = expected else { return Ok(own.map(|key| (key, Place::Own))) };
    if let Some(key) = &own
        && Fingerprint::of(key)? == expected
    {
        return Ok(own.map(|key| (key, Place::Own)));
    }
    let beside = next_path(path, expected);
    match from_file(&beside, data_dir)? {
        Some(key) if Fingerprint::of(&key)? == expected => Ok(Some((key, Place::Beside(beside)))),
        _ => Ok(own.map(|key| (key, Place::Own))),
    }
}

/// `data.key.0123456789abcdef.next`, in the folder where the key really is.
pub(crate) fn next_path(path: &Path, fingerprint: Fingerprint) -> PathBuf {
    let path = real(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let fingerprint = fingerprint.to_string();
    name.push(format!(".{}{SUFFIX}", fingerprint.get(..NAME_LENGTH).unwrap_or_default()));
    path.with_file_name(name)
}

/// The replacement takes its place.
pub(crate) fn promote(beside: &Path, path: &Path) -> anyhow::Result<()> {
    let path = real(path);
    private_file::promote(beside, &path)
        .with_context(|| format!("cannot rename {} to {}", beside.display(), path.display()))
}

/// A link to the key stays one.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Removes what replacements that came to nothing have left beside the key. Only for who knows that none is under way.
pub(crate) fn forget_others(path: &Path) -> anyhow::Result<usize> {
    let path = &real(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut forgotten = 0;
    for entry in entries {
        let entry = entry?;
        if is_left_over(path, &entry.file_name().to_string_lossy()) {
            private_file::remove(&entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// One that waited for its name, or a part of one that was being written.
fn is_left_over(path: &Path, name: &str) -> bool {
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(rest) = name.strip_prefix(&*own) else { return false };
    let (rest, is_part) = match private_file::written_beside(rest) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let middle = rest.strip_prefix('.').and_then(|rest| rest.strip_suffix(SUFFIX));
    let is_waiting =
        middle.is_some_and(|middle| middle.len() == NAME_LENGTH && middle.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_waiting || is_part && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::{generate, write_new};
    use super::*;
    use crate::system::SystemEntropy;

    struct Keys {
        folder: tempfile::TempDir,
        path: PathBuf,
    }

    impl Keys {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("data.key");
            Self { folder, path }
        }

        fn put(&self, path: &Path) -> SecretBytes {
            let key = generate(&SystemEntropy);
            write_new(path, &key).unwrap();
            key
        }

        fn put_beside(&self) -> SecretBytes {
            let key = generate(&SystemEntropy);
            write_new(&next_path(&self.path, Fingerprint::of(&key).unwrap()), &key).unwrap();
            key
        }

        fn find(&self, expected: &SecretBytes) -> Option<(SecretBytes, Place)> {
            let expected = Some(Fingerprint::of(expected).unwrap());
            find(&self.path, &self.folder.path().join("data"), expected).unwrap()
        }
    }

    #[test]
    fn the_expected_key_is_found_in_either_file_and_whatever_else_there_is_told() {
        let keys = Keys::new();
        let (own, next, other) = (keys.put(&keys.path), keys.put_beside(), keys.put_beside());
        assert_eq!(keys.find(&own), Some((own.clone(), Place::Own)));
        let beside = next_path(&keys.path, Fingerprint::of(&next).unwrap());
        assert_eq!(keys.find(&next), Some((next, Place::Beside(beside))));
        assert!(keys.find(&other).is_some_and(|(key, _)| key == other));
        assert_eq!(keys.find(&generate(&SystemEntropy)), Some((own, Place::Own)));
    }

    #[test]
    fn a_replacement_takes_the_place_that_a_link_leads_to() {
        let keys = Keys::new();
        let elsewhere = tempfile::tempdir().unwrap();
        keys.put(&elsewhere.path().join("real.key"));
        std::os::unix::fs::symlink(elsewhere.path().join("real.key"), &keys.path).unwrap();
        let next = keys.put_beside();
        let Some((_, Place::Beside(beside))) = keys.find(&next) else { panic!("not found") };
        assert_eq!(beside.parent(), Some(elsewhere.path().canonicalize().unwrap().as_path()));
        promote(&beside, &keys.path).unwrap();
        assert_eq!(keys.find(&next), Some((next, Place::Own)));
        assert!(keys.path.is_symlink());
    }

    #[test]
    fn only_what_replacements_have_left_is_forgotten() {
        let keys = Keys::new();
        let own = keys.put(&keys.path);
        let (next, other) = (keys.put_beside(), keys.put_beside());
        for part in ["data.key.99.new", "data.key.0123456789abcdef.next.99.new"] {
            keys.put(&keys.folder.path().join(part));
        }
        for name in
            ["data.key.next", "data.key.old.next", "data.key.0123456789abcdef", "other.key.0123456789abcdef.next"]
        {
            keys.put(&keys.folder.path().join(name));
        }
        assert_eq!(forget_others(&keys.path).unwrap(), 4);
        assert_eq!(std::fs::read_dir(keys.folder.path()).unwrap().count(), 5);
        for lost in [next, other] {
            assert!(keys.find(&lost).is_some_and(|(key, _)| key == own));
        }
    }

    #[test]
    fn a_key_beside_its_place_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let keys = Keys::new();
        keys.put(&keys.path);
        let next = Fingerprint::of(&keys.put_beside()).unwrap();
        let beside = next_path(&keys.path, next);
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refusal = find(&keys.path, &keys.folder.path().join("data"), Some(next)).unwrap_err().to_string();
        assert!(refusal.contains("can be read by others"), "{refusal}");
    }
}
