//! Key pairs: secrets that nobody else has to be told of. A turn makes a new pair, and leaves the public half of the one
//! before for those who still meet what it has signed.

mod jwt;
mod ssh;

use contract::Answer;
use terms::Entropy;
use zeroize::Zeroizing;

use crate::{
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
};

/// Makes pairs, and tells nobody.
pub(crate) struct KeyPairRotator(pub(crate) KeyPairKind);

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
    fn turn(self, current: &SecretDocument, chance: &Chance) -> Result<SecretDocument, Failure> {
        match self {
            Self::Ssh => ssh::turn(current, chance),
            Self::Jwt => jwt::turn(current, chance),
        }
    }

    /// Does the private key sign what the public key verifies?
    fn check(self, secret: &SecretDocument) -> Result<(), Failure> {
        match self {
            Self::Ssh => ssh::check(secret),
            Self::Jwt => jwt::check(secret),
        }
    }
}

/// What pairs are drawn from.
struct Chance {
    seed: Zeroizing<[u8; 32]>,
    check: [u8; 4],
    /// Of a second pair.
    next_seed: Zeroizing<[u8; 32]>,
}

impl Chance {
    fn draw(entropy: &dyn Entropy) -> Self {
        let seed = || Zeroizing::new([0; 32]);
        let mut chance = Self { seed: seed(), check: [0; 4], next_seed: seed() };
        entropy.fill(chance.seed.as_mut_slice());
        entropy.fill(&mut chance.check);
        entropy.fill(chance.next_seed.as_mut_slice());
        chance
    }
}

impl Rotator for KeyPairRotator {
    fn check_settings(&self, _: &PasswordSettings) -> Result<(), String> {
        Ok(())
    }

    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>> {
        let (kind, current, chance) = (self.0, current.clone(), Chance::draw(errand.entropy));
        // Large primes take a while.
        let made = tokio::task::spawn_blocking(move || kind.turn(&current, &chance));
        Box::pin(async move { made.await.map_err(|_| no_key_made()).flatten() })
    }

    fn set<'a>(&'a self, _: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { self.0.check(&versions.pending) })
    }

    fn test<'a>(&'a self, _: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { self.0.check(value) })
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
