//! The access keys that the server hands to its operator.

use std::path::Path;

use anyhow::{Context, bail};
use terms::SecretBytes;
use zeroize::Zeroizing;

use super::profile::{DEFAULT, member, write_profile};
use super::{read, replace, word};

const CREDENTIALS: &str = "credentials";

/// An access key as clients present it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
}

/// Whose access key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// The default.
    Administrator,
    Root,
}

impl Profile {
    const ALL: [Self; 2] = [Self::Administrator, Self::Root];

    fn heading(self) -> &'static str {
        match self {
            Self::Administrator => DEFAULT,
            Self::Root => "[root]",
        }
    }
}

/// Hands an access key to local clients. The other profile's stays.
pub fn write_credentials(data_dir: &Path, profile: Profile, credentials: &Credentials) -> anyhow::Result<()> {
    let mut profiles = Vec::new();
    for each in Profile::ALL {
        let held = if each == profile { Some(credentials.clone()) } else { find_credentials(data_dir, each)? };
        profiles.extend(held.map(|held| text_of(each, &held)).transpose()?);
    }
    // Sized beforehand, so that growing leaves no copy of a key behind.
    let mut text = Zeroizing::new(String::with_capacity(profiles.iter().map(|profile| profile.len()).sum()));
    profiles.iter().for_each(|profile| text.push_str(profile));
    replace(&data_dir.join(CREDENTIALS), &text)
}

/// What the file holds of the profile. None where there is no file, or nothing of it in there.
pub fn find_credentials(data_dir: &Path, profile: Profile) -> anyhow::Result<Option<Credentials>> {
    let text = read(&data_dir.join(CREDENTIALS))?;
    Ok(text.and_then(|text| credentials_in(&text, profile)))
}

/// The key that clients are to use.
pub(crate) fn read_credentials(data_dir: &Path) -> anyhow::Result<Credentials> {
    let path = data_dir.join(CREDENTIALS);
    let Some(text) = read(&path)? else {
        bail!(
            "there is no {}: no server has been started on this folder yet. Start one with \
             `keepwell serve --data-dir {}`, or name another folder with --data-dir",
            path.display(),
            word(data_dir)
        );
    };
    let refusal = || format!("{} holds no aws_access_key_id and aws_secret_access_key", path.display());
    credentials_in(&text, Profile::Administrator).with_context(refusal)
}

/// Credentials for another service, in the form of AWS's files.
pub(crate) struct ForeignCredentials {
    pub(crate) key: Credentials,
    pub(crate) session_token: Option<SecretBytes>,
}

/// What the text of a credentials file holds of a profile.
pub(crate) fn credentials_of(text: &str, profile: &str) -> Option<ForeignCredentials> {
    let heading = format!("[{profile}]");
    let token = member(text, &heading, "aws_session_token");
    let session_token = token.map(|token| SecretBytes::copy_of(token.as_bytes()));
    Some(ForeignCredentials { key: credentials_under(text, &heading)?, session_token })
}

fn credentials_in(text: &str, profile: Profile) -> Option<Credentials> {
    credentials_under(text, profile.heading())
}

fn credentials_under(text: &str, heading: &str) -> Option<Credentials> {
    let member = |name| member(text, heading, name);
    let (id, secret) = (member("aws_access_key_id")?, member("aws_secret_access_key")?);
    Some(Credentials { access_key_id: id.to_owned(), secret_access_key: SecretBytes::copy_of(secret.as_bytes()) })
}

fn text_of(profile: Profile, credentials: &Credentials) -> anyhow::Result<Zeroizing<String>> {
    let secret = std::str::from_utf8(credentials.secret_access_key.expose()).ok().context("the key is no text")?;
    let members = [("aws_access_key_id", credentials.access_key_id.as_str()), ("aws_secret_access_key", secret)];
    write_profile(profile.heading(), &members)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn credentials(number: u8) -> Credentials {
        Credentials {
            access_key_id: format!("AKIAABCDEFGHIJKLMNO{number}"),
            secret_access_key: SecretBytes::copy_of(format!("a/b+c=d={number}").as_bytes()),
        }
    }

    #[test]
    fn each_profile_keeps_its_key_when_the_other_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let find = |profile| find_credentials(folder.path(), profile).unwrap();
        for (root, administrator) in [(1, 2), (3, 4)] {
            write_credentials(folder.path(), Profile::Root, &credentials(root)).unwrap();
            write_credentials(folder.path(), Profile::Administrator, &credentials(administrator)).unwrap();
            assert_eq!(find(Profile::Root), Some(credentials(root)));
            assert_eq!(find(Profile::Administrator), Some(credentials(administrator)));
        }
        write_credentials(folder.path(), Profile::Root, &credentials(5)).unwrap();
        assert_eq!(read_credentials(folder.path()).unwrap(), credentials(4));
    }

    #[test]
    fn the_keys_are_readable_by_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        write_credentials(folder.path(), Profile::Administrator, &credentials(1)).unwrap();
        let mode = std::fs::metadata(folder.path().join("credentials")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_without_a_server_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = read_credentials(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("keepwell serve --data-dir"), "{refusal}");
        assert_eq!(find_credentials(folder.path(), Profile::Root).unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_refused_without_being_quoted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("credentials"), "[default]\naws_secret_access_key = canary\n").unwrap();
        let refusal = format!("{:#}", read_credentials(folder.path()).unwrap_err());
        assert!(refusal.contains("aws_access_key_id") && !refusal.contains("canary"), "{refusal}");
    }
}
