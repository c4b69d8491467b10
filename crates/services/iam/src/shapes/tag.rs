//! Tags.

use shape::{List, Required, Text};

use super::patterns::{TAG_KEY, TAG_VALUE};

shape::forms! {
    pub TagKeyType: Text { min: 1, max: 128, pattern: TAG_KEY }
    pub TagValueType: Text { min: 0, max: 256, pattern: TAG_VALUE }
    pub TagListType: List<Tag> { max: 50 }
    pub TagKeyListType: List<TagKeyType> { max: 50 }
}

shape::structure! {
    pub struct Tag {
        key: Required<TagKeyType> = "Key",
        value: Required<TagValueType> = "Value",
    }
}
