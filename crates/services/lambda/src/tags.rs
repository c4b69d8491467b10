//! Rules of tags. Pure.

use std::collections::BTreeMap;

use contract::Tag;

use crate::error::Error;

const TAGS_MAX: usize = 50;

/// The tags of a request, as they are kept.
pub(crate) fn of(asked: &BTreeMap<String, String>) -> Result<Vec<Tag>, Error> {
    asked.keys().try_for_each(|key| check_key(key))?;
    let tags: Vec<Tag> = asked.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect();
    require_few(tags.len())?;
    Ok(tags)
}

/// Kept tags, as they are told.
pub(crate) fn shown(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// New values replace old ones in place, new keys go to the end.
pub(crate) fn merge(old: &[Tag], new: &[Tag]) -> Result<Vec<Tag>, Error> {
    let merged = Tag::merged(old, new);
    require_few(merged.len())?;
    Ok(merged)
}

fn check_key(key: &str) -> Result<(), Error> {
    if Tag::is_reserved_key(key) {
        // Chosen.
        return Err(Error::invalid(format!("Tag keys that begin with aws: are reserved: {key}")));
    }
    Ok(())
}

fn require_few(count: usize) -> Result<(), Error> {
    if count <= TAGS_MAX { Ok(()) } else { Err(Error::invalid("Number of tags exceeds resource tag limit.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn tags_merge_by_key_and_keys_are_case_sensitive() {
        let old = [tag("a", "1"), tag("b", "2")];
        let merged = merge(&old, &[tag("b", "3"), tag("A", "4")]).unwrap();
        assert_eq!(merged, [tag("a", "1"), tag("b", "3"), tag("A", "4")]);
        assert_eq!(Tag::without(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
        assert_eq!(of(&shown(&old)).unwrap(), old);
    }

    #[test]
    fn a_function_has_fifty_tags_at_most_and_none_of_aws() {
        let fifty: Vec<Tag> = (0..50).map(|number| tag(&format!("k{number:02}"), "")).collect();
        assert!(merge(&fifty, &[tag("k07", "new")]).is_ok());
        assert!(merge(&fifty, &[tag("k50", "new")]).is_err());
        assert!(of(&shown(&[tag("AWS:x", "")])).is_err());
    }
}
