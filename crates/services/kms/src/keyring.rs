//! The keys in memory, and the envelope around values.

use std::{collections::HashMap, future::ready, sync::Arc};

use contract::{AccountRecord, AccountStatus, Answer, KeyRecord, Reads, StoreError};
use facades::{Envelope, EnvelopeError, KeyChoice};
use policy::{Action, Permit};
use seal::{
    KeyMaterial, OpenError, SealContext, SealError, SealedValue, ValueKind, open_value, seal_value, unwrap, wrap,
};
use terms::{AccountId, Entropy, Scope, SecretBytes, Timestamp, Uid};

const MANAGED_ALIAS: &str = "alias/aws/secretsmanager";

/// The actions that may open a value. Writing opens one only to compare it with what a repeated token brings.
const OPENS: &[Action] = &[
    Action::new("secretsmanager:GetSecretValue"),
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
];
const SEALS: &[Action] = &[
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
];

/// Every managed key of this server, unwrapped. Wiped when dropped.
pub struct Keyring {
    managed: HashMap<Scope, [u8; 16]>,
    materials: HashMap<[u8; 16], KeyMaterial>,
    entropy: Arc<dyn Entropy>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyringError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the root key does not open the keys of account {0}: it is not the key this store was made with")]
    WrongRootKey(AccountId),
    #[error("a key of account {0} cannot be opened")]
    DamagedKey(AccountId),
    #[error("account {0} has a key and no record of its own")]
    Orphan(AccountId),
}

impl Keyring {
    /// Unwraps every key in the store.
    pub async fn open(root: &KeyMaterial, store: &dyn Reads, entropy: Arc<dyn Entropy>) -> Result<Self, KeyringError> {
        let mut accounts = HashMap::new();
        for account in store.accounts().await? {
            let key = unwrap(root, &account.wrapped_key, &account_context(&account.id))
                .map_err(|OpenError| KeyringError::WrongRootKey(account.id))?;
            accounts.insert(account.id, key);
        }
        let mut ring = Self { managed: HashMap::new(), materials: HashMap::new(), entropy };
        for key in store.keys().await? {
            let account = key.scope.account;
            let account_key = accounts.get(&account).ok_or(KeyringError::Orphan(account))?;
            let material = unwrap(account_key, &key.wrapped_material, &key_context(&key.scope, &key.alias))
                .map_err(|OpenError| KeyringError::DamagedKey(account))?;
            ring.materials.insert(*key.uid.as_bytes(), material);
            if key.alias == MANAGED_ALIAS {
                ring.managed.insert(key.scope, *key.uid.as_bytes());
            }
        }
        Ok(ring)
    }

    /// A new account's record, with a fresh key wrapped under the root key.
    pub fn new_account(
        root: &KeyMaterial,
        id: AccountId,
        name: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<AccountRecord, SealError> {
        let key = KeyMaterial::generate(entropy);
        let wrapped_key = wrap(root, &key, &account_context(&id), entropy)?.into_bytes();
        Ok(AccountRecord { id, name: name.to_owned(), created_at: now, status: AccountStatus::Active, wrapped_key })
    }

    /// A scope's new managed key, wrapped under its account's key.
    pub fn new_managed_key(
        root: &KeyMaterial,
        account: &AccountRecord,
        scope: Scope,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<KeyRecord, KeyringError> {
        let account_key = unwrap(root, &account.wrapped_key, &account_context(&account.id))
            .map_err(|OpenError| KeyringError::WrongRootKey(account.id))?;
        let material = KeyMaterial::generate(entropy);
        let wrapped = wrap(&account_key, &material, &key_context(&scope, MANAGED_ALIAS), entropy)
            .map_err(|SealError| KeyringError::DamagedKey(account.id))?;
        Ok(KeyRecord {
            scope,
            uid: Uid::random(entropy),
            alias: MANAGED_ALIAS.to_owned(),
            created_at: now,
            wrapped_material: wrapped.into_bytes(),
        })
    }

    fn seal_now(
        &self,
        under: &Permit,
        scope: Scope,
        key: &KeyChoice,
        context: SealContext<'_>,
        kind: ValueKind,
        value: &SecretBytes,
    ) -> Result<SealedValue, EnvelopeError> {
        require(under, SEALS, context.secret_arn)?;
        let id = match key {
            KeyChoice::Managed => self.managed.get(&scope).ok_or(EnvelopeError::Encryption)?,
        };
        let material = self.materials.get(id).ok_or(EnvelopeError::Encryption)?;
        seal_value((id, material), context, kind, value, &*self.entropy).map_err(|SealError| EnvelopeError::Encryption)
    }

    fn open_now(
        &self,
        under: &Permit,
        context: SealContext<'_>,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), EnvelopeError> {
        require(under, OPENS, context.secret_arn)?;
        let material = self.materials.get(&sealed.key_id()).ok_or(EnvelopeError::Decryption)?;
        open_value(material, context, sealed).map_err(|OpenError| EnvelopeError::Decryption)
    }
}

impl Envelope for Keyring {
    fn choose<'a>(&'a self, scope: Scope, kms_key_id: &'a str) -> Answer<'a, Result<KeyChoice, EnvelopeError>> {
        Box::pin(ready(crate::key_id::choose(scope, kms_key_id)))
    }

    fn seal<'a>(
        &'a self,
        under: &'a Permit,
        scope: Scope,
        key: &'a KeyChoice,
        context: SealContext<'a>,
        kind: ValueKind,
        value: &'a SecretBytes,
    ) -> Answer<'a, Result<SealedValue, EnvelopeError>> {
        Box::pin(ready(self.seal_now(under, scope, key, context, kind, value)))
    }

    fn open<'a>(
        &'a self,
        under: &'a Permit,
        context: SealContext<'a>,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>> {
        Box::pin(ready(self.open_now(under, context, sealed)))
    }
}

/// The permit must be for this secret, and for an action that the list allows.
fn require(permit: &Permit, actions: &[Action], secret_arn: &str) -> Result<(), EnvelopeError> {
    permit.covers_resource(secret_arn)?;
    match actions.iter().find(|action| **action == permit.action()) {
        Some(action) => Ok(permit.covers(*action, secret_arn)?),
        None => Ok(permit.covers(Action::new("kms:Decrypt"), secret_arn)?),
    }
}

fn account_context(account: &AccountId) -> [(&str, &str); 2] {
    [("purpose", "account key"), ("account", account.as_str())]
}

fn key_context<'a>(scope: &'a Scope, alias: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("purpose", "key material"),
        ("account", scope.account.as_str()),
        ("region", scope.region.as_str()),
        ("alias", alias),
    ]
}
