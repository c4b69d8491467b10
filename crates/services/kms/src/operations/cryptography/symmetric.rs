//! Symmetric encryption keys in use.

use std::sync::Arc;

use contract::{KeyRecord, KeyUsage};
use policy::Action;
use seal::encrypt;
use shape::Enumeration;
use terms::SecretBytes;

use super::{algorithm::incompatible, encryption_context::EncryptionContext};
use crate::{
    error::Error,
    find::FoundKey,
    key_keys::KeyUse,
    keyring::KeyringError,
    room::Call,
    shapes::EncryptionAlgorithmSpec,
    states::{require_enabled, require_usage},
};

/// How a request would use one key. ReEncrypt uses two.
#[derive(Clone, Copy)]
pub(super) struct SymmetricUse<'a> {
    pub(super) action: Action,
    pub(super) context: EncryptionContext<'a>,
    pub(super) algorithm: EncryptionAlgorithmSpec,
    /// Of ReEncrypt: is the key that seals the one that opened?
    pub(super) is_on_same_key: Option<bool>,
}

/// What was sealed, and with which material.
pub(super) struct Sealed {
    pub(super) ciphertext_blob: SecretBytes,
    pub(super) key_material_id: String,
}

impl<'a> SymmetricUse<'a> {
    pub(super) fn new(
        action: Action,
        context: EncryptionContext<'a>,
        algorithm: Option<EncryptionAlgorithmSpec>,
    ) -> Self {
        let algorithm = algorithm.unwrap_or(EncryptionAlgorithmSpec::SymmetricDefault);
        Self { action, context, algorithm, is_on_same_key: None }
    }

    /// The condition keys that are its own. The algorithm is there whether it was asked for or not.
    pub(super) fn members(&self) -> Vec<(&'static str, &'static str)> {
        let same_key = self.is_on_same_key.map(|is_same| if is_same { "true" } else { "false" });
        let same_key = same_key.map(|is_same| ("reencryptonsamekey", is_same));
        [("encryptionalgorithm", self.algorithm.as_str())].into_iter().chain(same_key).collect()
    }
}

impl Call<'_> {
    /// Opens a key that the caller may use so.
    pub(super) async fn open_to_use(&self, found: FoundKey, using: SymmetricUse<'_>) -> Result<Arc<KeyRecord>, Error> {
        let members = using.members();
        let asked = KeyUse {
            encryption_context: using.context.asked(),
            alias: found.alias.as_deref(),
            members: &members,
            ..KeyUse::default()
        };
        let permit = self.room.authorize_key(self.asker(), using.action, &found.key.key(), &asked).await?;
        Ok(found.key.open_key(&permit)?)
    }

    /// Can the key be used so at all?
    pub(super) fn require_usable(&self, key: &KeyRecord, using: SymmetricUse<'_>) -> Result<(), Error> {
        require_enabled(&key.arn, key.details.state)?;
        require_usage(&key.arn, key.details.usage, KeyUsage::EncryptDecrypt, self.action.operation())?;
        match using.algorithm {
            EncryptionAlgorithmSpec::SymmetricDefault => Ok(()),
            other => Err(incompatible(other.as_str(), key.details.spec)),
        }
    }

    /// Seals with the newest material.
    pub(super) async fn seal(
        &self,
        key: &KeyRecord,
        context: EncryptionContext<'_>,
        plaintext: &SecretBytes,
    ) -> Result<Sealed, Error> {
        let (_, record) = key.newest_material().ok_or(KeyringError::NoMaterial(key.id))?;
        let (which, material) = self.room.newest_material(key).await?;
        let blob = encrypt((which, &material), &context.pairs(), plaintext.expose(), &*self.room.entropy)?;
        Ok(Sealed { ciphertext_blob: SecretBytes::new(blob), key_material_id: record.id.clone() })
    }
}
