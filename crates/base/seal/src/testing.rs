//! What the tests of this crate share.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use terms::{Entropy, SecretBytes};

use crate::KeyMaterial;

/// Gives consecutive bytes, so that what is sealed in a test is the same each time and no two salts are equal.
pub(crate) struct Counting(AtomicU8);

impl Counting {
    pub(crate) fn from(first: u8) -> Self {
        Self(AtomicU8::new(first))
    }
}

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Gives bytes without a visible order, the same for the same seed.
pub(crate) struct Xorshift(AtomicU64);

impl Xorshift {
    /// The seed must not be zero, or all bytes are.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Xorshift {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut state = self.0.load(Ordering::Relaxed);
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            self.0.store(state, Ordering::Relaxed);
            *byte = state.to_be_bytes()[3];
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn key(byte: u8) -> KeyMaterial {
    KeyMaterial::from_bytes(&SecretBytes::new(vec![byte; 32])).unwrap()
}
