use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::system::SystemEntropy;

/// A folder for everything, with a data folder and the place of a key in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder }
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("data.key")
    }

    fn load_from(&self, path: &Path, is_needed: bool) -> anyhow::Result<RootKey> {
        let expected = is_needed.then_some(Fingerprint([7; 16]));
        load_or_create(&RootKeySource::File(path.to_owned()), &self.data_dir(), expected, &SystemEntropy)
    }

    fn load(&self, is_needed: bool) -> anyhow::Result<RootKey> {
        self.load_from(&self.key_file(), is_needed)
    }

    fn write(&self, text: &[u8], mode: u32) {
        std::fs::write(self.key_file(), text).unwrap();
        std::fs::set_permissions(self.key_file(), std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn refusal(result: anyhow::Result<RootKey>) -> String {
    format!("{:#}", result.unwrap_err())
}

const CANARY: &str = "Y2FuYXJ5";

#[test]
fn the_first_start_makes_a_key_that_later_starts_read() {
    let place = Place::new();
    let first = place.load(false).unwrap();
    assert_eq!(first.created, Some(place.key_file()));
    assert_eq!(first.key.len(), 32);
    assert_eq!(std::fs::metadata(place.key_file()).unwrap().permissions().mode() & 0o777, 0o600);

    let later = place.load(true).unwrap();
    assert_eq!(later.created, None);
    assert_eq!(later.key, first.key);
    assert_ne!(Place::new().load(false).unwrap().key, first.key);
}

#[test]
fn a_lost_key_is_not_replaced_where_a_store_needs_it() {
    let place = Place::new();
    let refusal = refusal(place.load(true));
    assert!(refusal.contains("is missing") && refusal.contains("No new key is made"), "{refusal}");
    assert!(!place.key_file().exists());
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let place = Place::new();
    place.load(false).unwrap();
    let text = std::fs::read(place.key_file()).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601, 0o666] {
        place.write(&text, mode);
        assert!(refusal(place.load(true)).contains("can be read by others"), "{mode:o}");
    }
    for mode in [0o600, 0o400] {
        place.write(&text, mode);
        assert!(place.load(true).is_ok(), "{mode:o}");
    }
}

#[test]
fn a_key_inside_the_data_folder_is_refused_however_it_got_there() {
    let place = Place::new();
    let inside = place.data_dir().join("keys/root.key");
    assert!(refusal(place.load_from(&inside, false)).contains("lies inside"));
    assert!(!inside.exists());

    let roundabout = place.folder.path().join("data/../data/root.key");
    assert!(refusal(place.load_from(&roundabout, false)).contains("lies inside"));

    std::fs::write(place.data_dir().join("root.key"), "x").unwrap();
    symlink(place.data_dir().join("root.key"), place.key_file()).unwrap();
    assert!(refusal(place.load(false)).contains("lies inside"));
}

#[test]
fn a_file_that_is_no_key_is_refused_without_being_quoted() {
    let place = Place::new();
    let short = format!("{FORMAT}{CANARY}\n");
    let long = format!("{FORMAT}{}\n", CANARY.repeat(6));
    let huge = format!("{FORMAT}{}", CANARY.repeat(10_000));
    let no_base64 = format!("{FORMAT}{}!", CANARY.repeat(5));
    for (text, reason) in [
        ("", "is no root key"),
        (CANARY, "is no root key"),
        ("keepwell-root-key-v2:Y2FuYXJ5", "is no root key"),
        (&short, "is damaged"),
        (&long, "is damaged"),
        (&huge, "is damaged"),
        (&no_base64, "is damaged"),
    ] {
        place.write(text.as_bytes(), 0o600);
        let refusal = refusal(place.load(true));
        assert!(refusal.contains(reason) && !refusal.contains(CANARY), "{refusal}");
    }
}

#[test]
fn a_folder_in_the_keys_place_is_refused() {
    let place = Place::new();
    std::fs::create_dir(place.key_file()).unwrap();
    assert!(refusal(place.load(false)).contains("is not a file"));
}

#[test]
fn a_credential_and_a_descriptor_hold_the_same_text_as_the_file() {
    let place = Place::new();
    let made = place.load(false).unwrap().key;

    // systemd shows an ACL's mask in the group's bits.
    place.write(&std::fs::read(place.key_file()).unwrap(), 0o440);
    let credential = RootKeySource::Credential(Some(place.key_file()));
    assert_eq!(load_or_create(&credential, &place.data_dir(), None, &SystemEntropy).unwrap().key, made);

    let (reader, mut pipe) = io::pipe().unwrap();
    io::Write::write_all(&mut pipe, &std::fs::read(place.key_file()).unwrap()).unwrap();
    drop(pipe);
    let number = u32::try_from(std::os::fd::AsRawFd::as_raw_fd(&reader)).unwrap();
    let descriptor = RootKeySource::Descriptor(number);
    assert_eq!(load_or_create(&descriptor, &place.data_dir(), None, &SystemEntropy).unwrap().key, made);
}

#[test]
fn a_descriptor_that_is_not_open_is_refused_by_name() {
    let place = Place::new();
    let refusal = refusal(load_or_create(&RootKeySource::Descriptor(987), &place.data_dir(), None, &SystemEntropy));
    assert!(refusal.contains("file descriptor 987"), "{refusal}");
}

#[test]
fn a_credential_that_systemd_has_not_put_in_place_is_told() {
    let place = Place::new();
    let refusal = refusal(load_or_create(&RootKeySource::Credential(None), &place.data_dir(), None, &SystemEntropy));
    assert!(refusal.contains("LoadCredentialEncrypted=root-key"), "{refusal}");
}
