use shape::Required;

use super::forms::{KeyIdType, TagList};

shape::structure! {
    pub struct TagResourceRequest {
        key_id: Required<KeyIdType> = "KeyId",
        tags: Required<TagList> = "Tags",
    }
}

shape::operation! {
    pub TagResource(TagResourceRequest) -> (),
    errors [
        KMSInternalException, NotFoundException, InvalidArnException, KMSInvalidStateException,
        LimitExceededException, TagException,
    ]
}
