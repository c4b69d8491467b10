//! Bytes nobody may print.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Secret material: a value, a key, a password.
///
/// It has no `Display` and no `Serialize`, its `Debug` prints a placeholder, it wipes itself when dropped and compares
/// in constant time. [`SecretBytes::expose`] is the only way out: searching that word is the audit.
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub fn copy_of(bytes: &[u8]) -> Self {
        // Sized exactly, so that growing never leaves a copy behind.
        let mut own = Vec::with_capacity(bytes.len());
        own.extend_from_slice(bytes);
        Self::new(own)
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Are these the bytes? Takes the same time wherever they differ.
    pub fn is(&self, bytes: &[u8]) -> bool {
        are_equal(&self.0, bytes)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        are_equal(&self.0, &other.0)
    }
}

impl Eq for SecretBytes {}

/// By words: a session's token is long, and is compared at every request.
fn are_equal(these: &[u8], those: &[u8]) -> bool {
    let ((these, these_tail), (those, those_tail)) = (these.as_chunks::<8>(), those.as_chunks::<8>());
    if these.len() != those.len() {
        return false;
    }
    let differences = these
        .iter()
        .zip(those)
        .fold(0, |differences, (this, that)| differences | (u64::from_ne_bytes(*this) ^ u64::from_ne_bytes(*that)));
    (differences.ct_eq(&0) & these_tail.ct_eq(those_tail)).into()
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_shows_nothing_of_it() {
        let secret = SecretBytes::copy_of(b"canary");
        assert_eq!(format!("{secret:?}"), "SecretBytes(..)");
        assert_eq!(format!("{:#?}", Some(secret)), "Some(\n    SecretBytes(..),\n)");
    }

    #[test]
    fn equality_looks_at_every_byte_and_the_length() {
        let one = SecretBytes::copy_of(b"one");
        assert_eq!(one, SecretBytes::copy_of(b"one"));
        assert_ne!(one, SecretBytes::copy_of(b"onf"));
        assert_ne!(one, SecretBytes::copy_of(b"one "));

        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).collect();
            let secret = SecretBytes::copy_of(&bytes);
            assert!(secret.is(&bytes));
            assert!(!secret.is(&[bytes.as_slice(), &[0]].concat()) && (length == 0 || !secret.is(&bytes[1..])));
            for place in 0..bytes.len() {
                let mut other = bytes.clone();
                other[place] ^= 0x80;
                assert!(!secret.is(&other), "byte {place} of {length}");
            }
        }
    }
}
