//! Passwords: which ones are good enough, and what is kept of them.

use argon2::{
    Argon2,
    password_hash::{Error as HashError, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use terms::{Entropy, SecretBytes};
use tokio::sync::Semaphore;

use crate::error::Error;

/// A hash takes tens of milliseconds of a core and some twenty megabytes: that is what makes guessing dear. So many are
/// made at once, whatever the callers wish.
static HASHERS: Semaphore = Semaphore::const_new(2);

const SALT_BYTES: usize = 16;
const CHARS_MIN: usize = 8;
const KINDS_MIN: usize = 3;

/// AWS's default password policy: eight characters, three of the four kinds, and not the account's own name.
pub(crate) fn require_strong(password: &SecretBytes, account_names: &[&str]) -> Result<(), Error> {
    // It was read as text.
    let text = str::from_utf8(password.expose()).unwrap_or_default();
    let kinds: [fn(char) -> bool; 4] = [
        |character| character.is_ascii_uppercase(),
        |character| character.is_ascii_lowercase(),
        |character| character.is_ascii_digit(),
        |character| "!@#$%^&*()_+-=[]{}|'".contains(character),
    ];
    let kinds = kinds.into_iter().filter(|is_of_kind| text.chars().any(is_of_kind)).count();
    let is_strong = text.chars().count() >= CHARS_MIN && kinds >= KINDS_MIN && !account_names.contains(&text);
    if is_strong {
        return Ok(());
    }
    Err(Error::PasswordPolicyViolation("Password does not conform to the account password policy.".to_owned()))
}

/// The password's hash with its salt and its costs, in PHC form. Argon2id, at the costs that OWASP names.
pub(crate) async fn hashed(password: &SecretBytes, entropy: &dyn Entropy) -> Result<String, Error> {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt);
    let password = password.clone();
    let hash = aside(move || Argon2::default().hash_password_with_salt(password.expose(), &salt)).await?;
    hash.map(|hash: PasswordHash| hash.to_string()).map_err(failed)
}

/// Is it the password that the hash was made of?
pub(crate) async fn is_of(password: &SecretBytes, hash: &str) -> Result<bool, Error> {
    let (password, hash) = (password.clone(), hash.to_owned());
    match aside(move || Argon2::default().verify_password(password.expose(), &*hash)).await? {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Works where nobody else waits.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _place = HASHERS.acquire().await.map_err(|closed| Error::Internal(closed.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|died| Error::Internal(died.to_string()))
}

fn failed(error: HashError) -> Error {
    Error::Internal(format!("a password could not be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::copy_of(text.as_bytes())
    }

    #[test]
    fn eight_characters_of_three_kinds_are_strong_enough() {
        for strong in ["Abcdefg1", "abcdef1!", "ABCDEF1-", "Abcdefg|", "Äbcdef1 X!"] {
            assert!(require_strong(&secret(strong), &[]).is_ok(), "{strong}");
        }
        for weak in ["", "Abcde1!", "abcdefgh", "Abcdefgh", "abcdefg1", "ABCDEFG1", "12345678!", "Ääääääää1"] {
            assert!(require_strong(&secret(weak), &[]).is_err(), "{weak}");
        }
    }

    #[test]
    fn the_accounts_own_name_is_no_password() {
        assert!(require_strong(&secret("My-Account-1"), &["my-account-2", "My-Account-1"]).is_err());
        assert!(require_strong(&secret("My-Account-1"), &["my-account-2"]).is_ok());
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_two_hashes_of_one_differ() {
        let entropy = Counting(AtomicU8::new(0));
        let password = secret("correct horse battery");
        let one = hashed(&password, &entropy).await.unwrap();
        let two = hashed(&password, &entropy).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(is_of(&password, &one).await.unwrap() && is_of(&password, &two).await.unwrap());
        assert!(!is_of(&secret("correct horse batterz"), &one).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_no_hash_is_our_own_fault_and_no_wrong_password() {
        for broken in ["", "secret", "$argon2id$v=19$m=19456,t=2,p=1$"] {
            assert!(matches!(is_of(&secret("x"), broken).await, Err(Error::Internal(_))), "{broken}");
        }
    }
}
