//! Tags, and how they are put and taken. What may be one is for each service to say.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl Tag {
    /// Keys that begin so are AWS's own, in any case.
    pub fn is_reserved_key(key: &str) -> bool {
        key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
    }

    /// New values replace old ones in place, new keys go to the end. Keys are case-sensitive.
    pub fn merged(old: &[Self], new: &[Self]) -> Vec<Self> {
        let mut merged = old.to_vec();
        for tag in new {
            match merged.iter_mut().find(|held| held.key == tag.key) {
                Some(held) => held.value.clone_from(&tag.value),
                None => merged.push(tag.clone()),
            }
        }
        merged
    }

    /// Unknown keys are passed over.
    pub fn without(old: &[Self], keys: &[String]) -> Vec<Self> {
        old.iter().filter(|tag| !keys.contains(&tag.key)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn tags_merge_by_key_and_keys_are_case_sensitive() {
        let merged = Tag::merged(&[tag("a", "1"), tag("b", "2")], &[tag("b", "3"), tag("A", "4")]);
        assert_eq!(merged, [tag("a", "1"), tag("b", "3"), tag("A", "4")]);
        assert_eq!(Tag::without(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
    }

    #[test]
    fn awss_own_keys_are_known_in_any_case() {
        for (key, is_reserved) in [("aws:x", true), ("AwS:", true), ("aws", false), ("a:aws:", false), ("äws:", false)]
        {
            assert_eq!(Tag::is_reserved_key(key), is_reserved, "{key}");
        }
    }
}
