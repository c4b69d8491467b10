//! Turns for rivals.
//!
//! Stories are told without locks, and the store refuses the one that comes second. Who was refused once queues here
//! for the secret, so that many writers of one secret all come through instead of refusing each other without end.
//! While somebody queues, newcomers queue as well: nobody is overtaken until they give up.

use std::hash::{BuildHasher, RandomState};

use gate::Caller;
use service::TELLINGS_MAX;
use terms::SecretId;
use tokio::sync::{Mutex, MutexGuard};

use crate::{error::Error, room::Call};

const STRIPES: usize = 256;

pub struct Turnstiles {
    stripes: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// Where the rivals for one secret queue.
struct Turnstile<'a>(&'a Mutex<()>);

/// Held while a story is told.
type Turn<'a> = MutexGuard<'a, ()>;

impl Default for Turnstiles {
    fn default() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }
}

impl Turnstiles {
    /// `secret_id` is a name or an ARN: rivals may write either.
    fn of(&self, caller: &Caller, secret_id: &str) -> Option<Turnstile<'_>> {
        let hash = match SecretId::parse(secret_id) {
            Ok(SecretId::Name(name)) => self.hasher.hash_one((caller.scope(), name.as_str())),
            Ok(SecretId::Arn { scope, name, .. } | SecretId::PartialArn { scope, name }) => {
                self.hasher.hash_one((scope, name.as_str()))
            }
            // Means no secret, so there is nothing to be rivals for.
            Ok(SecretId::Nothing) | Err(_) => return None,
        };
        let index = usize::try_from(hash % STRIPES as u64).ok()?;
        self.stripes.get(index).map(Turnstile)
    }
}

impl Call<'_> {
    /// Tells the story of a change again while someone else is faster: the first time beside the rivals, from the
    /// second time on in turn with them.
    pub(crate) async fn in_turn<T, F>(&self, secret_id: &str, tell: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let turnstile = self.room.turnstiles.of(self.caller, secret_id);
        let mut turn = match &turnstile {
            Some(turnstile) => turnstile.pass().await,
            None => None,
        };
        let mut told = tell().await;
        for _ in 1..TELLINGS_MAX {
            if !matches!(told, Err(Error::Conflict)) {
                break;
            }
            if let (None, Some(turnstile)) = (&turn, &turnstile) {
                turn = Some(turnstile.take_turn().await);
            }
            told = tell().await;
        }
        told
    }
}

impl<'a> Turnstile<'a> {
    /// Queues if somebody else does.
    async fn pass(&self) -> Option<Turn<'a>> {
        match self.0.try_lock() {
            Ok(_) => None,
            Err(_) => Some(self.0.lock().await),
        }
    }

    async fn take_turn(&self) -> Turn<'a> {
        self.0.lock().await
    }
}
