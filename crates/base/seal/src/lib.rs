//! Envelope encryption: key wrapping, sealed values, sealed tokens and their formats.
//!
//! Everything here is a function of its arguments: keys come from the caller and randomness from a
//! [`terms::Entropy`]. What is sealed can be opened only with the same key and the same context; every failure to
//! open is the one [`OpenError`], so that an answer never tells which check refused.
//!
//! # The salted box
//!
//! Nothing is ever sealed with a long-lived key itself. Each seal derives an AES-256-GCM key of its own, so the number
//! of seals under one key does not approach the bound that random GCM nonces have, and no counter has to be kept.
//!
//! ```text
//! offset  length  field
//!      0      16  salt, random
//!     16      12  nonce, random
//!     28       n  ciphertext
//!   28+n      16  tag
//! ```
//!
//! The key is `KBKDF(HMAC-SHA256, counter mode)` of NIST SP 800-108r1, one block of
//! `counter = 1 (32 bits) | label | 0x00 | salt | length = 256 (32 bits)`. The label differs for each use below, so a
//! box of one kind never opens as another. Whatever else is derived from a key comes from the same function, with labels
//! of its own and as many blocks as it needs: other keys, their ids, and the keys of [`generate_mac`].
//!
//! | Format | Label | Additional authenticated data |
//! |---|---|---|
//! | wrapped key, [`wrap`] | `keepwell wrap` | version byte, then the context |
//! | data key of a [`SealedValue`] | `keepwell data key` | key id, material, version byte, kind byte, then the context |
//! | ciphertext, [`encrypt`] | `keepwell ciphertext` | the head: version byte, algorithm, key id, material; then the context |
//! | token, [`seal_token`] | `keepwell token` | version byte, then the binding |
//!
//! A context is its pairs in sorted order, each text preceded by its length in eight big-endian bytes.

mod ciphertext_blob;
mod context;
mod key_material;
mod key_ref;
mod locked_memory;
mod mac;
mod salted_box;
mod sealed_token;
mod sealed_value;
#[cfg(test)]
mod testing;
mod wrapped_key;

pub use ciphertext_blob::{CiphertextBlob, decrypt, encrypt};
pub use key_material::{InvalidKeyLength, KeyMaterial};
pub use key_ref::KeyRef;
pub use locked_memory::memory_is_locked;
pub use mac::{MacAlgorithm, generate_mac, verify_mac};
pub use sealed_token::{open_token, seal_token};
pub use sealed_value::{RewrapError, SealContext, SealedValue, ValueKind, open_value, rewrap_value, seal_value};
pub use wrapped_key::{Wrapped, unwrap, wrap};

/// It could not be opened: another key, another context, changed or cut bytes. Which of these is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes cannot be opened")]
pub struct OpenError;

/// The bytes are of no known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are of no known format")]
pub struct FormatError;

/// The cryptographic library refused to work. It does so when memory runs out, never because of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealing failed")]
pub struct SealError;
