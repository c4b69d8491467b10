//! Where the root encryption key comes from.

use std::path::{Path, PathBuf};

use super::setting::settings;

settings! {
    pub struct RootKey {
        /// The file of the root encryption key, made at first start, readable by its owner alone and outside the data
        /// folder, so that a copy of the folder opens nothing. By default it is the data folder's name with `.key` added.
        "root_key.file" => file: Option<PathBuf> = None,
        /// Read the root encryption key from an inherited file descriptor instead: a pipe from a program that fetches it.
        "root_key.fd" => fd: Option<u32> = None,
    }
}

/// The one place that the key will be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKeySource {
    File(PathBuf),
    /// A file that systemd has put in place, under `$CREDENTIALS_DIRECTORY`.
    Credential(PathBuf),
    Descriptor(u32),
}

impl RootKeySource {
    /// What the operator named wins; then a systemd credential that is there; then the data folder's sibling.
    pub(super) fn choose(
        root_key: &RootKey,
        data_dir: &Path,
        credential: Option<PathBuf>,
    ) -> Result<RootKeySource, String> {
        match (&root_key.fd, &root_key.file, credential) {
            (Some(_), Some(_), _) => Err("root_key.file and root_key.fd exclude each other: give one".to_owned()),
            (Some(descriptor), None, _) if *descriptor < 3 => {
                Err("root_key.fd: expected 3 or more; 0 to 2 are the standard streams".to_owned())
            }
            (Some(descriptor), None, _) => Ok(Self::Descriptor(*descriptor)),
            (None, Some(file), _) => Ok(Self::File(file.clone())),
            (None, None, Some(credential)) => Ok(Self::Credential(credential)),
            (None, None, None) => sibling(data_dir).map(Self::File).ok_or_else(|| {
                "root_key.file: the data folder has no name to put a key beside; name a file".to_owned()
            }),
        }
    }
}

/// `keepwell-data` becomes `keepwell-data.key`.
fn sibling(data_dir: &Path) -> Option<PathBuf> {
    let mut name = data_dir.file_name()?.to_owned();
    name.push(".key");
    Some(data_dir.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(file: Option<&str>, fd: Option<u32>, credential: Option<&str>) -> Result<RootKeySource, String> {
        let root_key = RootKey { file: file.map(PathBuf::from), fd };
        RootKeySource::choose(&root_key, Path::new("/var/lib/keepwell/"), credential.map(PathBuf::from))
    }

    #[test]
    fn the_key_is_the_data_folders_sibling_unless_told_otherwise() {
        assert_eq!(choose(None, None, None), Ok(RootKeySource::File("/var/lib/keepwell.key".into())));
        assert_eq!(
            choose(None, None, Some("/run/c/root-key")),
            Ok(RootKeySource::Credential("/run/c/root-key".into()))
        );
        assert_eq!(choose(Some("/k"), None, Some("/run/c/root-key")), Ok(RootKeySource::File("/k".into())));
        assert_eq!(choose(None, Some(3), Some("/run/c/root-key")), Ok(RootKeySource::Descriptor(3)));
    }

    #[test]
    fn two_sources_or_a_standard_stream_are_refused() {
        assert!(choose(Some("/k"), Some(3), None).is_err());
        assert!(choose(None, Some(0), None).is_err());
        let root_key = RootKey { file: None, fd: None };
        assert!(RootKeySource::choose(&root_key, Path::new("/"), None).is_err());
        assert!(RootKeySource::choose(&root_key, Path::new(".."), None).is_err());
    }
}
