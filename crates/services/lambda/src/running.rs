//! How many calls run at once, of each function and in each account and Region. In memory: a restart ends all of them.

use std::{collections::HashMap, sync::Arc};

use contract::FunctionRecord;
use parking_lot::Mutex;
use terms::{Scope, Uid};

use crate::error::Error;

/// In an account and Region, as AWS begins with.
pub(crate) const CONCURRENT_MAX: u32 = 1000;
/// Of which so many cannot be reserved.
pub(crate) const UNRESERVED_MIN: u32 = 100;

/// Calls under way.
#[derive(Default)]
pub(crate) struct Running(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// Of functions that have reserved their own.
    reserved: HashMap<Uid, u32>,
    /// Of all others.
    unreserved: HashMap<Scope, u32>,
}

/// A call under way. Counts until it is dropped.
pub(crate) struct Slot {
    running: Arc<Running>,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Reserved(Uid),
    Unreserved(Scope),
}

impl Running {
    /// Begins a call of the function, unless as many run as may. `reserved` is what functions of the scope have reserved.
    pub(crate) fn begin(self: &Arc<Self>, function: &FunctionRecord, reserved: u32) -> Result<Slot, Error> {
        let mut counts = self.0.lock();
        let (place, count, max, reason) = match function.details.reserved_concurrency {
            Some(max) => {
                let count = counts.reserved.entry(function.uid).or_default();
                let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
                (Place::Reserved(function.uid), count, max, reason)
            }
            None => {
                let count = counts.unreserved.entry(function.scope).or_default();
                let max = CONCURRENT_MAX.saturating_sub(reserved);
                (Place::Unreserved(function.scope), count, max, "ConcurrentInvocationLimitExceeded")
            }
        };
        if *count >= max {
            return Err(Error::Throttled { reason });
        }
        *count = count.saturating_add(1);
        Ok(Slot { running: Arc::clone(self), place })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.running.0.lock();
        match self.place {
            Place::Reserved(uid) => leave(&mut counts.reserved, uid),
            Place::Unreserved(scope) => leave(&mut counts.unreserved, scope),
        }
    }
}

fn leave<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

/// What may be reserved for a function, beside what the others of its scope have.
pub(crate) fn check_reservation(asked: u32, others: u32) -> Result<(), Error> {
    if asked.saturating_add(others) <= CONCURRENT_MAX.saturating_sub(UNRESERVED_MIN) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its \
         minimum value of [{UNRESERVED_MIN}]."
    )))
}

#[cfg(test)]
mod tests {
    use service::RestError;

    use super::*;
    use crate::testing::function;

    #[test]
    fn a_function_runs_as_often_as_it_has_reserved() {
        let running = Arc::<Running>::default();
        let mut app = function("app");
        app.details.reserved_concurrency = Some(2);
        let first = running.begin(&app, 2).unwrap();
        let _second = running.begin(&app, 2).unwrap();
        let refused = running.begin(&app, 2).err().unwrap();
        assert_eq!(refused.reason(), Some("ReservedFunctionConcurrentInvocationLimitExceeded"));
        drop(first);
        assert!(running.begin(&app, 2).is_ok());
        app.details.reserved_concurrency = Some(0);
        app.uid = Uid::from_bytes([9; 16]);
        assert!(running.begin(&app, 2).is_err());
    }

    #[test]
    fn others_share_what_is_not_reserved() {
        let running = Arc::<Running>::default();
        let (app, other) = (function("app"), function("other"));
        let slots: Vec<Slot> = (0..500).map(|_| running.begin(&app, 500).unwrap()).collect();
        let refused = running.begin(&other, 500).err().unwrap();
        assert_eq!(refused.reason(), Some("ConcurrentInvocationLimitExceeded"));
        assert!(running.begin(&other, 499).is_ok());
        drop(slots);
        assert!(running.begin(&other, 500).is_ok());
        assert!(running.0.lock().unreserved.is_empty());
    }

    #[test]
    fn a_hundred_stay_unreserved() {
        assert!(check_reservation(900, 0).is_ok());
        assert!(check_reservation(400, 500).is_ok());
        let text = check_reservation(401, 500).unwrap_err().message().unwrap();
        assert!(text.ends_with("below its minimum value of [100]."));
    }
}
