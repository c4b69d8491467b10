//! The keys that seal secrets.
//!
//! The root key wraps each account's key, the account's key wraps the managed key of each region, and a managed key
//! wraps the data key of each version. All of it stands behind [`facades::Envelope`]
//! and [`facades::AccountKeys`].

mod key_id;
mod keyring;

pub use keyring::{Keyring, KeyringError};
