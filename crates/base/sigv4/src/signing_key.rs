use std::fmt::{Debug, Formatter};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use zeroize::Zeroizing;

use crate::credential_scope::TERMINATOR;
use crate::payload_hash::{HexSha256, lower_hex};

/// A secret access key narrowed to one day, region and service, with HMAC's first blocks already computed.
///
/// Deriving costs more than verifying: keep it by access key id, secret version and scope, and drop it when the
/// credential changes.
pub struct SigningKey(Key);

impl SigningKey {
    /// `date` is `YYYYMMDD`, as in the credential scope.
    pub fn derive(secret_access_key: &[u8], date: &str, region: &str, service: &str) -> Self {
        let mut seed = Zeroizing::new(Vec::with_capacity(4 + secret_access_key.len()));
        seed.extend_from_slice(b"AWS4");
        seed.extend_from_slice(secret_access_key);
        let mut key = Key::new(HMAC_SHA256, &seed);
        for narrower in [date, region, service, TERMINATOR] {
            key = Key::new(HMAC_SHA256, sign(&key, narrower.as_bytes()).as_ref());
        }
        Self(key)
    }

    pub(crate) fn signature(&self, string_to_sign: &[u8]) -> HexSha256 {
        lower_hex(sign(&self.0, string_to_sign).as_ref())
    }
}

impl Debug for SigningKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signing_key_does_not_show_itself() {
        let key = SigningKey::derive(b"wJalrXUtnFEMI", "20150830", "us-east-1", "iam");
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }

    #[test]
    fn every_part_of_the_scope_changes_the_key() {
        let signature = |secret: &[u8], date, region, service| {
            SigningKey::derive(secret, date, region, service).signature(b"string to sign")
        };
        let reference = signature(b"secret", "20150830", "us-east-1", "iam");
        assert_eq!(reference, signature(b"secret", "20150830", "us-east-1", "iam"));
        assert_ne!(reference, signature(b"Secret", "20150830", "us-east-1", "iam"));
        assert_ne!(reference, signature(b"secret", "20150831", "us-east-1", "iam"));
        assert_ne!(reference, signature(b"secret", "20150830", "us-east-2", "iam"));
        assert_ne!(reference, signature(b"secret", "20150830", "us-east-1", "sts"));
    }
}
