//! Turns for codes.
//!
//! A one-time code is taken once. Whoever shows codes of one account waits for the others, so that no two calls read the
//! same device before either has noted its code.

use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use terms::AccountId;
use tokio::sync::OwnedMutexGuard;

/// One queue an account.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub(crate) async fn take(&self, account: AccountId) -> OwnedMutexGuard<()> {
        let queue = Arc::clone(self.0.lock().entry(account).or_default());
        queue.lock_owned().await
    }
}
