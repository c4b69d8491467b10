use shape::Required;

use super::forms::{TagKeyType, TagValueType};

shape::structure! {
    pub struct Tag {
        tag_key: Required<TagKeyType> = "TagKey",
        tag_value: Required<TagValueType> = "TagValue",
    }
}
