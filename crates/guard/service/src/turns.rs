//! Turns for whoever changes an account's IAM.
//!
//! A change of IAM is committed only against the account's state that it read. Writers of one account take turns, so
//! that they do not refuse each other, and so that no two calls read the same device before either has noted the code
//! that it took.

use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use terms::AccountId;
use tokio::sync::OwnedMutexGuard;

/// One queue an account.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub async fn take(&self, account: AccountId) -> OwnedMutexGuard<()> {
        let queue = Arc::clone(self.0.lock().entry(account).or_default());
        queue.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn writers_of_one_account_wait_for_each_other_and_for_nobody_else() {
        let turns = Turns::default();
        let [account, other] = ["111122223333", "444455556666"].map(|id| AccountId::parse(id).unwrap());
        let turn = turns.take(account).await;
        assert!(timeout(Duration::from_millis(20), turns.take(account)).await.is_err());
        turns.take(other).await;
        drop(turn);
        turns.take(account).await;
    }
}
