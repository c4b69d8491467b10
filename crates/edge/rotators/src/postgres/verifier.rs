//! What PostgreSQL keeps of a password.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::{Engine, prelude::BASE64_STANDARD};
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::{failure::Failure, password::as_text};

/// As many as PostgreSQL takes by default.
const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);

/// RFC 5803's form with PostgreSQL's separators.
pub(super) fn scram_verifier(password: &SecretBytes, entropy: &dyn Entropy) -> Result<SecretBytes, Failure> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let text = as_text(password)?;
    // The server takes what cannot be prepared as it is.
    let prepared =
        Zeroizing::new(stringprep::saslprep(text).map_or_else(|_| text.to_owned(), |text| text.into_owned()));
    let mut salted = Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, &salt, prepared.as_bytes(), &mut *salted);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &*salted);
    let stored_key = digest::digest(&digest::SHA256, hmac::sign(&key, b"Client Key").as_ref());
    let server_key = hmac::sign(&key, b"Server Key");
    let [salt, stored_key, server_key] =
        [&salt[..], stored_key.as_ref(), server_key.as_ref()].map(|bytes| BASE64_STANDARD.encode(bytes));
    Ok(SecretBytes::new(format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored_key}:{server_key}").into_bytes()))
}

/// What Redshift keeps, and PostgreSQL where it is told to.
pub(super) fn md5_verifier(user: &str, password: &SecretBytes) -> SecretBytes {
    SecretBytes::new(postgres_protocol::password::md5(password.expose(), user).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(&'static [u8]);

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(self.0);
        }
    }

    #[test]
    fn the_verifier_is_what_postgresql_computes() {
        let salt = Fixed(b"\x57\x7a\x6c\xf3\x90\xb2\xd7\x60\xc8\x8e\xb4\x5b\xf6\x0a\xd8\xd3");
        let verifier = scram_verifier(&SecretBytes::copy_of(b"test"), &salt).unwrap();
        assert_eq!(
            std::str::from_utf8(verifier.expose()).unwrap(),
            "SCRAM-SHA-256$4096:V3ps85Cy12DIjrRb9grY0w==$I51qPZrlV1DeyM4pHO9GSFzr0NfaghPzx68JrD+VKNQ=:\
             3syxidkSfG4tz15KAKWzx+D//rh/DhpynuiWJQyC8ho="
        );
    }

    #[test]
    fn md5_is_salted_with_the_user() {
        let verifier = md5_verifier("app", &SecretBytes::copy_of(b"secret"));
        assert_eq!(verifier.expose(), b"md56a422f785c9e20873908ce25d1736ae2".as_slice());
    }
}
