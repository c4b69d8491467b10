//! Accounts and their access keys, as they are kept.

use std::fmt;

use terms::{AccountId, Region, Timestamp, Uid};

/// What the root key opens, and where the root key is kept.
///
/// INVARIANT (revision): as of secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct DeploymentRecord {
    pub uid: Uid,
    pub revision: u64,
    /// Names the root key without telling anything of it.
    pub root_key_id: [u8; 16],
    /// The kind of custody, as the configuration names it.
    pub custody: String,
    /// The root key as custody sealed it; none where custody holds the key itself.
    pub sealed_root_key: Option<Vec<u8>>,
    /// The key under which everything else is sealed, wrapped under the root key.
    pub wrapped_key: Vec<u8>,
}

/// An account and the key that wraps its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: AccountId,
    pub name: String,
    pub created_at: Timestamp,
    pub status: AccountStatus,
    /// Wrapped under the deployment's key.
    pub wrapped_key: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    /// Nobody gets in. Its secrets stay until somebody erases the store.
    Closed,
}

/// An access key of a user, or of the account's root user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    pub access_key_id: String,
    pub account: AccountId,
    /// Id of the user; none is the root user.
    pub user: Option<String>,
    pub created_at: Timestamp,
    pub status: CredentialStatus,
    /// The secret access key, sealed; the gate can open it.
    pub sealed_secret: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialStatus {
    Active,
    Inactive,
}

/// When and for what an access key or a role was used last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub at: Timestamp,
    pub region: Region,
    /// As signatures name it.
    pub service: String,
}

impl fmt::Debug for DeploymentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeploymentRecord({}, revision {})", self.custody, self.revision)
    }
}
