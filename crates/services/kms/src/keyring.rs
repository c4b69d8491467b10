//! The keys in memory: unwrapped when they are first needed, and wiped when dropped.

use std::{collections::HashMap, sync::Arc};

use contract::{AccountRecord, AccountStatus, KeyId, KeyMaterialRecord, KeyRecord, MaterialOrigin, Reads, StoreError};
use facades::{AccountKeys, AccountKeysError, NewManagedKey};
use parking_lot::RwLock;
use seal::{KeyMaterial, KeyRef, OpenError, SealError, unwrap, wrap};
use terms::{AccountId, Entropy, Scope, Timestamp};

use crate::{jobs::jobs_of, managed_key::managed_key};

/// The deployment's key wraps each account's key, and an account's key wraps the materials of its KMS keys.
pub struct Keyring {
    deployment: KeyMaterial,
    store: Arc<dyn Reads>,
    accounts: RwLock<HashMap<AccountId, KeyMaterial>>,
    materials: RwLock<HashMap<KeyRef, Arc<KeyMaterial>>>,
    logs: RwLock<HashMap<AccountId, Arc<KeyMaterial>>>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyringError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the key of account {0} cannot be opened")]
    DamagedAccount(AccountId),
    #[error("account {0} has a key and no record of its own")]
    Orphan(AccountId),
    #[error("a material of key {0} cannot be opened")]
    DamagedKey(KeyId),
    /// Destroyed, or never made.
    #[error("key {0} has no material of that number")]
    NoMaterial(KeyId),
    #[error("a key cannot be wrapped")]
    Sealing,
}

impl Keyring {
    pub fn new(deployment: KeyMaterial, store: Arc<dyn Reads>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            deployment,
            store,
            accounts: RwLock::default(),
            materials: RwLock::default(),
            logs: RwLock::default(),
            entropy,
        }
    }

    /// The material that ciphertexts name by this number.
    pub(crate) async fn material(&self, key: &KeyRecord, number: u32) -> Result<Arc<KeyMaterial>, KeyringError> {
        let which = KeyRef { key: key.id.bits, material: number };
        if let Some(material) = self.materials.read().get(&which) {
            return Ok(Arc::clone(material));
        }
        let record = key.material(number).ok_or(KeyringError::NoMaterial(key.id))?;
        self.require_account(key.scope.account).await?;
        let accounts = self.accounts.read();
        let account = accounts.get(&key.scope.account).ok_or(KeyringError::Orphan(key.scope.account))?;
        let material = Arc::new(open_material(account, key, record)?);
        self.materials.write().insert(which, Arc::clone(&material));
        Ok(material)
    }

    /// New material for a key, wrapped for the store.
    pub(crate) async fn make_material(
        &self,
        account: AccountId,
        key: KeyId,
        origin: MaterialOrigin,
        now: Timestamp,
    ) -> Result<KeyMaterialRecord, KeyringError> {
        self.require_account(account).await?;
        let accounts = self.accounts.read();
        let account_key = accounts.get(&account).ok_or(KeyringError::Orphan(account))?;
        wrapped_material(account_key, account, key, origin, now, &*self.entropy)
    }

    /// What seals the events of the account's logs.
    pub(crate) async fn key_of_logs(&self, account: AccountId) -> Result<Arc<KeyMaterial>, KeyringError> {
        if let Some(key) = self.logs.read().get(&account) {
            return Ok(Arc::clone(key));
        }
        self.require_account(account).await?;
        let accounts = self.accounts.read();
        let account_key = accounts.get(&account).ok_or(KeyringError::Orphan(account))?;
        let key = Arc::new(account_key.derive("keepwell logs").map_err(|SealError| KeyringError::Sealing)?);
        self.logs.write().insert(account, Arc::clone(&key));
        Ok(key)
    }

    /// A key was destroyed: nothing of it stays in memory.
    pub(crate) fn forget(&self, key: KeyId) {
        self.materials.write().retain(|which, _| which.key != key.bits);
    }

    /// An account may be made while the server runs, so that its key is looked for when it is needed.
    async fn require_account(&self, account: AccountId) -> Result<(), KeyringError> {
        if self.accounts.read().contains_key(&account) {
            return Ok(());
        }
        let accounts = self.store.accounts().await?;
        let record = accounts.iter().find(|record| record.id == account).ok_or(KeyringError::Orphan(account))?;
        let key = unwrap(&self.deployment, &record.wrapped_key, &account_context(&account))
            .map_err(|OpenError| KeyringError::DamagedAccount(account))?;
        self.accounts.write().insert(account, key);
        Ok(())
    }
}

impl AccountKeys for Keyring {
    fn make_account(&self, id: AccountId, name: &str, now: Timestamp) -> Result<AccountRecord, AccountKeysError> {
        let key = KeyMaterial::generate(&*self.entropy);
        let wrapped = wrap(&self.deployment, &key, &account_context(&id), &*self.entropy);
        let wrapped_key = wrapped.map_err(|SealError| AccountKeysError::Sealing(id))?.into_bytes();
        Ok(AccountRecord { id, name: name.to_owned(), created_at: now, status: AccountStatus::Active, wrapped_key })
    }

    fn make_managed_key(
        &self,
        account: &AccountRecord,
        scope: Scope,
        now: Timestamp,
    ) -> Result<NewManagedKey, AccountKeysError> {
        let account_key = unwrap(&self.deployment, &account.wrapped_key, &account_context(&account.id))
            .map_err(|OpenError| AccountKeysError::WrongDeploymentKey(account.id))?;
        let mut key = managed_key(scope, now, &*self.entropy);
        let origin = MaterialOrigin::Creation;
        let material = wrapped_material(&account_key, account.id, key.id, origin, now, &*self.entropy)
            .map_err(|_| AccountKeysError::Sealing(account.id))?;
        key.materials.push(Arc::new(material));
        Ok(NewManagedKey { jobs: jobs_of(&key).into(), key: Arc::new(key) })
    }
}

fn wrapped_material(
    account_key: &KeyMaterial,
    account: AccountId,
    key: KeyId,
    origin: MaterialOrigin,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<KeyMaterialRecord, KeyringError> {
    let mut id = [0; 32];
    entropy.fill(&mut id);
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let material = KeyMaterial::generate(entropy);
    let wrapped = wrap(account_key, &material, &material_context(&account, &key.to_string(), &id), entropy)
        .map_err(|SealError| KeyringError::Sealing)?;
    Ok(KeyMaterialRecord { id, made_at: now, origin, wrapped: wrapped.into_bytes() })
}

fn account_context(account: &AccountId) -> [(&str, &str); 2] {
    [("purpose", "account key"), ("account", account.as_str())]
}

fn open_material(
    account_key: &KeyMaterial,
    key: &KeyRecord,
    record: &KeyMaterialRecord,
) -> Result<KeyMaterial, KeyringError> {
    let id = key.id.to_string();
    let context = material_context(&key.scope.account, &id, &record.id);
    unwrap(account_key, &record.wrapped, &context).map_err(|OpenError| KeyringError::DamagedKey(key.id))
}

/// Without the Region: replicas of a multi-Region key have the same materials.
fn material_context<'a>(account: &'a AccountId, key: &'a str, material: &'a str) -> [(&'a str, &'a str); 4] {
    [("purpose", "key material"), ("account", account.as_str()), ("key", key), ("material", material)]
}
