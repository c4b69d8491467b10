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
    let merged = Tag::merged(old, new);
    // Chosen.
    let too_many = || Error::refused("TooManyTagsException", "A resource can have no more than 50 tags.");
    if merged.len() <= TAGS_MAX { Ok(merged) } else { Err(too_many()) }
}

/// Nobody gives or takes AWS's own. The text is chosen.
pub(crate) fn require_own<'k>(mut keys: impl Iterator<Item = &'k String>) -> Result<(), Error> {
    if keys.any(|key| Tag::is_reserved_key(key)) {
        Err(Error::invalid("Tag keys that begin with aws: are reserved."))
    } else {
        Ok(())
    }
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
        assert_eq!(Tag::without(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
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
