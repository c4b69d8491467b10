//! The deployment's key: the one thing that the root key opens, and the source of every other key.
//!
//! So the root key can be replaced by writing one row, and nothing else is sealed anew.

use anyhow::{bail, ensure};
use contract::DeploymentRecord;
use custody::SealedRootKey;
use seal::{KeyMaterial, OpenError, unwrap, wrap};
use terms::{Entropy, SecretBytes, Uid};

use crate::root_key::Fingerprint;

/// A root key, and how it is kept.
pub(super) struct KeptRootKey {
    pub(super) key: SecretBytes,
    /// None where the key itself lies in a file, a credential, or behind a descriptor.
    pub(super) sealed: Option<SealedRootKey>,
}

/// The custody of a key that lies somewhere as it is. The store knows no more of it: where it lies is the configuration's.
pub(super) const HELD: &str = "file";

/// Makes the key of a store that is new, which the root key opens from now on. Nothing is written here.
pub(super) fn make(uid: Uid, root_key: &KeptRootKey, entropy: &dyn Entropy) -> anyhow::Result<DeploymentRecord> {
    record(uid, 1, root_key, &KeyMaterial::generate(entropy), entropy)
}

pub(super) fn open(root_key: &SecretBytes, record: &DeploymentRecord) -> anyhow::Result<KeyMaterial> {
    let root = KeyMaterial::from_bytes(root_key)?;
    let (given, expected) = (Fingerprint::of_id(root.id()?), Fingerprint::of_id(record.root_key_id));
    ensure!(
        given == expected,
        "this is not the root key of this store: the store expects the key with the fingerprint {expected}, and the one \
         it was given has {given}. Nothing was changed"
    );
    match unwrap(&root, &record.wrapped_key, &context(&uid_text(record.uid))) {
        Ok(key) => Ok(key),
        Err(OpenError) => bail!("the store's own key is damaged: the right root key does not open it"),
    }
}

/// The record with another root key.
pub(super) fn rewrap(
    before: &DeploymentRecord,
    root_key: &KeptRootKey,
    key: &KeyMaterial,
    entropy: &dyn Entropy,
) -> anyhow::Result<DeploymentRecord> {
    record(before.uid, before.revision.saturating_add(1), root_key, key, entropy)
}

fn record(
    uid: Uid,
    revision: u64,
    root_key: &KeptRootKey,
    key: &KeyMaterial,
    entropy: &dyn Entropy,
) -> anyhow::Result<DeploymentRecord> {
    let root = KeyMaterial::from_bytes(&root_key.key)?;
    let wrapped_key = wrap(&root, key, &context(&uid_text(uid)), entropy)?.into_bytes();
    let sealed = root_key.sealed.as_ref();
    Ok(DeploymentRecord {
        uid,
        revision,
        root_key_id: root.id()?,
        custody: sealed.map_or(HELD, |sealed| sealed.kind().as_str()).to_owned(),
        sealed_root_key: sealed.map(|sealed| sealed.as_bytes().to_vec()),
        wrapped_key,
    })
}

/// The deployment's id, for which alone a sealed root key opens.
pub(super) fn uid_text(uid: Uid) -> String {
    uid.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
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

    fn held(byte: u8) -> KeptRootKey {
        KeptRootKey { key: root_key(byte), sealed: None }
    }

    fn made() -> DeploymentRecord {
        make(Uid::random(&SystemEntropy), &held(1), &SystemEntropy).unwrap()
    }

    #[test]
    fn the_key_that_was_made_is_opened_by_the_same_root_key() {
        let record = made();
        assert_eq!((record.revision, record.custody.as_str()), (1, "file"));
        let [first, later] = [0, 1].map(|_| open(&root_key(1), &record).unwrap());
        assert_eq!(first.expose(), later.expose());
        assert_ne!(first.expose(), open(&root_key(1), &made()).unwrap().expose());
    }

    #[test]
    fn another_root_key_is_told_which_one_is_expected() {
        let record = made();
        let refusal = open(&root_key(2), &record).unwrap_err().to_string();
        for fingerprint in [Fingerprint::of_id(record.root_key_id), Fingerprint::of(&root_key(2)).unwrap()] {
            assert!(refusal.contains(&fingerprint.to_string()), "{refusal}");
        }
    }

    #[test]
    fn a_new_root_key_opens_the_same_key_and_the_old_one_does_not() {
        let before = made();
        let key = open(&root_key(1), &before).unwrap();
        let after = rewrap(&before, &held(2), &key, &SystemEntropy).unwrap();
        assert_eq!((after.uid, after.revision), (before.uid, 2));
        assert_eq!(open(&root_key(2), &after).unwrap().expose(), key.expose());
        assert!(open(&root_key(1), &after).is_err());
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
