//! Accounts, their access keys and their encryption keys, as they are kept.

use terms::{AccountId, Region, Scope, Timestamp, Uid};

/// An account and the key that wraps its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: AccountId,
    pub name: String,
    pub created_at: Timestamp,
    pub status: AccountStatus,
    /// Wrapped under the root key.
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

/// An encryption key of an account in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub scope: Scope,
    pub uid: Uid,
    /// `alias/aws/secretsmanager` for the managed key.
    pub alias: String,
    pub created_at: Timestamp,
    /// Wrapped under the account's key.
    pub wrapped_material: Vec<u8>,
}
