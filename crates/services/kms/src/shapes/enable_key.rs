use shape::Required;

use super::forms::KeyIdType;

shape::structure! {
    pub struct EnableKeyRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub EnableKey(EnableKeyRequest) -> (),
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        LimitExceededException, KMSInvalidStateException,
    ]
}
