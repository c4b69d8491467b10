//! Access keys in memory: what a signature is checked with.

use std::{collections::HashMap, sync::Arc};

use contract::{CredentialRecord, CredentialStatus, Reads, StoreError};
use parking_lot::RwLock;
use policy::Principal;
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use sigv4::{CredentialScope, SigningKey};
use terms::{AccountId, Entropy, SecretBytes};

/// Days, regions and services that one key keeps signing keys for.
const SIGNING_KEYS_MAX: usize = 64;

/// An access key, with everything that verifying and recording its calls needs.
pub(crate) struct CredentialCard {
    pub(crate) access_key_id: String,
    pub(crate) account: AccountId,
    pub(crate) principal: Principal,
    pub(crate) identity_json: String,
    secret_access_key: SecretBytes,
    /// The newest last. Deriving one costs more than verifying a whole request.
    signing_keys: RwLock<Vec<DerivedKey>>,
}

struct DerivedKey {
    date: String,
    region: String,
    service: String,
    key: Arc<SigningKey>,
}

/// The cards of known access keys. Credentials cannot change while the server runs, so a card never grows stale.
pub(crate) struct Credentials {
    store: Arc<dyn Reads>,
    key: KeyMaterial,
    cards: RwLock<HashMap<String, Arc<CredentialCard>>>,
}

impl Credentials {
    pub(crate) fn new(store: Arc<dyn Reads>, key: KeyMaterial) -> Self {
        Self { store, key, cards: RwLock::default() }
    }

    /// The card of an active key. None for one that is unknown, inactive or cannot be opened: all of these look alike
    /// to callers.
    pub(crate) async fn find(&self, access_key_id: &str) -> Result<Option<Arc<CredentialCard>>, StoreError> {
        if let Some(card) = self.cards.read().get(access_key_id) {
            return Ok(Some(Arc::clone(card)));
        }
        if !could_be_access_key_id(access_key_id) {
            return Ok(None);
        }
        let Some(record) = self.store.credential(access_key_id).await? else { return Ok(None) };
        if record.status != CredentialStatus::Active {
            return Ok(None);
        }
        match CredentialCard::open(record, &self.key) {
            Ok(card) => {
                let card = Arc::new(card);
                self.cards.write().insert(access_key_id.to_owned(), Arc::clone(&card));
                Ok(Some(card))
            }
            Err(OpenError) => {
                tracing::error!(target: "keepwell::security", access_key_id, "a stored access key cannot be opened");
                Ok(None)
            }
        }
    }
}

/// Spares the store what no access key looks like.
fn could_be_access_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl CredentialCard {
    fn open(record: CredentialRecord, key: &KeyMaterial) -> Result<Self, OpenError> {
        let secret_access_key = open_secret_access_key(key, &record)?;
        let account = record.account;
        let principal = Principal::Root { account };
        let identity_json = format!(
            r#"{{"type":"Root","principalId":"{account}","arn":"{principal}","accountId":"{account}","accessKeyId":"{}"}}"#,
            record.access_key_id
        );
        Ok(Self {
            access_key_id: record.access_key_id,
            account,
            principal,
            identity_json,
            secret_access_key,
            signing_keys: RwLock::default(),
        })
    }

    pub(crate) fn signing_key(&self, scope: &CredentialScope<'_>) -> Arc<SigningKey> {
        let (date, region, service) = (&*scope.date, &*scope.region, &*scope.service);
        let is_wanted = |held: &&DerivedKey| held.date == date && held.region == region && held.service == service;
        if let Some(held) = self.signing_keys.read().iter().rev().find(is_wanted) {
            return Arc::clone(&held.key);
        }
        let key = Arc::new(SigningKey::derive(self.secret_access_key.expose(), date, region, service));
        let mut keys = self.signing_keys.write();
        if keys.len() >= SIGNING_KEYS_MAX {
            keys.remove(0);
        }
        keys.push(DerivedKey {
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            key: Arc::clone(&key),
        });
        key
    }
}

/// Seals a secret access key for the store, bound to its id and account.
pub fn seal_secret_access_key(
    key: &KeyMaterial,
    access_key_id: &str,
    account: AccountId,
    secret: &SecretBytes,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    seal_token(key, &binding(access_key_id, account), secret.expose(), entropy)
}

pub fn open_secret_access_key(key: &KeyMaterial, record: &CredentialRecord) -> Result<SecretBytes, OpenError> {
    open_token(key, &binding(&record.access_key_id, record.account), &record.sealed_secret)
}

/// An account id has a fixed length, so the two cannot run into each other.
fn binding(access_key_id: &str, account: AccountId) -> Vec<u8> {
    format!("access key {account} {access_key_id}").into_bytes()
}
