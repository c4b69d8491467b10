//! What the tests of this crate share.

use std::sync::atomic::{AtomicU64, Ordering};

use terms::{Entropy, SecretBytes};

pub(crate) const DEPLOYMENT: &str = "d-0123456789abcdef";

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

pub(crate) fn root_key() -> SecretBytes {
    SecretBytes::new((100..132).collect())
}
