use shape::Required;

use super::forms::{KeyIdType, TagKeyList};

shape::structure! {
    pub struct UntagResourceRequest {
        key_id: Required<KeyIdType> = "KeyId",
        tag_keys: Required<TagKeyList> = "TagKeys",
    }
}

shape::operation! {
    pub UntagResource(UntagResourceRequest) -> (),
    errors [KMSInternalException, NotFoundException, InvalidArnException, KMSInvalidStateException, TagException]
}
