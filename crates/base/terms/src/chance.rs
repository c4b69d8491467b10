//! Randomness as an argument.

use crate::ArnSuffix;

/// A source of unpredictable bytes. The binary passes the system's generator, tests may pass a seeded one.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Six characters of `A-Za-z0-9`, each equally likely.
pub fn arn_suffix(entropy: &dyn Entropy) -> ArnSuffix {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(6);
    while text.len() < 6 {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
        let letters = bytes.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        text.extend(letters.map(|letter| char::from(*letter)).take(6 - text.len()));
    }
    // Six letters of the alphabet are a suffix by construction; the loop costs nothing if that ever changes.
    ArnSuffix::parse(&text).unwrap_or_else(|| arn_suffix(entropy))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn suffixes_use_the_whole_alphabet_evenly() {
        let entropy = Counting(AtomicU8::new(0));
        let text: String = (0..620).map(|_| arn_suffix(&entropy).as_str().to_owned()).collect();
        let seen: std::collections::BTreeSet<char> = text.chars().collect();
        assert_eq!(seen.len(), 62);
    }
}
