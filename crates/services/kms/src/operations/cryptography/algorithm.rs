//! Algorithms and the keys that they are for.

use contract::KeySpec;

use crate::{error::Error, key_keys::spec_name};

/// Recorded for MAC and signing algorithms: `Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.`
pub(super) fn incompatible(algorithm: &str, spec: KeySpec) -> Error {
    let text = format!("Algorithm {algorithm} is incompatible with key spec {}.", spec_name(spec));
    Error::refused("InvalidKeyUsageException", text)
}
