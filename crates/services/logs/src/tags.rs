//! Rules of tags. Pure.

use std::collections::BTreeMap;

use contract::Tag;

use crate::error::Error;

const TAGS_MAX: usize = 50;

/// The tags of a request, as they are kept.
pub(crate) fn of(asked: &BTreeMap<String, String>) -> Result<Vec<Tag>, Error> {
    require_own(asked.keys())?;
    Ok(asked.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect())
}

/// Kept tags, as they are told.
pub(crate) fn shown(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// New values replace old ones, new keys go to the end.
pub(crate) fn merge(old: &[Tag], new: &[Tag]) -> Result<Vec<Tag>, Error> {
    let mut merged = old.to_vec();
    for tag in new {
        match merged.iter_mut().find(|held| held.key == tag.key) {
            Some(held) => held.value.clone_from(&tag.value),
            None => merged.push(tag.clone()),
        }
    }
    // Chosen.
    let too_many = || Error::refused("TooManyTagsException", "A resource can have no more than 50 tags.");
    if merged.len() <= TAGS_MAX { Ok(merged) } else { Err(too_many()) }
}

/// Unknown keys are passed over.
pub(crate) fn remove(old: &[Tag], keys: &[String]) -> Vec<Tag> {
    old.iter().filter(|tag| !keys.contains(&tag.key)).cloned().collect()
}

/// Nobody gives or takes AWS's own. The text is chosen.
pub(crate) fn require_own<'k>(mut keys: impl Iterator<Item = &'k String>) -> Result<(), Error> {
    let is_reserved = |key: &String| key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
    if keys.any(is_reserved) { Err(Error::invalid("Tag keys that begin with aws: are reserved.")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use service::JsonError;

    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn tags_merge_by_key_and_keys_are_case_sensitive() {
        let merged = merge(&[tag("a", "1"), tag("b", "2")], &[tag("b", "3"), tag("A", "4")]).unwrap();
        assert_eq!(merged, [tag("a", "1"), tag("b", "3"), tag("A", "4")]);
        assert_eq!(remove(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
    }

    #[test]
    fn reserved_keys_and_too_many_are_refused() {
        for key in ["aws:x", "AwS:x"] {
            let asked = BTreeMap::from([(key.to_owned(), String::new())]);
            assert_eq!(of(&asked).unwrap_err().code(), "InvalidParameterException");
        }
        let fifty: Vec<Tag> = (0..50).map(|number| tag(&format!("k{number}"), "")).collect();
        assert!(merge(&fifty, &[tag("k7", "new")]).is_ok());
        assert_eq!(merge(&fifty, &[tag("k50", "")]).unwrap_err().code(), "TooManyTagsException");
    }
}
