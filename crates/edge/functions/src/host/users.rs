//! User ids for environments: each has one that no other has as long as it lives.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::process::Uid;

use crate::process_tree::tasks_of;
use crate::settings::UserIds;

#[derive(Clone)]
pub(super) struct Users {
    ids: UserIds,
    taken: Arc<Mutex<BTreeSet<u32>>>,
}

/// A user id that is this holder's alone.
pub(super) struct UserLease {
    pub(super) id: u32,
    taken: Arc<Mutex<BTreeSet<u32>>>,
}

impl Users {
    pub(super) fn new(ids: UserIds) -> Self {
        Self { ids, taken: Arc::default() }
    }

    /// The lowest that is free, and that nobody else on this machine runs anything as: another server may have the same
    /// range.
    pub(super) fn lease(&self) -> Option<UserLease> {
        let mut taken = self.taken.lock();
        let mut all = self.ids.first..self.ids.first.saturating_add(self.ids.count);
        let id = all.find(|id| !taken.contains(id) && tasks_of(Uid::from_raw(*id)) == 0)?;
        taken.insert(id);
        Some(UserLease { id, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for UserLease {
    fn drop(&mut self) {
        self.taken.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_belongs_to_one_until_it_is_given_back() {
        let users = Users::new(UserIds { first: 91_000, count: 2 });
        let (one, two) = (users.lease().unwrap(), users.lease().unwrap());
        assert_eq!((one.id, two.id), (91_000, 91_001));
        assert!(users.lease().is_none());
        drop(one);
        assert_eq!(users.lease().unwrap().id, 91_000);
    }
}
