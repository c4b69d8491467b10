//! The keys of accounts' logs.

use std::sync::Arc;

use contract::Answer;
use facades::{LogKeyError, LogKeys};
use seal::KeyMaterial;
use terms::AccountId;

use crate::keyring::{Keyring, KeyringError};

impl LogKeys for Keyring {
    fn log_key(&self, account: AccountId) -> Answer<'_, Result<Arc<KeyMaterial>, LogKeyError>> {
        let told = |error: KeyringError| LogKeyError(error.to_string());
        Box::pin(async move { self.key_of_logs(account).await.map_err(told) })
    }
}
