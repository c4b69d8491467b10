//! Rules of tags. Pure.

use std::collections::HashSet;

use contract::Tag;

use crate::{error::Error, shapes};

const TAGS_MAX: usize = 50;

/// The tags of a request, as they are kept.
pub(crate) fn of(asked: &[shapes::Tag]) -> Vec<Tag> {
    asked.iter().map(|tag| Tag { key: tag.tag_key.clone(), value: tag.tag_value.clone() }).collect()
}

/// A kept tag, as it is told.
pub(crate) fn shown(tag: &Tag) -> shapes::Tag {
    shapes::Tag { tag_key: tag.key.clone(), tag_value: tag.value.clone() }
}

/// Checks the tags of one request.
pub(crate) fn check(tags: &[Tag]) -> Result<(), Error> {
    let mut keys = HashSet::new();
    for Tag { key, value } in tags {
        check_key(key)?;
        require_characters(value)?;
        if !keys.insert(key) {
            return Err(refused("Duplicate tag keys"));
        }
    }
    require_few(tags.len())
}

/// Keys of one request to remove tags.
pub(crate) fn check_keys(keys: &[String]) -> Result<(), Error> {
    keys.iter().try_for_each(|key| check_key(key))
}

/// New values replace old ones in place, new keys go to the end.
pub(crate) fn merge(old: &[Tag], new: &[Tag]) -> Result<Vec<Tag>, Error> {
    let merged = Tag::merged(old, new);
    require_few(merged.len())?;
    Ok(merged)
}

fn check_key(key: &str) -> Result<(), Error> {
    if Tag::is_reserved_key(key) {
        return Err(refused("Tags beginning with aws: are reserved"));
    }
    require_characters(key)
}

/// Letters, digits and spaces of any script, and `_ . : / = + - @`.
fn require_characters(text: &str) -> Result<(), Error> {
    let is_allowed =
        |character: char| character.is_alphanumeric() || character.is_whitespace() || "_.:/=+-@".contains(character);
    // Chosen.
    if text.chars().all(is_allowed) { Ok(()) } else { Err(refused("Tags contain a character that is not allowed")) }
}

fn require_few(count: usize) -> Result<(), Error> {
    if count <= TAGS_MAX { Ok(()) } else { Err(refused("Too many tags")) }
}

/// The texts are recorded where nothing else is said.
fn refused(text: &str) -> Error {
    Error::refused("TagException", text)
}

#[cfg(test)]
mod tests {
    use service::JsonError;

    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    fn text(checked: Result<(), Error>) -> String {
        let error = checked.unwrap_err();
        assert_eq!(error.code(), "TagException");
        error.message().unwrap()
    }

    #[test]
    fn reserved_repeated_and_malformed_tags_are_refused() {
        assert!(check(&[tag("Clé étrange_.:/=+-@", "värde 1"), tag("a", ""), tag("A", "")]).is_ok());
        for reserved in ["aws:x", "AwS:x"] {
            assert_eq!(text(check(&[tag(reserved, "")])), "Tags beginning with aws: are reserved");
            assert_eq!(text(check_keys(&[reserved.to_owned()])), "Tags beginning with aws: are reserved");
        }
        assert_eq!(text(check(&[tag("a", "1"), tag("a", "2")])), "Duplicate tag keys");
        for wrong in [tag("a*", ""), tag("a", "<b>")] {
            assert_eq!(text(check(&[wrong])), "Tags contain a character that is not allowed");
        }
    }

    #[test]
    fn tags_merge_by_key_and_keys_are_case_sensitive() {
        let old = [tag("a", "1"), tag("b", "2")];
        let merged = merge(&old, &[tag("b", "3"), tag("A", "4")]).unwrap();
        assert_eq!(merged, [tag("a", "1"), tag("b", "3"), tag("A", "4")]);
        assert_eq!(Tag::without(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
    }

    #[test]
    fn a_key_has_fifty_tags_at_most() {
        let fifty: Vec<Tag> = (0..50).map(|number| tag(&format!("k{number}"), "")).collect();
        assert!(check(&fifty).is_ok());
        assert!(merge(&fifty, &[tag("k7", "new")]).is_ok());
        assert_eq!(text(merge(&fifty, &[tag("k50", "")]).map(drop)), "Too many tags");
        let more: Vec<Tag> = fifty.into_iter().chain([tag("k50", "")]).collect();
        assert_eq!(text(check(&more)), "Too many tags");
    }
}
