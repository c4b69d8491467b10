//! Keys, and keys made from keys.

use std::fmt;

use aws_lc_rs::hmac;
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::{SealError, locked_memory::keep_in_memory};

/// What HMAC-SHA256 gives at a time.
const BLOCK_LENGTH: usize = 32;

/// A 256-bit key under which others are wrapped or derived.
///
/// It is never printed, and wiped when dropped; it lies on the heap, because moving a value leaves its bytes behind. Its
/// pages are locked into memory if the system allows it, see [`memory_is_locked`](crate::memory_is_locked).
pub struct KeyMaterial(Box<Prepared>);

struct Prepared {
    bytes: Zeroizing<[u8; 32]>,
    /// With the key already absorbed, a derivation costs one short HMAC. AWS-LC keeps the state in the value itself, so
    /// that it lies here and not elsewhere on the heap, and wipes it when it is dropped. Making and using one leaves a
    /// copy of the state, which is not the key, on the stack.
    derivation: hmac::Key,
}

/// A key has 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key must have exactly 32 bytes")]
pub struct InvalidKeyLength;

impl KeyMaterial {
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self::prepare(&bytes)
    }

    pub fn from_bytes(bytes: &SecretBytes) -> Result<Self, InvalidKeyLength> {
        bytes.expose().try_into().map(Self::prepare).map_err(|_| InvalidKeyLength)
    }

    /// The key itself: for its custodian, who must keep it, and for uses that need another algorithm than these.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0.bytes
    }

    /// A key for one purpose (`trail`, `paging-token`). It tells nothing about this key or those of other labels.
    pub fn derive(&self, label: &str) -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.derive_bytes("keepwell derive", label.as_bytes(), bytes.as_mut_slice())?;
        Ok(Self::prepare(&bytes))
    }

    /// A name that may be stored in the clear, so that a wrong key is noticed before it is used.
    pub fn id(&self) -> Result<[u8; 16], SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.derive_bytes("keepwell key id", &[], bytes.as_mut_slice())?;
        bytes.first_chunk().copied().ok_or(SealError)
    }

    /// Fills `derived` by KBKDF in counter mode with HMAC-SHA256: NIST SP 800-108r1, section 4.1.
    ///
    /// `label` comes from this crate's own few, none of which is another followed by a zero byte. What is derived goes where
    /// the caller wipes it: moved, it would leave its bytes behind.
    pub(crate) fn derive_bytes(&self, label: &str, context: &[u8], derived: &mut [u8]) -> Result<(), SealError> {
        let bits = derived.len().checked_mul(8).and_then(|bits| u32::try_from(bits).ok()).ok_or(SealError)?;
        let mut message = Vec::with_capacity(4 + label.len() + 1 + context.len() + 4);
        message.extend_from_slice(&[0; 4]);
        message.extend_from_slice(label.as_bytes());
        message.push(0);
        message.extend_from_slice(context);
        message.extend_from_slice(&bits.to_be_bytes());
        for (counter, chunk) in (1_u32..).zip(derived.chunks_mut(BLOCK_LENGTH)) {
            *message.first_chunk_mut().ok_or(SealError)? = counter.to_be_bytes();
            let mut block = Zeroizing::new([0; BLOCK_LENGTH]);
            hmac::sign_to_buffer(&self.0.derivation, &message, block.as_mut_slice()).map_err(|_| SealError)?;
            chunk.copy_from_slice(block.get(..chunk.len()).ok_or(SealError)?);
        }
        Ok(())
    }

    pub(crate) fn prepare(bytes: &[u8; 32]) -> Self {
        let derivation = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        // A box is filled from the stack, so that the key itself comes only when the box has its place.
        let mut prepared = Box::new(Prepared { bytes: Zeroizing::new([0; 32]), derivation });
        keep_in_memory(&*prepared);
        prepared.bytes.copy_from_slice(bytes);
        Self(prepared)
    }
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaterial(..)")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};
    use proptest::{collection::vec, prelude::any, prop_assert_eq, proptest};

    use super::*;
    use crate::testing::{Counting, key};

    #[test]
    fn a_key_has_32_bytes() {
        for length in [0, 16, 31, 33, 64] {
            let bytes = SecretBytes::new(vec![1; length]);
            assert_eq!(KeyMaterial::from_bytes(&bytes).unwrap_err(), InvalidKeyLength);
        }
        let bytes = SecretBytes::new((0..32).collect());
        assert_eq!(KeyMaterial::from_bytes(&bytes).unwrap().expose(), bytes.expose());
    }

    #[test]
    fn a_generated_key_is_what_the_generator_gave() {
        let expected: Vec<u8> = (7..39).collect();
        assert_eq!(KeyMaterial::generate(&Counting::from(7)).expose().as_slice(), expected);
    }

    #[test]
    fn keys_of_other_labels_or_other_parents_differ() {
        let trail = key(1).derive("trail").unwrap();
        assert_eq!(trail.expose(), key(1).derive("trail").unwrap().expose());
        assert_ne!(trail.expose(), key(1).derive("paging-token").unwrap().expose());
        assert_ne!(trail.expose(), key(2).derive("trail").unwrap().expose());
        assert_ne!(trail.expose(), key(1).expose());
    }

    #[test]
    fn an_id_names_one_key_and_is_no_part_of_it() {
        assert_eq!(key(1).id(), key(1).id());
        assert_ne!(key(1).id(), key(2).id());
        assert!(!key(1).expose().windows(16).any(|part| part == key(1).id().unwrap()));
    }

    #[test]
    fn printing_a_key_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", key(1)), "KeyMaterial(..)");
    }

    proptest! {
        #[test]
        fn derivation_is_the_kbkdf_of_the_library(
            bytes in any::<[u8; 32]>(),
            context in vec(any::<u8>(), 0..80),
            length in 1_usize..200,
        ) {
            let mut ours = vec![0; length];
            KeyMaterial::prepare(&bytes).derive_bytes("some label", &context, &mut ours).unwrap();

            let bits = u32::try_from(8 * length).unwrap().to_be_bytes();
            let fixed_info = [b"some label\0".as_slice(), context.as_slice(), &bits].concat();
            let algorithm = get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256).unwrap();
            let mut theirs = vec![0; length];
            kbkdf_ctr_hmac(algorithm, &bytes, &fixed_info, &mut theirs).unwrap();
            prop_assert_eq!(ours, theirs);
        }
    }
}
