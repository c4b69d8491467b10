//! New access keys.

use base64::{Engine, engine::general_purpose::STANDARD};
use terms::{AccountId, Entropy, SecretBytes};
use zeroize::Zeroizing;

/// What an access key id begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKeyPrefix {
    LongTerm,
    Temporary,
}

/// An access key that nobody has yet.
#[derive(Clone)]
pub struct NewAccessKey {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `AKIA` or `ASIA` and 16 characters in which the account's number lies, as in AWS's own ids, so that whoever has an id
/// can tell the account without asking. The secret is 40 characters of base64.
pub fn new_access_key(prefix: AccessKeyPrefix, account: AccountId, entropy: &dyn Entropy) -> NewAccessKey {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    // 80 bits: a one, the account in 40 bits, the rest at random. Twelve digits fit into 40 bits.
    let number = u128::from(account.as_str().parse::<u64>().unwrap_or_default());
    let mut bits = u128::from_be_bytes(padded(&random)) & ((1 << 39) - 1);
    bits |= (1 << 79) | (number << 39);

    let mut access_key_id = String::with_capacity(20);
    access_key_id.push_str(match prefix {
        AccessKeyPrefix::LongTerm => "AKIA",
        AccessKeyPrefix::Temporary => "ASIA",
    });
    for position in (0..16).rev() {
        let digit = usize::try_from((bits >> (position * 5)) & 31).unwrap_or_default();
        access_key_id.push(BASE32.get(digit).copied().map_or('A', char::from));
    }
    let mut secret = Zeroizing::new([0; 30]);
    entropy.fill(secret.as_mut_slice());
    let mut text = Zeroizing::new([0; 40]);
    // 30 bytes are 40 characters exactly.
    let length = STANDARD.encode_slice(secret.as_slice(), text.as_mut_slice()).unwrap_or_default();
    let secret_access_key = SecretBytes::copy_of(text.get(..length).unwrap_or_default());
    NewAccessKey { access_key_id, secret_access_key }
}

/// The account whose number lies in an access key id.
pub fn account_of_access_key(access_key_id: &str) -> Option<AccountId> {
    let own_part = access_key_id.get(4..).filter(|part| part.len() == 16)?;
    let bits = own_part.bytes().try_fold(0_u128, |bits, byte| {
        let digit = BASE32.iter().position(|candidate| *candidate == byte)?;
        Some(bits << 5 | u128::try_from(digit).ok()?)
    })?;
    let number = (bits >> 39) & ((1 << 40) - 1);
    AccountId::parse(&format!("{number:012}")).ok().filter(|_| bits >> 79 == 1)
}

fn padded(bytes: &[u8; 10]) -> [u8; 16] {
    let mut padded = [0; 16];
    if let Some(tail) = padded.last_chunk_mut::<10>() {
        *tail = *bytes;
    }
    padded
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(37, Ordering::Relaxed));
        }
    }

    #[test]
    fn an_access_key_id_tells_its_account_and_its_secret_has_forty_characters() {
        for number in ["123456789012", "000000000000", "999999999999", "000000000042"] {
            let account = AccountId::parse(number).unwrap();
            let key = new_access_key(AccessKeyPrefix::LongTerm, account, &Counting(AtomicU8::new(1)));
            assert_eq!((key.access_key_id.len(), key.secret_access_key.len()), (20, 40));
            assert!(key.access_key_id.starts_with("AKIA"));
            assert_eq!(account_of_access_key(&key.access_key_id), Some(account));
        }
    }

    #[test]
    fn what_is_no_id_of_ours_tells_no_account() {
        for wrong in ["", "AKIA", "AKIDEXAMPLE", "AKIAAAAAAAAAAAAAAAAA", "AKIA0000000000000000", "AKIAKEEPWELLÄÄÄÄ"]
        {
            assert_eq!(account_of_access_key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_two_access_keys_are_alike() {
        let account = AccountId::parse("123456789012").unwrap();
        let entropy = Counting(AtomicU8::new(1));
        let [one, two] = [0, 1].map(|_| new_access_key(AccessKeyPrefix::Temporary, account, &entropy));
        assert_ne!(one.access_key_id, two.access_key_id);
        assert!(one.secret_access_key != two.secret_access_key);
    }
}
