use shape::Required;

use super::forms::{DescriptionType, KeyIdType};

shape::structure! {
    pub struct UpdateKeyDescriptionRequest {
        key_id: Required<KeyIdType> = "KeyId",
        description: Required<DescriptionType> = "Description",
    }
}

shape::operation! {
    pub UpdateKeyDescription(UpdateKeyDescriptionRequest) -> (),
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
