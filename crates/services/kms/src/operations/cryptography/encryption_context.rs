//! Encryption contexts: pairs that are no secret, without which a ciphertext does not open.

use std::collections::BTreeMap;

use crate::{error::Error, key_keys::ContextPairs};

/// AWS documents no limit. This one is chosen: keys and values together.
const MOST_BYTES: usize = 8192;

/// The pairs of a request. None is the same as no pairs.
#[derive(Clone, Copy)]
pub(super) struct EncryptionContext<'a>(Option<&'a BTreeMap<String, String>>);

impl<'a> EncryptionContext<'a> {
    pub(super) fn parse(pairs: Option<&'a BTreeMap<String, String>>) -> Result<Self, Error> {
        let bytes = |(key, value): (&String, &String)| key.len().saturating_add(value.len());
        let size = pairs.into_iter().flatten().map(bytes).fold(0, usize::saturating_add);
        if size > MOST_BYTES {
            // The text is chosen.
            return Err(Error::Validation(format!(
                "The encryption context must not be larger than {MOST_BYTES} bytes."
            )));
        }
        Ok(Self(pairs))
    }

    /// As policies ask about it.
    pub(super) fn asked(self) -> ContextPairs<'a> {
        self.0.map_or(ContextPairs::None, ContextPairs::Map)
    }

    pub(super) fn pairs(self) -> Vec<(&'a str, &'a str)> {
        self.0.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_is_allowed(key: usize, value: usize) -> bool {
        let pairs = BTreeMap::from([("k".repeat(key), "v".repeat(value)), ("a".to_owned(), String::new())]);
        EncryptionContext::parse(Some(&pairs)).is_ok()
    }

    #[test]
    fn keys_and_values_have_8192_bytes_together() {
        assert!(size_is_allowed(4095, 4096) && size_is_allowed(1, 8190) && size_is_allowed(8191, 0));
        assert!(!size_is_allowed(4096, 4096) && !size_is_allowed(1, 8191));
    }

    #[test]
    fn no_context_and_an_empty_one_have_the_same_pairs() {
        let empty = BTreeMap::new();
        for pairs in [None, Some(&empty)] {
            assert!(EncryptionContext::parse(pairs).unwrap().pairs().is_empty());
        }
    }
}
