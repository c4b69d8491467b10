//! The keys that events of logs rest under, implemented by kms.

use std::sync::Arc;

use contract::Answer;
use seal::KeyMaterial;
use terms::AccountId;

/// What whoever keeps logs may see of KMS.
pub trait LogKeys: Send + Sync {
    /// What seals this account's log events, made from the account's key and good for nothing else.
    fn log_key(&self, account: AccountId) -> Answer<'_, Result<Arc<KeyMaterial>, LogKeyError>>;
}

/// The account's key cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LogKeyError(pub String);
