//! What KMS's Encrypt and GenerateDataKey answer as `CiphertextBlob`. Callers keep it, and it names its key itself.
//!
//! ```text
//! offset  length  field
//!      0       1  format version, 0x4b: the blobs of AWS begin with 0x01 or 0x02
//!      1       1  algorithm: 1 SYMMETRIC_DEFAULT
//!      2      16  id of the key
//!     18       4  which of its materials, big-endian
//!     22    44+n  salted box of the plaintext
//! ```
//!
//! No region is in it: the replicas of a multi-Region key share its id and its materials.

use std::fmt;

use terms::{Entropy, SecretBytes};

use crate::{
    FormatError, KeyMaterial, KeyRef, OpenError, SealError,
    context::append_pairs,
    key_ref::KEY_REF_LENGTH,
    salted_box::{BOX_OVERHEAD, open_salted, room_for_content, seal_salted},
};

const VERSION: u8 = 0x4b;
const SYMMETRIC_DEFAULT: u8 = 1;
const LABEL: &str = "keepwell ciphertext";
const HEAD_LENGTH: usize = 2 + KEY_REF_LENGTH;
/// The longest that the API takes.
const MOST_BYTES: usize = 6144;

/// A ciphertext whose form is sound; whether it is genuine is seen when it is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CiphertextBlob<'a> {
    head: &'a [u8],
    which: KeyRef,
    sealed: &'a [u8],
}

/// Encrypts what a caller sent. The pairs of `context` may stand in any order; decrypting wants the same pairs.
pub fn encrypt(
    (which, key): (KeyRef, &KeyMaterial),
    context: &[(&str, &str)],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let mut blob = Vec::with_capacity(HEAD_LENGTH + BOX_OVERHEAD + plaintext.len());
    blob.extend_from_slice(&[VERSION, SYMMETRIC_DEFAULT]);
    which.append_to(&mut blob);
    let aad = authenticated(&blob, context);
    seal_salted(key, LABEL, &aad, plaintext, entropy, &mut blob)?;
    Ok(blob)
}

/// Opens a ciphertext with the material that it [names](CiphertextBlob::key).
pub fn decrypt(
    key: &KeyMaterial,
    context: &[(&str, &str)],
    blob: &CiphertextBlob<'_>,
) -> Result<SecretBytes, OpenError> {
    let mut plaintext = room_for_content(blob.sealed)?;
    open_salted(key, LABEL, &authenticated(blob.head, context), blob.sealed, &mut plaintext)?;
    Ok(SecretBytes::new(std::mem::take(&mut *plaintext)))
}

impl<'a> CiphertextBlob<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let (head, sealed) = bytes.split_at_checked(HEAD_LENGTH).ok_or(FormatError)?;
        let [VERSION, SYMMETRIC_DEFAULT, name @ ..] = head else { return Err(FormatError) };
        let (which, _) = KeyRef::split_from(name).ok_or(FormatError)?;
        if sealed.len() < BOX_OVERHEAD || bytes.len() > MOST_BYTES {
            return Err(FormatError);
        }
        Ok(Self { head, which, sealed })
    }

    pub fn key(&self) -> KeyRef {
        self.which
    }
}

impl fmt::Debug for CiphertextBlob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CiphertextBlob(..)")
    }
}

fn authenticated(head: &[u8], context: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = head.to_vec();
    append_pairs(&mut bytes, context);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_map, collection::vec, prelude::any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::testing::{Counting, Xorshift, hex, key};

    const WHICH: KeyRef = KeyRef { key: *b"sixteen byte id.", material: 1 };
    const CONTEXT: &[(&str, &str)] = &[("account", "000000000000"), ("key", "k")];

    fn blob() -> Vec<u8> {
        encrypt((WHICH, &key(1)), CONTEXT, b"correct horse", &Counting::from(0)).unwrap()
    }

    fn open(bytes: &[u8], context: &[(&str, &str)]) -> Result<SecretBytes, OpenError> {
        decrypt(&key(1), context, &CiphertextBlob::parse(bytes).map_err(|FormatError| OpenError)?)
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        // Computed from the tables in the documentation by a Python program with the package `cryptography`.
        assert_eq!(
            hex(&blob()),
            "4b017369787465656e20627974652069642e00000001000102030405060708090a0b0c0d0e0f101112131415161718191a1b202e513cdc44145d912943b30f5d39c80420f9c2a8f1cb8ca069e4af0e"
        );
    }

    #[test]
    fn a_blob_names_its_key_and_opens() {
        let bytes = blob();
        let blob = CiphertextBlob::parse(&bytes).unwrap();
        assert_eq!(blob.key(), WHICH);
        assert_eq!(decrypt(&key(1), CONTEXT, &blob), Ok(SecretBytes::copy_of(b"correct horse")));
        assert_eq!(format!("{blob:?}"), "CiphertextBlob(..)");
    }

    #[test]
    fn every_changed_bit_of_a_blob_is_refused() {
        for position in 0..blob().len() {
            for bit in 0..8 {
                let mut bytes = blob();
                bytes[position] ^= 1 << bit;
                assert_eq!(open(&bytes, CONTEXT), Err(OpenError), "bit {bit} of byte {position}");
            }
        }
    }

    #[test]
    fn every_cut_or_extended_blob_is_refused() {
        let mut bytes = blob();
        for length in 0..bytes.len() {
            let is_too_short = length < HEAD_LENGTH + BOX_OVERHEAD;
            assert_eq!(CiphertextBlob::parse(&bytes[..length]).is_err(), is_too_short, "{length} bytes");
            assert_eq!(open(&bytes[..length], CONTEXT), Err(OpenError), "{length} bytes");
        }
        bytes.push(0);
        assert_eq!(open(&bytes, CONTEXT), Err(OpenError));
        bytes.resize(MOST_BYTES, 0);
        assert!(CiphertextBlob::parse(&bytes).is_ok());
        bytes.push(0);
        assert_eq!(CiphertextBlob::parse(&bytes), Err(FormatError));
    }

    #[test]
    fn the_blobs_of_aws_and_other_formats_are_no_known_format() {
        for (position, known) in [(0, 0x4b), (1, 1)] {
            for byte in 0..=u8::MAX {
                let mut bytes = blob();
                bytes[position] = byte;
                assert_eq!(CiphertextBlob::parse(&bytes).is_ok(), byte == known, "{byte} at {position}");
            }
        }
    }

    #[test]
    fn a_blob_is_good_only_for_its_key_and_context() {
        let bytes = blob();
        let blob = CiphertextBlob::parse(&bytes).unwrap();
        assert_eq!(decrypt(&key(2), CONTEXT, &blob), Err(OpenError));
        let [account, name] = [CONTEXT[0], CONTEXT[1]];
        assert!(decrypt(&key(1), &[name, account], &blob).is_ok());
        for other in [&[][..], &[account], &[account, name, ("", "")], &[account, ("key", "K")], &[account, account]] {
            assert_eq!(decrypt(&key(1), other, &blob), Err(OpenError), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encrypted_decrypts(
            plaintext in vec(any::<u8>(), 0..4097),
            which in any::<([u8; 16], u32)>(),
            context in btree_map(any::<String>(), any::<String>(), 0..6),
            seed in 1_u64..,
        ) {
            let which = KeyRef { key: which.0, material: which.1 };
            let context: Vec<_> = context.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let bytes = encrypt((which, &key(1)), &context, &plaintext, &Xorshift::seeded(seed)).unwrap();
            let blob = CiphertextBlob::parse(&bytes).unwrap();
            prop_assert_eq!(blob.key(), which);
            let opened = decrypt(&key(1), &context, &blob).unwrap();
            prop_assert_eq!(opened.expose(), plaintext);
        }

        #[test]
        fn reading_any_bytes_ends_in_an_error_or_a_closed_blob(bytes in vec(any::<u8>(), 0..300), is_near in any::<bool>()) {
            let head: &[u8] = if is_near { &[VERSION, SYMMETRIC_DEFAULT] } else { &[] };
            prop_assert!(open(&[head, bytes.as_slice()].concat(), CONTEXT).is_err());
        }
    }
}
