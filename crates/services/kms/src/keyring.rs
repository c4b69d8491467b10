//! The keys in memory, and the envelope around values.

use std::{collections::HashMap, future::ready, sync::Arc};

use contract::{AccountRecord, AccountStatus, Answer, KeyRecord, Reads, StoreError};
use facades::{AccountKeys, AccountKeysError, Envelope, EnvelopeError, KeyChoice};
use parking_lot::RwLock;
use policy::{Action, Permit};
use seal::{
    KeyMaterial, KeyRef, OpenError, SealContext, SealError, SealedValue, ValueKind, open_value, seal_value, unwrap,
    wrap,
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

/// The keys of this server: unwrapped, and wiped when dropped.
///
/// It opens what the store holds when it needs a key that it has not seen, so that an account which is made while the
/// server runs is served at once.
pub struct Keyring {
    root: KeyMaterial,
    store: Arc<dyn Reads>,
    opened: RwLock<Opened>,
    entropy: Arc<dyn Entropy>,
}

/// Every key that the store held when it was looked at.
#[derive(Default)]
struct Opened {
    managed: HashMap<Scope, [u8; 16]>,
    materials: HashMap<[u8; 16], KeyMaterial>,
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
    pub async fn open(
        root: KeyMaterial,
        store: Arc<dyn Reads>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyringError> {
        let opened = Opened::read(&root, &*store).await?;
        Ok(Self { root, store, opened: RwLock::new(opened), entropy })
    }

    async fn seal_now(
        &self,
        under: &Permit,
        scope: Scope,
        key: &KeyChoice,
        context: SealContext<'_>,
        kind: ValueKind,
        value: &SecretBytes,
    ) -> Result<SealedValue, EnvelopeError> {
        require(under, SEALS, context.secret_arn)?;
        let KeyChoice::Managed = key;
        if !self.opened.read().managed.contains_key(&scope) {
            self.look_again().await.map_err(|_| EnvelopeError::Encryption)?;
        }
        let opened = self.opened.read();
        let key = *opened.managed.get(&scope).ok_or(EnvelopeError::Encryption)?;
        let material = opened.materials.get(&key).ok_or(EnvelopeError::Encryption)?;
        seal_value((KeyRef { key, material: 1 }, material), context, kind, value, &*self.entropy)
            .map_err(|SealError| EnvelopeError::Encryption)
    }

    async fn open_now(
        &self,
        under: &Permit,
        context: SealContext<'_>,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), EnvelopeError> {
        require(under, OPENS, context.secret_arn)?;
        let which = sealed.newest();
        if !self.opened.read().materials.contains_key(&which.key) {
            self.look_again().await.map_err(|_| EnvelopeError::Decryption)?;
        }
        let opened = self.opened.read();
        let material = opened.materials.get(&which.key).ok_or(EnvelopeError::Decryption)?;
        open_value(which, material, context, sealed).map_err(|OpenError| EnvelopeError::Decryption)
    }

    async fn look_again(&self) -> Result<(), KeyringError> {
        let opened = Opened::read(&self.root, &*self.store).await.inspect_err(|error| {
            tracing::error!(target: "keepwell::operator", %error, "the keys cannot be read");
        })?;
        *self.opened.write() = opened;
        Ok(())
    }
}

impl Opened {
    async fn read(root: &KeyMaterial, store: &dyn Reads) -> Result<Self, KeyringError> {
        // The keys first: the account of every key is found then, also of one that is being made meanwhile.
        let keys = store.keys().await?;
        let mut accounts = HashMap::new();
        for account in store.accounts().await? {
            let key = unwrap(root, &account.wrapped_key, &account_context(&account.id))
                .map_err(|OpenError| KeyringError::WrongRootKey(account.id))?;
            accounts.insert(account.id, key);
        }
        let mut opened = Self::default();
        for key in keys {
            let account = key.scope.account;
            let account_key = accounts.get(&account).ok_or(KeyringError::Orphan(account))?;
            let material = unwrap(account_key, &key.wrapped_material, &key_context(&key.scope, &key.alias))
                .map_err(|OpenError| KeyringError::DamagedKey(account))?;
            opened.materials.insert(*key.uid.as_bytes(), material);
            if key.alias == MANAGED_ALIAS {
                opened.managed.insert(key.scope, *key.uid.as_bytes());
            }
        }
        Ok(opened)
    }
}

impl AccountKeys for Keyring {
    fn make_account(&self, id: AccountId, name: &str, now: Timestamp) -> Result<AccountRecord, AccountKeysError> {
        let key = KeyMaterial::generate(&*self.entropy);
        let wrapped = wrap(&self.root, &key, &account_context(&id), &*self.entropy);
        let wrapped_key = wrapped.map_err(|SealError| AccountKeysError::Sealing(id))?.into_bytes();
        Ok(AccountRecord { id, name: name.to_owned(), created_at: now, status: AccountStatus::Active, wrapped_key })
    }

    fn make_managed_key(
        &self,
        account: &AccountRecord,
        scope: Scope,
        now: Timestamp,
    ) -> Result<KeyRecord, AccountKeysError> {
        let account_key = unwrap(&self.root, &account.wrapped_key, &account_context(&account.id))
            .map_err(|OpenError| AccountKeysError::WrongRootKey(account.id))?;
        let material = KeyMaterial::generate(&*self.entropy);
        let wrapped = wrap(&account_key, &material, &key_context(&scope, MANAGED_ALIAS), &*self.entropy)
            .map_err(|SealError| AccountKeysError::Sealing(account.id))?;
        Ok(KeyRecord {
            scope,
            uid: Uid::random(&*self.entropy),
            alias: MANAGED_ALIAS.to_owned(),
            created_at: now,
            wrapped_material: wrapped.into_bytes(),
        })
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
        Box::pin(self.seal_now(under, scope, key, context, kind, value))
    }

    fn open<'a>(
        &'a self,
        under: &'a Permit,
        context: SealContext<'a>,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>> {
        Box::pin(self.open_now(under, context, sealed))
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
