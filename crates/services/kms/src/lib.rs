//! AWS Key Management Service: keys that people control, and the envelope around secrets.
//!
//! The deployment's key wraps each account's key, an account's key wraps the materials of its KMS keys, and the newest
//! material of a key wraps data keys. Callers come through the API; secretsmanager comes through [`facades::Envelope`],
//! always on behalf of a caller, who needs the right to the key as if it had called itself.

mod aliases;
mod background;
mod dry_run;
mod envelope;
mod error;
mod find;
mod grant_tokens;
mod grants;
mod jobs;
mod key_id;
mod key_keys;
mod keyring;
mod log_keys;
mod managed_key;
mod new_key;
mod operations;
mod paging;
mod policies;
mod related;
mod room;
pub mod shapes;
mod states;
mod tags;

pub use error::Error;
pub use keyring::{Keyring, KeyringError};
pub use managed_key::MANAGED_ALIAS;
pub use operations::{Operation, Outcome, answer};
pub use room::Room;
