//! Traits and values by which services use each other without naming each other. The binary plugs them together.

mod account_keys;
mod envelope;

pub use account_keys::{AccountKeys, AccountKeysError, NewManagedKey};
pub use envelope::{Envelope, EnvelopeError, OnBehalf};
