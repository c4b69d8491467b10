//! The values of secret versions, sealed.
//!
//! Each has a data key of its own, which is wrapped under one or several keys of the room `kms`. Format:
//!
//! ```text
//! offset      length  field
//!      0           1  format version, 1
//!      1           1  kind: 1 string, 2 binary
//!      2           1  count of wraps, c: 1 to 4
//!      3        96*c  the wraps, the newest first; no two are of the same key
//! 3+96*c          12  nonce, random
//! 15+96*c          n  ciphertext of the value, under the data key
//! 15+96*c+n       16  tag
//!
//! a wrap:
//!      0          16  id of the key that wraps the data key
//!     16           4  which of its materials, big-endian
//!     20          76  salted box of the 32 bytes of the data key
//! ```
//!
//! The value authenticates `version | kind | context`, the box of a data key `key id | material | version | kind |
//! context`. The value does not depend on the wraps, so that a change of keys wraps the data key anew and leaves the value
//! alone: a value is as genuine by one wrap as by another, and a wrap that nobody opens is not looked at.
//! The context is the encryption context of AWS Secrets Manager, `SecretARN` and `SecretVersionId`.

mod layout;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use self::layout::{Authenticated, HEAD_LENGTH, Layout, VALUE_OVERHEAD, VERSION, WRAP_LENGTH};
use crate::{
    FormatError, KeyMaterial, KeyRef, OpenError, SealError,
    salted_box::{open_once, open_salted, seal_once, seal_salted},
};

const LABEL: &str = "keepwell data key";

/// A sealed value as it rests in the store. Copies share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    bytes: Arc<[u8]>,
    kind: ValueKind,
    newest: KeyRef,
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

/// Seals a value under a fresh data key, which is wrapped under the key that is given with its name.
pub fn seal_value(
    (which, key): (KeyRef, &KeyMaterial),
    context: SealContext<'_>,
    kind: ValueKind,
    value: &SecretBytes,
    entropy: &dyn Entropy,
) -> Result<SealedValue, SealError> {
    let mut data_key = Zeroizing::new([0; 32]);
    entropy.fill(data_key.as_mut_slice());

    let authenticated = Authenticated::new(which, kind, context);
    let mut bytes = Vec::with_capacity(HEAD_LENGTH + WRAP_LENGTH + VALUE_OVERHEAD + value.len());
    bytes.extend_from_slice(&[VERSION, kind.byte(), 1]);
    append_wrap(&mut bytes, (which, key), &authenticated, &data_key, entropy)?;
    seal_once(&data_key, authenticated.by_value(), value.expose(), entropy, &mut bytes)?;
    Ok(SealedValue { bytes: bytes.into(), kind, newest: which })
}

/// Opens a value with the key of one of its [wraps](SealedValue::wraps).
pub fn open_value(
    which: KeyRef,
    key: &KeyMaterial,
    context: SealContext<'_>,
    sealed: &SealedValue,
) -> Result<(ValueKind, SecretBytes), OpenError> {
    let layout = Layout::read(&sealed.bytes).ok_or(OpenError)?;
    let authenticated = Authenticated::new(which, layout.kind, context);
    let mut data_key = Zeroizing::new([0; 32]);
    open_data_key((which, key), &layout, &authenticated, &mut data_key)?;

    let mut value = Zeroizing::new(vec![0; layout.value_len()]);
    open_once(&data_key, authenticated.by_value(), layout.sealed, &mut value)?;
    Ok((layout.kind, SecretBytes::new(std::mem::take(&mut *value))))
}

/// The same value with its data key wrapped under another key too, as when a secret changes its KMS key. The value itself
/// stays closed.
///
/// The new wrap takes the place of one of the same key. Of more than four the oldest is left out.
pub fn rewrap_value(
    (which, key): (KeyRef, &KeyMaterial),
    (new_which, new_key): (KeyRef, &KeyMaterial),
    context: SealContext<'_>,
    sealed: &SealedValue,
    entropy: &dyn Entropy,
) -> Result<SealedValue, RewrapError> {
    let layout = Layout::read(&sealed.bytes).ok_or(OpenError)?;
    let authenticated = Authenticated::new(which, layout.kind, context);
    let mut data_key = Zeroizing::new([0; 32]);
    open_data_key((which, key), &layout, &authenticated, &mut data_key)?;

    let kept = layout.kept_beside(new_which.key);
    let count = kept.clone().fold(1, |count, _| count + 1);
    let authenticated = Authenticated::new(new_which, layout.kind, context);
    let mut bytes = Vec::with_capacity(sealed.bytes.len() + WRAP_LENGTH);
    bytes.extend_from_slice(&[VERSION, layout.kind.byte(), count]);
    append_wrap(&mut bytes, (new_which, new_key), &authenticated, &data_key, entropy)?;
    kept.for_each(|wrap| bytes.extend_from_slice(wrap));
    bytes.extend_from_slice(layout.sealed);
    Ok(SealedValue { bytes: bytes.into(), kind: layout.kind, newest: new_which })
}

impl SealedValue {
    /// Looks only at the form; whether the bytes are genuine is seen when they are opened.
    pub fn from_stored(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FormatError> {
        let bytes = bytes.into();
        let layout = Layout::read(&bytes).ok_or(FormatError)?;
        let newest = layout.key_refs().next().ok_or(FormatError)?;
        Ok(Self { kind: layout.kind, newest, bytes })
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The keys by which the value opens, the newest first.
    pub fn wraps(&self) -> impl Iterator<Item = KeyRef> + '_ {
        Layout::read(&self.bytes).into_iter().flat_map(|layout| layout.key_refs())
    }

    /// The key of the last write or re-wrap.
    pub fn newest(&self) -> KeyRef {
        self.newest
    }

    /// The length of the value inside.
    pub fn value_len(&self) -> usize {
        Layout::read(&self.bytes).map_or(0, |layout| layout.value_len())
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

fn append_wrap(
    bytes: &mut Vec<u8>,
    (which, key): (KeyRef, &KeyMaterial),
    authenticated: &Authenticated,
    data_key: &[u8; 32],
    entropy: &dyn Entropy,
) -> Result<(), SealError> {
    which.append_to(bytes);
    seal_salted(key, LABEL, authenticated.by_box(), data_key, entropy, bytes)
}

fn open_data_key(
    (which, key): (KeyRef, &KeyMaterial),
    layout: &Layout<'_>,
    authenticated: &Authenticated,
    data_key: &mut [u8; 32],
) -> Result<(), OpenError> {
    let data_key_box = layout.data_key_box(which).ok_or(OpenError)?;
    open_salted(key, LABEL, authenticated.by_box(), data_key_box, data_key)
}
