//! The deployment's key: the one thing that the root key opens, and the source of every other key.
//!
//! So the root key can be replaced by writing one row, and nothing else is sealed anew.

use anyhow::{bail, ensure};
use contract::DeploymentRecord;
use seal::{KeyMaterial, OpenError, unwrap, wrap};
use terms::{Entropy, SecretBytes, Uid};

/// The key, and its record if this start has made it.
pub(super) struct DeploymentKey {
    pub(super) key: KeyMaterial,
    pub(super) made: Option<DeploymentRecord>,
}

/// Opens what the store holds, or makes the key of a store that is new. Nothing is written here.
pub(super) fn open_or_make(
    root_key: &SecretBytes,
    found: Option<&DeploymentRecord>,
    entropy: &dyn Entropy,
) -> anyhow::Result<DeploymentKey> {
    match found {
        Some(record) => Ok(DeploymentKey { key: open(root_key, record)?, made: None }),
        None => {
            let key = KeyMaterial::generate(entropy);
            let made = Some(record(root_key, &key, entropy)?);
            Ok(DeploymentKey { key, made })
        }
    }
}

pub(super) fn open(root_key: &SecretBytes, record: &DeploymentRecord) -> anyhow::Result<KeyMaterial> {
    let root = KeyMaterial::from_bytes(root_key)?;
    let (given, expected) = (root.id()?, record.root_key_id);
    ensure!(
        given == expected,
        "this is not the root key of this store: the store expects the key with the fingerprint {}, and the one it was \
         given has {}. Nothing was changed",
        fingerprint(expected),
        fingerprint(given)
    );
    let uid = uid_text(record.uid);
    match unwrap(&root, &record.wrapped_key, &context(&uid)) {
        Ok(key) => Ok(key),
        Err(OpenError) => bail!("the store's own key is damaged: the right root key does not open it"),
    }
}

fn record(root_key: &SecretBytes, key: &KeyMaterial, entropy: &dyn Entropy) -> anyhow::Result<DeploymentRecord> {
    let root = KeyMaterial::from_bytes(root_key)?;
    let uid = Uid::random(entropy);
    let wrapped_key = wrap(&root, key, &context(&uid_text(uid)), entropy)?.into_bytes();
    Ok(DeploymentRecord {
        uid,
        revision: 1,
        root_key_id: root.id()?,
        custody: "file".to_owned(),
        sealed_root_key: None,
        wrapped_key,
    })
}

/// Names a root key, and tells nothing of it.
pub(super) fn fingerprint(id: [u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn uid_text(uid: Uid) -> String {
    fingerprint(*uid.as_bytes())
}

fn context(uid: &str) -> [(&str, &str); 2] {
    [("purpose", "deployment key"), ("deployment", uid)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    fn root_key(byte: u8) -> SecretBytes {
        SecretBytes::new(vec![byte; 32])
    }

    fn made() -> DeploymentRecord {
        open_or_make(&root_key(1), None, &SystemEntropy).unwrap().made.unwrap()
    }

    #[test]
    fn the_key_that_was_made_is_opened_by_the_same_root_key() {
        let first = open_or_make(&root_key(1), None, &SystemEntropy).unwrap();
        let record = first.made.unwrap();
        let later = open_or_make(&root_key(1), Some(&record), &SystemEntropy).unwrap();
        assert!(later.made.is_none());
        assert_eq!(later.key.expose(), first.key.expose());
    }

    #[test]
    fn another_root_key_is_told_which_one_is_expected() {
        let record = made();
        let refusal = open(&root_key(2), &record).unwrap_err().to_string();
        assert!(refusal.contains(&fingerprint(record.root_key_id)), "{refusal}");
        let given = KeyMaterial::from_bytes(&root_key(2)).unwrap().id().unwrap();
        assert!(refusal.contains(&fingerprint(given)), "{refusal}");
    }

    #[test]
    fn every_changed_byte_of_the_stored_key_is_refused() {
        let record = made();
        for place in 0..record.wrapped_key.len() {
            let mut changed = record.clone();
            changed.wrapped_key[place] ^= 1;
            assert!(open(&root_key(1), &changed).is_err(), "byte {place}");
        }
        let of_another = DeploymentRecord { uid: Uid::random(&SystemEntropy), ..record };
        assert!(open(&root_key(1), &of_another).is_err());
    }
}
