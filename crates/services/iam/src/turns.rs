//! Turns for writers.
//!
//! A change of IAM is committed only against the account's state that it read. Writers of one account take turns, so
//! that they do not refuse each other; whoever changes IAM from elsewhere makes them read again.

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
