//! Rules of tags. Pure.

use std::collections::HashSet;

use contract::Tag;

use crate::{error::Error, quotas::Quotas};

/// Checks the tags of one request: characters, reserved prefix, repeated keys. All texts are chosen.
pub(crate) fn check(tags: &[Tag]) -> Result<(), Error> {
    let mut keys = HashSet::new();
    for Tag { key, value } in tags {
        check_key(key)?;
        if let Some(wrong) = value.chars().find(|character| !is_tag_character(*character)) {
            return Err(invalid(format!(
                "The tag value of key {key} contains a character that isn't allowed: {wrong}"
            )));
        }
        if !keys.insert(key) {
            return Err(invalid(format!("The request contains the tag key {key} more than once.")));
        }
    }
    Ok(())
}

/// Keys of one request to remove tags.
pub(crate) fn check_keys(keys: &[String]) -> Result<(), Error> {
    keys.iter().try_for_each(|key| check_key(key))
}

fn check_key(key: &str) -> Result<(), Error> {
    if Tag::is_reserved_key(key) {
        return Err(invalid(format!(
            "The tag key {key} is reserved: keys that begin with aws: can't be set or removed."
        )));
    }
    match key.chars().find(|character| !is_tag_character(*character)) {
        Some(wrong) => Err(invalid(format!("The tag key {key} contains a character that isn't allowed: {wrong}"))),
        None => Ok(()),
    }
}

/// Letters, digits and spaces of any script, and `_ . : / = + - @`.
fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character.is_whitespace() || "_.:/=+-@".contains(character)
}

/// New values replace old ones in place, new keys go to the end.
pub(crate) fn merge(old: &[Tag], new: &[Tag], quotas: &Quotas) -> Result<Vec<Tag>, Error> {
    let merged = Tag::merged(old, new);
    if merged.len() > quotas.tags_per_secret {
        return Err(invalid(format!("You can't have more than {} tags on a secret.", quotas.tags_per_secret)));
    }
    Ok(merged)
}

fn invalid(text: String) -> Error {
    Error::InvalidParameter(text)
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
        let merged = merge(&old, &[tag("b", "3"), tag("A", "4")], &Quotas::default()).unwrap();
        assert_eq!(merged, [tag("a", "1"), tag("b", "3"), tag("A", "4")]);
        assert_eq!(Tag::without(&merged, &["b".to_owned(), "zzz".to_owned()]), [tag("a", "1"), tag("A", "4")]);
    }

    #[test]
    fn the_quota_counts_the_merged_tags() {
        let old: Vec<Tag> = (0..50).map(|number| tag(&format!("k{number}"), "")).collect();
        assert!(merge(&old, &[tag("k7", "new")], &Quotas::default()).is_ok());
        assert!(merge(&old, &[tag("k50", "")], &Quotas::default()).is_err());
    }

    #[test]
    fn reserved_repeated_and_malformed_tags_are_refused() {
        assert!(check(&[tag("Clé étrange_.:/=+-@", "värde 1")]).is_ok());
        for wrong in [vec![tag("aws:x", "")], vec![tag("AwS:x", "")], vec![tag("a", ""), tag("a", "")]] {
            assert!(check(&wrong).is_err(), "{wrong:?}");
        }
        assert!(check(&[tag("a*", "")]).is_err());
        assert!(check(&[tag("a", "<b>")]).is_err());
        assert!(check_keys(&["aws:cloudformation:stack-name".to_owned()]).is_err());
    }
}
