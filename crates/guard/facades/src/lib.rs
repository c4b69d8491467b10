//! Traits and values by which services use each other without naming each other. The binary plugs them together.

mod account_keys;
mod envelope;
mod root_keys;

pub use account_keys::{AccountKeys, AccountKeysError, NewManagedKey};
pub use envelope::{Envelope, EnvelopeError, OnBehalf};
pub use root_keys::{NewRootKey, ReplacedRootKey, RootKeyNow, RootKeys, RootKeysError, Settlement};
