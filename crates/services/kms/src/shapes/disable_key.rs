use shape::Required;

use super::forms::KeyIdType;

shape::structure! {
    pub struct DisableKeyRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub DisableKey(DisableKeyRequest) -> (),
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
