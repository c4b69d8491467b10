//! Keys wrapped under other keys: backing keys under the root key, and whatever else rests in the store.
//!
//! ```text
//! offset  length  field
//!      0       1  format version, 1
//!      1      76  salted box of the 32 bytes of the key
//! ```

use std::fmt;

use terms::Entropy;
use zeroize::Zeroizing;

use crate::{
    KeyMaterial, OpenError, SealError,
    context::append_pairs,
    salted_box::{BOX_OVERHEAD, open_salted, seal_salted},
};

const VERSION: u8 = 1;
const LABEL: &str = "keepwell wrap";
const LENGTH: usize = 1 + BOX_OVERHEAD + 32;

/// A key that only its wrapping key can open.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped(Vec<u8>);

impl Wrapped {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrapped(..)")
    }
}

/// Wraps `key` under another. The pairs of `context` may stand in any order; unwrapping wants the same pairs.
pub fn wrap(
    under: &KeyMaterial,
    key: &KeyMaterial,
    context: &[(&str, &str)],
    entropy: &dyn Entropy,
) -> Result<Wrapped, SealError> {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(VERSION);
    seal_salted(under, LABEL, &authenticated(context), key.expose(), entropy, &mut bytes)?;
    Ok(Wrapped(bytes))
}

pub fn unwrap(under: &KeyMaterial, wrapped: &[u8], context: &[(&str, &str)]) -> Result<KeyMaterial, OpenError> {
    let [VERSION, sealed @ ..] = wrapped else { return Err(OpenError) };
    let mut key = Zeroizing::new([0; 32]);
    open_salted(under, LABEL, &authenticated(context), sealed, key.as_mut_slice())?;
    Ok(KeyMaterial::prepare(&key))
}

fn authenticated(context: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    append_pairs(&mut bytes, context);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_map, prelude::any, prop_assert_eq, proptest};

    use super::*;
    use crate::testing::{Counting, Xorshift, hex, key};

    const CONTEXT: &[(&str, &str)] = &[("account", "000000000000"), ("key", "k")];

    fn wrapped() -> Vec<u8> {
        wrap(&key(1), &key(2), CONTEXT, &Counting::from(0)).unwrap().into_bytes()
    }

    fn refused(under: &KeyMaterial, bytes: &[u8], context: &[(&str, &str)]) -> bool {
        unwrap(under, bytes, context).is_err()
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        // Computed from the tables in the documentation by another program with another library.
        assert_eq!(
            hex(&wrapped()),
            "01000102030405060708090a0b0c0d0e0f101112131415161718191a1b6975cc0c5acb031a4cdf698d5b92050630d06700792e3eb0c2ffae1d1f6f697643d6205f3e54a4a23763cc267d30193a"
        );
    }

    #[test]
    fn every_changed_byte_of_a_wrapped_key_is_refused() {
        for position in 0..LENGTH {
            let mut bytes = wrapped();
            bytes[position] ^= 1;
            assert!(refused(&key(1), &bytes, CONTEXT), "byte {position}");
        }
    }

    #[test]
    fn every_cut_or_extended_wrapped_key_is_refused() {
        let mut bytes = wrapped();
        assert_eq!(bytes.len(), LENGTH);
        for length in 0..LENGTH {
            assert!(refused(&key(1), &bytes[..length], CONTEXT), "{length} bytes");
        }
        bytes.push(0);
        assert!(refused(&key(1), &bytes, CONTEXT));
    }

    #[test]
    fn another_key_does_not_unwrap() {
        assert!(refused(&key(3), &wrapped(), CONTEXT));
        assert!(refused(&key(2), &wrapped(), CONTEXT));
    }

    #[test]
    fn another_context_does_not_unwrap() {
        let [account, name] = [CONTEXT[0], CONTEXT[1]];
        assert!(!refused(&key(1), &wrapped(), &[name, account]));
        for other in [&[][..], &[account], &[account, name, ("", "")], &[account, ("key", "K")], &[account, account]] {
            assert!(refused(&key(1), &wrapped(), other), "{other:?}");
        }
    }

    #[test]
    fn printing_a_wrapped_key_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Wrapped(wrapped())), "Wrapped(..)");
    }

    proptest! {
        #[test]
        fn what_was_wrapped_unwraps(
            under in any::<[u8; 32]>(),
            inner in any::<[u8; 32]>(),
            context in btree_map(any::<String>(), any::<String>(), 0..4),
            seed in 1_u64..,
        ) {
            let under = KeyMaterial::prepare(&under);
            let context: Vec<_> = context.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let entropy = Xorshift::seeded(seed);
            let wrapped = wrap(&under, &KeyMaterial::prepare(&inner), &context, &entropy).unwrap();
            let unwrapped = unwrap(&under, wrapped.as_bytes(), &context).unwrap();
            prop_assert_eq!(unwrapped.expose(), &inner);
        }
    }
}
