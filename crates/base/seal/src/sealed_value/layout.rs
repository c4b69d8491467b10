//! Where the parts of a sealed value are, and what they authenticate.

use super::{SealContext, ValueKind};
use crate::{
    KeyRef,
    context::append_pair,
    key_ref::KEY_REF_LENGTH,
    salted_box::{BOX_OVERHEAD, NONCE_LENGTH, TAG_LENGTH},
};

pub(super) const VERSION: u8 = 1;
const MOST_WRAPS: usize = 4;
pub(super) const HEAD_LENGTH: usize = 3;
pub(super) const WRAP_LENGTH: usize = KEY_REF_LENGTH + BOX_OVERHEAD + 32;
/// What is not the value behind the wraps.
pub(super) const VALUE_OVERHEAD: usize = NONCE_LENGTH + TAG_LENGTH;

/// A key's name, and the box of the data key under it.
pub(super) type Wrap = [u8; WRAP_LENGTH];

/// The bytes of a sealed value, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) kind: ValueKind,
    pub(super) wraps: &'a [Wrap],
    /// What is sealed with the data key: nonce, ciphertext and tag.
    pub(super) sealed: &'a [u8],
}

impl<'a> Layout<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let [VERSION, kind, count, rest @ ..] = bytes else { return None };
        let kind = match kind {
            1 => ValueKind::String,
            2 => ValueKind::Binary,
            _ => return None,
        };
        let count = Some(usize::from(*count)).filter(|count| (1..=MOST_WRAPS).contains(count))?;
        let (wraps, sealed) = rest.split_at_checked(count * WRAP_LENGTH)?;
        let layout = Self { kind, wraps: wraps.as_chunks().0, sealed };
        (sealed.len() >= VALUE_OVERHEAD && !layout.names_a_key_twice()).then_some(layout)
    }

    pub(super) fn key_refs(self) -> impl Iterator<Item = KeyRef> + 'a {
        self.wraps.iter().filter_map(key_ref)
    }

    /// Those that stay when a wrap of the key comes before them.
    pub(super) fn kept_beside(self, key: [u8; 16]) -> impl Iterator<Item = &'a Wrap> + Clone {
        let is_another = move |wrap: &&Wrap| key_ref(wrap).is_some_and(|held| held.key != key);
        self.wraps.iter().filter(is_another).take(MOST_WRAPS - 1)
    }

    pub(super) fn data_key_box(self, which: KeyRef) -> Option<&'a [u8]> {
        let mut wraps = self.wraps.iter().filter_map(|wrap| KeyRef::split_from(wrap));
        wraps.find_map(|(held, data_key_box)| (held == which).then_some(data_key_box))
    }

    pub(super) fn value_len(self) -> usize {
        self.sealed.len().saturating_sub(VALUE_OVERHEAD)
    }

    fn names_a_key_twice(self) -> bool {
        let is_repeated = |(at, which): (usize, KeyRef)| self.key_refs().take(at).any(|before| before.key == which.key);
        self.key_refs().enumerate().any(is_repeated)
    }
}

fn key_ref(wrap: &Wrap) -> Option<KeyRef> {
    KeyRef::split_from(wrap).map(|(which, _)| which)
}

/// What is authenticated, in one piece: the value's is the end of its box's.
pub(super) struct Authenticated(Vec<u8>);

impl Authenticated {
    pub(super) fn new(which: KeyRef, kind: ValueKind, context: SealContext<'_>) -> Self {
        let mut bytes = Vec::with_capacity(96 + context.secret_arn.len() + context.version_id.len());
        which.append_to(&mut bytes);
        bytes.extend_from_slice(&[VERSION, kind.byte()]);
        // In sorted order, as in any context.
        append_pair(&mut bytes, "SecretARN", context.secret_arn);
        append_pair(&mut bytes, "SecretVersionId", context.version_id);
        Self(bytes)
    }

    pub(super) fn by_box(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn by_value(&self) -> &[u8] {
        self.0.get(KEY_REF_LENGTH..).unwrap_or_default()
    }
}
