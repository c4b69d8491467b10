//! Accounts, their access keys and their encryption keys, as they are kept.

use terms::{AccountId, Scope, Timestamp, Uid};

/// An account and the key that wraps its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: AccountId,
    pub created_at: Timestamp,
    /// Wrapped under the root key.
    pub wrapped_key: Vec<u8>,
}

/// An access key. Until IAM arrives every one belongs to its account's root user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    pub access_key_id: String,
    pub account: AccountId,
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
