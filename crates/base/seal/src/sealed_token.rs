//! Small texts that callers carry for us and must neither read nor make: paging tokens, sessions.
//!
//! ```text
//! offset  length  field
//!      0       1  format version, 1
//!      1    44+n  salted box of the content
//! ```

use terms::{Entropy, SecretBytes};

use crate::{
    KeyMaterial, OpenError, SealError,
    salted_box::{BOX_OVERHEAD, open_salted, room_for_content, seal_salted},
};

const VERSION: u8 = 1;
const LABEL: &str = "keepwell token";

/// `binding` is what must be the same when the token comes back: the caller, the operation, the question asked. It is
/// taken as it is; a binding of several parts must keep them apart itself.
pub fn seal_token(
    key: &KeyMaterial,
    binding: &[u8],
    content: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let mut token = Vec::with_capacity(1 + BOX_OVERHEAD + content.len());
    token.push(VERSION);
    seal_salted(key, LABEL, &authenticated(binding), content, entropy, &mut token)?;
    Ok(token)
}

pub fn open_token(key: &KeyMaterial, binding: &[u8], token: &[u8]) -> Result<SecretBytes, OpenError> {
    let [VERSION, sealed @ ..] = token else { return Err(OpenError) };
    let mut content = room_for_content(sealed)?;
    open_salted(key, LABEL, &authenticated(binding), sealed, &mut content)?;
    Ok(SecretBytes::new(std::mem::take(&mut *content)))
}

fn authenticated(binding: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + binding.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(binding);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::{
        testing::{Counting, Xorshift, hex, key},
        wrap,
    };

    fn token() -> Vec<u8> {
        seal_token(&key(1), b"ListSecrets", b"after this one", &Counting::from(0)).unwrap()
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        // Computed from the tables in the documentation by another program with another library.
        assert_eq!(
            hex(&token()),
            "01000102030405060708090a0b0c0d0e0f101112131415161718191a1bb6a6a096b018abcfc6826cbd991de197a44dc01fb1a1daa4ac9ba6471317"
        );
    }

    #[test]
    fn every_changed_byte_of_a_token_is_refused() {
        for position in 0..token().len() {
            let mut bytes = token();
            bytes[position] ^= 0x80;
            assert_eq!(open_token(&key(1), b"ListSecrets", &bytes), Err(OpenError), "byte {position}");
        }
    }

    #[test]
    fn every_cut_or_extended_token_is_refused() {
        let mut bytes = token();
        for length in 0..bytes.len() {
            assert_eq!(open_token(&key(1), b"ListSecrets", &bytes[..length]), Err(OpenError), "{length} bytes");
        }
        bytes.push(0);
        assert_eq!(open_token(&key(1), b"ListSecrets", &bytes), Err(OpenError));
    }

    #[test]
    fn a_token_is_good_only_for_its_key_and_binding() {
        assert!(open_token(&key(1), b"ListSecrets", &token()).is_ok());
        assert_eq!(open_token(&key(2), b"ListSecrets", &token()), Err(OpenError));
        assert_eq!(open_token(&key(1), b"ListSecretVersionIds", &token()), Err(OpenError));
        assert_eq!(open_token(&key(1), b"", &token()), Err(OpenError));
    }

    #[test]
    fn a_wrapped_key_does_not_open_as_a_token() {
        let wrapped = wrap(&key(1), &key(2), &[], &Counting::from(0)).unwrap();
        assert_eq!(open_token(&key(1), b"", wrapped.as_bytes()), Err(OpenError));
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(
            content in vec(any::<u8>(), 0..300),
            binding in vec(any::<u8>(), 0..60),
            seed in 1_u64..,
        ) {
            let token = seal_token(&key(1), &binding, &content, &Xorshift::seeded(seed)).unwrap();
            let opened = open_token(&key(1), &binding, &token).unwrap();
            prop_assert_eq!(opened.expose(), content.as_slice());
        }

        #[test]
        fn what_was_not_sealed_does_not_open(bytes in vec(any::<u8>(), 0..200)) {
            prop_assert!(open_token(&key(1), b"", &bytes).is_err());
        }
    }
}
