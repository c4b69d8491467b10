//! Key pairs: secrets that nobody else has to be told of. A turn makes a new pair, and leaves the public half of the one
//! before for those who still meet what it has signed.

mod jwt;
mod pem;
mod ssh;

use terms::Entropy;

use crate::document::SecretDocument;
use crate::failure::Failure;

/// What a pair is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPairKind {
    /// Ed25519, in OpenSSH's format.
    Ssh,
    /// Keys that sign JSON web tokens, with the set of public keys that verify them.
    Jwt,
}

impl KeyPairKind {
    /// The secret as it becomes: a new pair in the place of the current one, and everything else as it was.
    pub(crate) fn turn(self, current: &SecretDocument, entropy: &dyn Entropy) -> Result<SecretDocument, Failure> {
        match self {
            Self::Ssh => ssh::turn(current, entropy),
            Self::Jwt => jwt::turn(current, entropy),
        }
    }

    /// Does the private key sign what the public key verifies?
    pub(crate) fn check(self, secret: &SecretDocument) -> Result<(), Failure> {
        match self {
            Self::Ssh => ssh::check(secret),
            Self::Jwt => jwt::check(secret),
        }
    }
}

/// What is signed to see whether two halves belong together.
const PROBE: &[u8] = b"keepwell: do these two keys belong together?";

const MISMATCH: &str = "The public key of the secret JSON does not belong to its private key";

fn unreadable(name: &str) -> Failure {
    Failure::new(format!("The {name} of the secret JSON cannot be read"))
}

fn no_key_made() -> Failure {
    Failure::new("The cryptographic library did not make a key")
}

#[cfg(test)]
mod testing {
    use std::sync::atomic::{AtomicU64, Ordering};

    use terms::Entropy;

    /// Not random at all, and never the same twice.
    pub(crate) struct Xorshift(AtomicU64);

    impl Xorshift {
        pub(crate) fn seeded(seed: u64) -> Self {
            Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
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
                *byte = state.to_be_bytes()[0];
            }
        }
    }
}
