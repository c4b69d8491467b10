//! Turns for rivals.
//!
//! Stories are told without locks, and the store refuses the one that comes second. Who was refused once queues here
//! for the secret, so that many writers of one secret all come through instead of refusing each other without end.

use std::hash::{BuildHasher, RandomState};

use gate::Caller;
use tokio::sync::{Mutex, MutexGuard};

const STRIPES: usize = 256;

pub struct Turnstiles {
    stripes: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// Held while the story is told again.
pub(crate) type Turn<'a> = MutexGuard<'a, ()>;

impl Default for Turnstiles {
    fn default() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }
}

impl Turnstiles {
    /// Waits for the turn. `key` is what the caller wrote to mean the secret: rivals mostly write the same.
    pub(crate) async fn take_turn(&self, caller: &Caller, key: &str) -> Option<Turn<'_>> {
        let hash = self.hasher.hash_one((caller.scope(), key));
        let stripe = usize::try_from(hash % STRIPES as u64).ok().and_then(|index| self.stripes.get(index))?;
        Some(stripe.lock().await)
    }
}
