//! Tags of users, roles, policies and what else has them.

use contract::Tag;
use policy::{in_lower_case, is_same_in_any_case};

use crate::{error::Error, shapes};

/// The tags of a request. Keys are one whatever their case.
pub(crate) fn asked_tags(asked: Option<&[shapes::Tag]>) -> Result<Vec<Tag>, Error> {
    let tags: Vec<Tag> =
        asked.unwrap_or_default().iter().map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect();
    let mut keys: Vec<String> = tags.iter().map(|tag| in_lower_case(&tag.key)).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Error::InvalidInput(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.".to_owned(),
        ));
    }
    if keys.iter().any(|key| key.starts_with("aws:")) {
        // Chosen.
        return Err(Error::InvalidInput("Tag keys that begin with aws: are reserved.".to_owned()));
    }
    Ok(tags)
}

/// The tags with others put over them. One that is there already keeps its place and takes the new spelling.
pub(crate) fn tagged(held: &[Tag], put: Vec<Tag>, limit: usize) -> Result<Vec<Tag>, Error> {
    let mut tags = held.to_vec();
    for tag in put {
        match tags.iter_mut().find(|held| is_same_in_any_case(&held.key, &tag.key)) {
            Some(held) => *held = tag,
            None => tags.push(tag),
        }
    }
    if tags.len() > limit {
        // Chosen after the other quotas' texts.
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for TagsPerResource: {limit}")));
    }
    Ok(tags)
}

pub(crate) fn untagged(held: &[Tag], keys: &[String]) -> Vec<Tag> {
    held.iter().filter(|tag| !keys.iter().any(|key| is_same_in_any_case(&tag.key, key))).cloned().collect()
}

/// As answers show them. None where there are none: AWS leaves the member out.
pub(crate) fn shown_tags(tags: &[Tag]) -> Option<Vec<shapes::Tag>> {
    let shown = || tags.iter().map(|tag| shapes::Tag { key: tag.key.clone(), value: tag.value.clone() }).collect();
    (!tags.is_empty()).then(shown)
}

/// As lists of tags show them.
pub(crate) fn by_key(tags: &[Tag]) -> Vec<Tag> {
    let mut sorted = tags.to_vec();
    sorted.sort_by(|one, other| one.key.cmp(&other.key));
    sorted
}
