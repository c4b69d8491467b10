//! Contexts as bytes to authenticate.

/// Appends the pairs in sorted order, so that the order in which a caller names them does not matter.
pub(crate) fn append_pairs(bytes: &mut Vec<u8>, pairs: &[(&str, &str)]) {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort_unstable();
    for (key, value) in sorted {
        append_pair(bytes, key, value);
    }
}

/// The lengths keep apart what would read the same when joined: (`ab`, `c`) and (`a`, `bc`).
pub(crate) fn append_pair(bytes: &mut Vec<u8>, key: &str, value: &str) {
    for text in [key, value] {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_map, prop_assert_eq, proptest};

    use super::*;

    fn bytes_of(pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_pairs(&mut bytes, pairs);
        bytes
    }

    #[test]
    fn texts_are_preceded_by_their_lengths() {
        assert_eq!(bytes_of(&[("k", "vw")]), b"\0\0\0\0\0\0\0\x01k\0\0\0\0\0\0\0\x02vw");
        assert_ne!(bytes_of(&[("ab", "c")]), bytes_of(&[("a", "bc")]));
        assert_ne!(bytes_of(&[("a", ""), ("b", "")]), bytes_of(&[("a", "b")]));
        assert_eq!(bytes_of(&[]), b"");
    }

    proptest! {
        #[test]
        fn contexts_have_equal_bytes_exactly_when_they_have_the_same_pairs(
            one in btree_map("[ab]{0,2}", "[ab]{0,2}", 0..3),
            other in btree_map("[ab]{0,2}", "[ab]{0,2}", 0..3),
        ) {
            let forwards: Vec<_> = one.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let backwards: Vec<_> = forwards.iter().rev().copied().collect();
            let others: Vec<_> = other.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            prop_assert_eq!(bytes_of(&forwards), bytes_of(&backwards));
            prop_assert_eq!(bytes_of(&forwards) == bytes_of(&others), one == other);
        }
    }
}
