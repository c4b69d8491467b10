//! The values of secret versions, sealed.
//!
//! Each has a data key of its own, which is wrapped under a key of the room `kms`. Format:
//!
//! ```text
//! offset  length  field
//!      0       1  format version, 1
//!      1       1  kind: 1 string, 2 binary
//!      2      16  id of the key that wraps the data key
//!     18      76  salted box of the 32 bytes of the data key
//!     94      12  nonce, random
//!    106       n  ciphertext of the value, under the data key
//!  106+n      16  tag
//! ```
//!
//! The value authenticates `version | kind | context`, the data key's box `key id | version | kind | context`. The value
//! does not depend on the key id, so that a change of keys wraps the data key anew and leaves the value alone.
//! The context is the encryption context of AWS Secrets Manager, `SecretARN` and `SecretVersionId`.

use std::{fmt, sync::Arc};

use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::{
    KeyMaterial, OpenError, SealError,
    context::append_pair,
    salted_box::{BOX_OVERHEAD, NONCE_LENGTH, TAG_LENGTH, open_once, open_salted, seal_once, seal_salted},
};

const VERSION: u8 = 1;
const LABEL: &str = "keepwell data key";
const KEY_ID_LENGTH: usize = 16;
const DATA_KEY_BOX_LENGTH: usize = BOX_OVERHEAD + 32;
const HEAD_LENGTH: usize = 2 + KEY_ID_LENGTH;
const OVERHEAD: usize = HEAD_LENGTH + DATA_KEY_BOX_LENGTH + NONCE_LENGTH + TAG_LENGTH;

/// A sealed value as it rests in the store. Copies share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    bytes: Arc<[u8]>,
    kind: ValueKind,
    key_id: [u8; KEY_ID_LENGTH],
}

/// The member of the API in which the value came and is answered: `SecretString` or `SecretBinary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    String,
    Binary,
}

/// Where a value belongs. Opened under any other name it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    pub secret_arn: &'a str,
    pub version_id: &'a str,
}

/// The data key could not be wrapped anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RewrapError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The bytes are no sealed value of a known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no sealed value of a known format")]
pub struct FormatError;

/// Seals a value under a fresh data key, which is wrapped under the key that `key_id` names.
pub fn seal_value(
    (key_id, key): (&[u8; KEY_ID_LENGTH], &KeyMaterial),
    context: SealContext<'_>,
    kind: ValueKind,
    value: &SecretBytes,
    entropy: &dyn Entropy,
) -> Result<SealedValue, SealError> {
    let mut data_key = Zeroizing::new([0; 32]);
    entropy.fill(data_key.as_mut_slice());

    let value_aad = authenticated_by_value(kind, context);
    let box_aad = authenticated_by_box(key_id, &value_aad);
    let mut bytes = Vec::with_capacity(OVERHEAD + value.len());
    append_head(&mut bytes, key_id, kind);
    seal_salted(key, LABEL, &box_aad, data_key.as_slice(), entropy, &mut bytes)?;
    seal_once(&data_key, &value_aad, value.expose(), entropy, &mut bytes)?;
    Ok(SealedValue { bytes: bytes.into(), kind, key_id: *key_id })
}

/// Opens a value with the key that [`SealedValue::key_id`] names.
pub fn open_value(
    key: &KeyMaterial,
    context: SealContext<'_>,
    sealed: &SealedValue,
) -> Result<(ValueKind, SecretBytes), OpenError> {
    let value_aad = authenticated_by_value(sealed.kind, context);
    let (data_key_box, sealed_value) = sealed.parts().ok_or(OpenError)?;
    let data_key = open_data_key(key, &sealed.key_id, &value_aad, data_key_box)?;

    let mut value = Zeroizing::new(vec![0; sealed.value_len()]);
    open_once(&data_key, &value_aad, sealed_value, &mut value)?;
    Ok((sealed.kind, SecretBytes::new(std::mem::take(&mut *value))))
}

/// The same value with its data key wrapped under another key, as when a secret changes its KMS key. The value itself
/// stays closed.
pub fn rewrap_value(
    key: &KeyMaterial,
    (new_key_id, new_key): (&[u8; KEY_ID_LENGTH], &KeyMaterial),
    context: SealContext<'_>,
    sealed: &SealedValue,
    entropy: &dyn Entropy,
) -> Result<SealedValue, RewrapError> {
    let value_aad = authenticated_by_value(sealed.kind, context);
    let (data_key_box, sealed_value) = sealed.parts().ok_or(OpenError)?;
    let data_key = open_data_key(key, &sealed.key_id, &value_aad, data_key_box)?;

    let box_aad = authenticated_by_box(new_key_id, &value_aad);
    let mut bytes = Vec::with_capacity(sealed.bytes.len());
    append_head(&mut bytes, new_key_id, sealed.kind);
    seal_salted(new_key, LABEL, &box_aad, data_key.as_slice(), entropy, &mut bytes)?;
    bytes.extend_from_slice(sealed_value);
    Ok(SealedValue { bytes: bytes.into(), kind: sealed.kind, key_id: *new_key_id })
}

impl SealedValue {
    /// Looks only at the form; whether the bytes are genuine is seen when they are opened.
    pub fn from_stored(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FormatError> {
        let bytes = bytes.into();
        let (head, rest) = bytes.split_first_chunk::<2>().ok_or(FormatError)?;
        let kind = match head {
            [VERSION, 1] => ValueKind::String,
            [VERSION, 2] => ValueKind::Binary,
            _ => return Err(FormatError),
        };
        let key_id = *rest.first_chunk().ok_or(FormatError)?;
        if bytes.len() < OVERHEAD {
            return Err(FormatError);
        }
        Ok(Self { bytes, kind, key_id })
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The id of the key that wraps the data key.
    pub fn key_id(&self) -> [u8; KEY_ID_LENGTH] {
        self.key_id
    }

    /// The length of the value inside.
    pub fn value_len(&self) -> usize {
        self.bytes.len().saturating_sub(OVERHEAD)
    }

    /// The data key's box, and what is sealed with the data key.
    fn parts(&self) -> Option<(&[u8; DATA_KEY_BOX_LENGTH], &[u8])> {
        self.bytes.get(HEAD_LENGTH..)?.split_first_chunk()
    }
}

impl fmt::Debug for SealedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedValue(..)")
    }
}

impl ValueKind {
    fn byte(self) -> u8 {
        match self {
            Self::String => 1,
            Self::Binary => 2,
        }
    }
}

fn open_data_key(
    key: &KeyMaterial,
    key_id: &[u8; KEY_ID_LENGTH],
    value_aad: &[u8],
    data_key_box: &[u8; DATA_KEY_BOX_LENGTH],
) -> Result<Zeroizing<[u8; 32]>, OpenError> {
    let mut data_key = Zeroizing::new([0; 32]);
    open_salted(key, LABEL, &authenticated_by_box(key_id, value_aad), data_key_box, data_key.as_mut_slice())?;
    Ok(data_key)
}

fn append_head(bytes: &mut Vec<u8>, key_id: &[u8; KEY_ID_LENGTH], kind: ValueKind) {
    bytes.extend_from_slice(&[VERSION, kind.byte()]);
    bytes.extend_from_slice(key_id);
}

fn authenticated_by_value(kind: ValueKind, context: SealContext<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + context.secret_arn.len() + context.version_id.len());
    bytes.extend_from_slice(&[VERSION, kind.byte()]);
    // In sorted order, as in any context.
    append_pair(&mut bytes, "SecretARN", context.secret_arn);
    append_pair(&mut bytes, "SecretVersionId", context.version_id);
    bytes
}

fn authenticated_by_box(key_id: &[u8; KEY_ID_LENGTH], value_aad: &[u8]) -> Vec<u8> {
    [key_id, value_aad].concat()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, prop_assert_eq, proptest};

    use super::*;
    use crate::testing::{Counting, Xorshift, hex, key};

    const KEY_ID: [u8; 16] = *b"sixteen byte id.";
    const CONTEXT: SealContext<'_> = SealContext {
        secret_arn: "arn:aws:secretsmanager:eu-central-1:000000000000:secret:db-Ab12Cd",
        version_id: "11111111-2222-4333-8444-555555555555",
    };

    fn sealed() -> SealedValue {
        let value = SecretBytes::copy_of(b"correct horse");
        seal_value((&KEY_ID, &key(1)), CONTEXT, ValueKind::String, &value, &Counting::from(0)).unwrap()
    }

    fn open(bytes: &[u8]) -> Result<(ValueKind, SecretBytes), OpenError> {
        let sealed = SealedValue::from_stored(bytes).map_err(|_| OpenError)?;
        open_value(&key(1), CONTEXT, &sealed)
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        // Computed from the tables in the documentation by another program with another library.
        assert_eq!(
            hex(sealed().as_bytes()),
            "01017369787465656e20627974652069642e202122232425262728292a2b2c2d2e2f303132333435363738393a3bec06400f4a52121607dbb19f2c34d58fd2397aeb1c40dec59353d29669c606e2a4244806d7a7bb63b18ef46e8957e55b3c3d3e3f404142434445464714b14b82912ca197c4cd1d5f4bd9c017e1ec0d84740df6eb0305d42f9c"
        );
    }

    #[test]
    fn a_value_comes_back_with_its_kind() {
        for kind in [ValueKind::String, ValueKind::Binary] {
            let value = SecretBytes::copy_of(b"correct horse");
            let sealed = seal_value((&KEY_ID, &key(1)), CONTEXT, kind, &value, &Counting::from(9)).unwrap();
            assert_eq!((sealed.kind(), sealed.key_id(), sealed.value_len()), (kind, KEY_ID, 13));
            assert_eq!(open(sealed.as_bytes()), Ok((kind, value)));
        }
    }

    #[test]
    fn every_changed_bit_of_a_sealed_value_is_refused() {
        let genuine = sealed();
        for position in 0..genuine.as_bytes().len() {
            for bit in 0..8 {
                let mut bytes = genuine.as_bytes().to_vec();
                bytes[position] ^= 1 << bit;
                assert_eq!(open(&bytes), Err(OpenError), "bit {bit} of byte {position}");
            }
        }
    }

    #[test]
    fn the_kind_cannot_be_changed() {
        let mut bytes = sealed().as_bytes().to_vec();
        bytes[1] = 2;
        assert_eq!(SealedValue::from_stored(bytes.as_slice()).map(|sealed| sealed.kind()), Ok(ValueKind::Binary));
        assert_eq!(open(&bytes), Err(OpenError));
    }

    #[test]
    fn every_cut_or_extended_value_is_refused() {
        let mut bytes = sealed().as_bytes().to_vec();
        assert_eq!(bytes.len(), OVERHEAD + 13);
        for length in 0..bytes.len() {
            assert_eq!(SealedValue::from_stored(&bytes[..length]).is_err(), length < OVERHEAD, "{length} bytes");
            assert_eq!(open(&bytes[..length]), Err(OpenError), "{length} bytes");
        }
        bytes.push(0);
        assert_eq!(open(&bytes), Err(OpenError));
    }

    #[test]
    fn unknown_versions_and_kinds_are_no_known_format() {
        for (position, known) in [(0, &[1][..]), (1, &[1, 2])] {
            for byte in 0..=u8::MAX {
                let mut bytes = sealed().as_bytes().to_vec();
                bytes[position] = byte;
                assert_eq!(SealedValue::from_stored(bytes).is_ok(), known.contains(&byte), "{byte} at {position}");
            }
        }
    }

    #[test]
    fn a_value_does_not_open_in_the_place_of_another() {
        let other_arn = CONTEXT.secret_arn.replace("Ab12Cd", "Ab12Ce");
        for context in [
            SealContext { secret_arn: &other_arn, ..CONTEXT },
            SealContext { version_id: "11111111-2222-4333-8444-555555555556", ..CONTEXT },
            SealContext { secret_arn: CONTEXT.version_id, version_id: CONTEXT.secret_arn },
            SealContext { secret_arn: "", version_id: "" },
        ] {
            assert_eq!(open_value(&key(1), context, &sealed()), Err(OpenError), "{context:?}");
        }
    }

    #[test]
    fn another_key_does_not_open_a_value() {
        assert_eq!(open_value(&key(2), CONTEXT, &sealed()), Err(OpenError));
    }

    #[test]
    fn the_data_key_of_one_value_does_not_open_another() {
        let value = SecretBytes::copy_of(b"correct horse");
        let other = seal_value((&KEY_ID, &key(1)), CONTEXT, ValueKind::String, &value, &Counting::from(100)).unwrap();
        let genuine = sealed();
        let (head, _) = genuine.as_bytes().split_at(HEAD_LENGTH + DATA_KEY_BOX_LENGTH);
        let (_, tail) = other.as_bytes().split_at(HEAD_LENGTH + DATA_KEY_BOX_LENGTH);
        assert_eq!(open(&[head, tail].concat()), Err(OpenError));
    }

    #[test]
    fn a_rewrapped_value_opens_with_the_new_key_only() {
        let new_id = [7; 16];
        let rewrapped = rewrap_value(&key(1), (&new_id, &key(2)), CONTEXT, &sealed(), &Counting::from(50)).unwrap();
        assert_eq!(rewrapped.key_id(), new_id);
        assert_eq!(SealedValue::from_stored(rewrapped.as_bytes()), Ok(rewrapped.clone()));
        let (kind, value) = open_value(&key(2), CONTEXT, &rewrapped).unwrap();
        assert_eq!((kind, value.expose()), (ValueKind::String, b"correct horse".as_slice()));
        assert_eq!(open_value(&key(1), CONTEXT, &rewrapped), Err(OpenError));
    }

    #[test]
    fn a_value_is_not_rewrapped_by_another_key_or_in_another_place() {
        let elsewhere = SealContext { version_id: "other", ..CONTEXT };
        for (old, context) in [(key(3), CONTEXT), (key(1), elsewhere)] {
            let refused = rewrap_value(&old, (&[7; 16], &key(2)), context, &sealed(), &Counting::from(50));
            assert_eq!(refused, Err(RewrapError::Open(OpenError)));
        }
    }

    #[test]
    fn equal_values_are_sealed_differently() {
        let entropy = Counting::from(0);
        let value = SecretBytes::copy_of(b"correct horse");
        let seal = || seal_value((&KEY_ID, &key(1)), CONTEXT, ValueKind::String, &value, &entropy).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn printing_a_sealed_value_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", sealed()), "SealedValue(..)");
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(
            value in vec(any::<u8>(), 0..5000),
            key_id in any::<[u8; 16]>(),
            secret_arn in any::<String>(),
            version_id in any::<String>(),
            binary in any::<bool>(),
            seed in 1_u64..,
        ) {
            let kind = if binary { ValueKind::Binary } else { ValueKind::String };
            let context = SealContext { secret_arn: &secret_arn, version_id: &version_id };
            let value = SecretBytes::new(value);
            let entropy = Xorshift::seeded(seed);
            let sealed = seal_value((&key_id, &key(1)), context, kind, &value, &entropy).unwrap();
            let stored = SealedValue::from_stored(sealed.as_bytes()).unwrap();
            prop_assert_eq!((stored.key_id(), stored.value_len()), (key_id, value.len()));
            prop_assert_eq!(open_value(&key(1), context, &stored), Ok((kind, value)));
        }

        #[test]
        fn reading_any_bytes_ends_in_an_error_or_a_closed_value(bytes in vec(any::<u8>(), 0..300), version in 0_u8..3) {
            let bytes: Vec<u8> = [version, 1].into_iter().chain(bytes).collect();
            prop_assert_eq!(open(&bytes), Err(OpenError));
        }
    }
}
