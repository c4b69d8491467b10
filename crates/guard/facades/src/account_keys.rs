//! Making the keys that an account's secrets are sealed with, implemented by kms.

use std::sync::Arc;

use contract::{AccountRecord, JobChange, KeyRecord};
use terms::{AccountId, Scope, Timestamp};

/// What whoever makes accounts may see of KMS.
pub trait AccountKeys: Send + Sync {
    /// A new account's record, with a fresh key wrapped under the deployment's key.
    fn make_account(&self, id: AccountId, name: &str, now: Timestamp) -> Result<AccountRecord, AccountKeysError>;

    /// A scope's new managed key, wrapped under its account's key. Once it is in the store, values are sealed with it.
    fn make_managed_key(
        &self,
        account: &AccountRecord,
        scope: Scope,
        now: Timestamp,
    ) -> Result<NewManagedKey, AccountKeysError>;
}

/// A managed key, and the work that its creation makes necessary.
#[derive(Debug)]
pub struct NewManagedKey {
    pub key: Arc<KeyRecord>,
    pub jobs: Vec<JobChange>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum AccountKeysError {
    /// The record was wrapped under another deployment's key.
    #[error("the deployment's key does not open the key of account {0}")]
    WrongDeploymentKey(AccountId),
    #[error("a key of account {0} cannot be wrapped")]
    Sealing(AccountId),
}
