//! Ids of what IAM keeps.

use terms::Entropy;

/// What an IAM id begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueIdPrefix {
    User,
    Group,
    Role,
    ManagedPolicy,
    InstanceProfile,
}

impl UniqueIdPrefix {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Group => "AGPA",
            Self::Role => "AROA",
            Self::ManagedPolicy => "ANPA",
            Self::InstanceProfile => "AIPA",
        }
    }
}

/// 21 characters: the prefix and 17 upper-case letters and digits, each equally likely.
pub fn new_unique_id(prefix: UniqueIdPrefix, entropy: &dyn Entropy) -> String {
    const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut id = String::with_capacity(LENGTH);
    id.push_str(prefix.as_str());
    while id.len() < LENGTH {
        let mut bytes = [0; 24];
        entropy.fill(&mut bytes);
        // 252 is the largest multiple of 36 in a byte: what lies above would favour the first letters.
        let letters = bytes.iter().filter(|byte| **byte < 252).filter_map(|byte| ALPHABET.get(usize::from(byte % 36)));
        id.extend(letters.map(|letter| char::from(*letter)).take(LENGTH - id.len()));
    }
    id
}

const LENGTH: usize = 21;

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;

    /// Unlike from byte to byte, and the same in every run.
    struct Scrambled(AtomicU64);

    impl Entropy for Scrambled {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_be_bytes()[0];
            }
        }
    }

    #[test]
    fn ids_tell_their_kind_and_use_the_whole_alphabet() {
        let entropy = Scrambled(AtomicU64::new(0));
        let ids: Vec<String> = (0..100).map(|_| new_unique_id(UniqueIdPrefix::Role, &entropy)).collect();
        assert!(ids.iter().all(|id| id.len() == 21 && id.starts_with("AROA")));
        let seen: BTreeSet<char> = ids.iter().flat_map(|id| id.chars().skip(4)).collect();
        assert_eq!(seen.len(), 36);
    }

    #[test]
    fn no_two_ids_are_alike() {
        let entropy = Scrambled(AtomicU64::new(0));
        let ids: BTreeSet<String> = (0..1000).map(|_| new_unique_id(UniqueIdPrefix::User, &entropy)).collect();
        assert_eq!(ids.len(), 1000);
    }
}
