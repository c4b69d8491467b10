//! Tags, and the operations that change them.

use shape::{List, Optional, Required, Text};

use super::forms::{SecretIdType, TagListType};

shape::forms! {
    pub TagKeyType: Text { min: 1, max: 128 }
    pub TagValueType: Text { min: 0, max: 256 }
    pub TagKeyListType: List<TagKeyType> {}
}

shape::structure! {
    pub struct Tag {
        key: Optional<TagKeyType> = "Key",
        value: Optional<TagValueType> = "Value",
    }
}

shape::structure! {
    pub struct TagResourceRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        tags: Required<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct UntagResourceRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub TagResource(TagResourceRequest) -> (),
    errors [ResourceNotFoundException, InvalidRequestException, InvalidParameterException, InternalServiceError]
}

shape::operation! {
    pub UntagResource(UntagResourceRequest) -> (),
    errors [ResourceNotFoundException, InvalidRequestException, InvalidParameterException, InternalServiceError]
}
