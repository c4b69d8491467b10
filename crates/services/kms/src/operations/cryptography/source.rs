//! Ciphertexts, and the keys that open them.
//!
//! A ciphertext names its key itself, which may be anybody's. The key is found before any policy is asked, so that
//! policies about keys mean it; whoever may not use it does not learn whether there is one.

use std::sync::Arc;

use contract::{Guarded, KeyId, KeyRecord, KeyState};
use policy::Action;
use seal::{CiphertextBlob, FormatError, OpenError, decrypt};
use terms::SecretBytes;

use super::{encryption_context::EncryptionContext, symmetric::SymmetricUse};
use crate::{
    dry_run::would_have_succeeded,
    error::Error,
    find::FoundKey,
    key_id::{Name, NamedKey},
    key_keys::KeyUse,
    room::Call,
    shapes::DryRunModifierType,
};

/// What is to be opened.
pub(super) struct Source<'a> {
    /// None where a dry run passes over it.
    blob: Option<CiphertextBlob<'a>>,
    key_id: Option<&'a str>,
}

/// The key that is to open it.
pub(super) enum SourceKey {
    /// In the request, so that refusals may speak of it.
    Named(FoundKey),
    /// By the ciphertext alone.
    Unnamed { bits: [u8; 16], key: Option<Guarded<Arc<KeyRecord>>> },
}

/// What came out, and which material opened it.
pub(super) struct Opened {
    pub(super) plaintext: SecretBytes,
    pub(super) key_material_id: String,
}

impl<'a> Source<'a> {
    pub(super) fn parse(
        ciphertext_blob: Option<&'a SecretBytes>,
        key_id: Option<&'a str>,
        dry_run: Option<bool>,
        modifiers: Option<&[DryRunModifierType]>,
    ) -> Result<Self, Error> {
        // The texts are chosen, but for that of the missing ciphertext, which is from when the model demanded one.
        let modifiers = modifiers.unwrap_or_default();
        if !modifiers.is_empty() && dry_run != Some(true) {
            return Err(Error::Validation("DryRunModifiers can only be specified with DryRun.".to_owned()));
        }
        if modifiers.contains(&DryRunModifierType::IgnoreCiphertext) {
            return match key_id {
                Some(_) => Ok(Self { blob: None, key_id }),
                None => Err(Error::Validation("A key must be specified to ignore the ciphertext.".to_owned())),
            };
        }
        let Some(bytes) = ciphertext_blob else {
            let text = "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must \
                        not be null";
            return Err(Error::Validation(text.to_owned()));
        };
        let blob = CiphertextBlob::parse(bytes.expose()).map_err(|FormatError| invalid_ciphertext())?;
        Ok(Self { blob: Some(blob), key_id })
    }

    /// After the caller's right to the key that was named: is the ciphertext under it?
    pub(super) fn require_its_key(&self, key: &KeyRecord) -> Result<(), Error> {
        match &self.blob {
            Some(blob) if blob.key().key != key.id.bits => {
                let text = "The key ID in the request does not identify a CMK that can perform this operation.";
                Err(Error::refused("IncorrectKeyException", text))
            }
            _ => Ok(()),
        }
    }
}

impl SourceKey {
    /// The bits of its id. The other parts of the id are the key's own.
    pub(super) fn bits(&self) -> [u8; 16] {
        match self {
            Self::Named(found) => found.key.key().id.bits,
            Self::Unnamed { bits, .. } => *bits,
        }
    }
}

impl Call<'_> {
    pub(super) async fn find_source(&self, source: &Source<'_>, action: Action) -> Result<SourceKey, Error> {
        match (source.key_id, &source.blob) {
            (Some(key_id), _) => {
                let named = NamedKey::parse(self.caller.scope(), key_id)?;
                Ok(SourceKey::Named(self.room.find(self.asker(), action, &named).await?))
            }
            (None, Some(blob)) => {
                let bits = blob.key().key;
                let key = self.room.store.key(self.caller.region(), bits).await?;
                let key = key.filter(|key| key.key().details.state != KeyState::Deleted);
                Ok(SourceKey::Unnamed { bits, key })
            }
            (None, None) => Err(Error::Internal("a source has neither a ciphertext nor a key".to_owned())),
        }
    }

    /// Opens the key if the caller may use it so.
    pub(super) async fn open_source(
        &self,
        source: SourceKey,
        using: SymmetricUse<'_>,
    ) -> Result<Arc<KeyRecord>, Error> {
        match source {
            SourceKey::Named(found) => self.open_to_use(found, using).await,
            SourceKey::Unnamed { bits, key } => match self.open_unnamed(bits, key, using).await {
                Err(Error::AccessDenied(_)) => Err(self.forbidden(using.action)),
                opened => opened,
            },
        }
    }

    /// A key of another account that the caller may not use is one that is not there, in whatever is kept of the refusal.
    async fn open_unnamed(
        &self,
        bits: [u8; 16],
        key: Option<Guarded<Arc<KeyRecord>>>,
        using: SymmetricUse<'_>,
    ) -> Result<Arc<KeyRecord>, Error> {
        if let Some(key) = key
            && self.may_learn_of(&key, using).await?
        {
            return self.open_to_use(FoundKey { key, alias: None }, using).await;
        }
        let id = KeyId { bits, is_multi_region: false };
        let unknown = NamedKey { scope: self.caller.scope(), name: Name::Id(id) };
        Err(self.room.refuse_unknown(self.asker(), using.action, &unknown).await)
    }

    async fn may_learn_of(&self, key: &Guarded<Arc<KeyRecord>>, using: SymmetricUse<'_>) -> Result<bool, Error> {
        let subject = key.key();
        if subject.scope.account == self.caller.account() {
            return Ok(true);
        }
        let members = using.members();
        let asked = KeyUse { encryption_context: using.context.asked(), members: &members, ..KeyUse::default() };
        self.room.may_use_key(self.asker(), using.action, &subject, &asked).await
    }

    /// Opens the ciphertext. Whatever is wrong with it or its context is told alike.
    pub(super) async fn open_ciphertext(
        &self,
        key: &KeyRecord,
        source: &Source<'_>,
        context: EncryptionContext<'_>,
    ) -> Result<Opened, Error> {
        let Some(blob) = &source.blob else { return Err(would_have_succeeded()) };
        let number = blob.key().material;
        let record = key.material(number).ok_or_else(invalid_ciphertext)?;
        let material = self.room.keyring.material(key, number).await?;
        let plaintext = decrypt(&material, &context.pairs(), blob).map_err(|OpenError| invalid_ciphertext())?;
        Ok(Opened { plaintext, key_material_id: record.id.clone() })
    }

    fn forbidden(&self, action: Action) -> Error {
        let caller = self.caller.principal();
        Error::Forbidden(format!(
            "User: {caller} is not authorized to perform: {action} on the resource associated with this ciphertext \
             because the resource does not exist in this Region, no resource-based policies allow access, or a \
             resource-based policy explicitly denies access"
        ))
    }
}

/// AWS sends no text.
fn invalid_ciphertext() -> Error {
    Error::silent("InvalidCiphertextException")
}
