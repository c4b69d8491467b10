//! JSON as policies use it: objects without a key twice, and one value where a list may stand.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The members of an object in the order of the text, each value as it stands there.
pub(crate) struct Object<'t>(pub(crate) Vec<(String, &'t RawValue)>);

/// The text is not the JSON that is wanted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// No JSON at all.
    Json,
    /// JSON, but of another shape.
    Shape,
}

impl<'t> Object<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self, Unreadable> {
        Ok(serde_json::from_str(text)?)
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::Shape } else { Self::Json }
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(String, &'de RawValue)> = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        if names.len() == members.len() { Ok(Object(members)) } else { Err(A::Error::custom("a key stands twice")) }
    }
}

/// The elements of a list, or the one value that stands in its place.
pub(crate) fn one_or_many(value: &RawValue) -> Result<Vec<&RawValue>, Unreadable> {
    if value.get().starts_with('[') { Ok(serde_json::from_str(value.get())?) } else { Ok(vec![value]) }
}

pub(crate) fn read_text(value: &RawValue) -> Result<String, Unreadable> {
    Ok(serde_json::from_str(value.get())?)
}

pub(crate) fn read_texts(value: &RawValue) -> Result<Vec<String>, Unreadable> {
    one_or_many(value)?.into_iter().map(read_text).collect()
}

/// Texts, numbers and truths, each as text. Numbers keep their spelling.
pub(crate) fn read_scalars(value: &RawValue) -> Result<Vec<String>, Unreadable> {
    let scalar = |value: &RawValue| match value.get().chars().next() {
        Some('"') => read_text(value),
        Some('-' | '0'..='9' | 't' | 'f') => Ok(value.get().to_owned()),
        _ => Err(Unreadable::Shape),
    };
    one_or_many(value)?.into_iter().map(scalar).collect()
}

/// Where a value that was read from the text stands in it, in bytes.
pub(crate) fn range_in(text: &str, value: &RawValue) -> std::ops::Range<usize> {
    let start = value.get().as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    start..start.saturating_add(value.get().len())
}
