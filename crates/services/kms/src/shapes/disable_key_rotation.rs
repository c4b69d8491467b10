use shape::Required;

use super::forms::KeyIdType;

shape::structure! {
    pub struct DisableKeyRotationRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub DisableKeyRotation(DisableKeyRotationRequest) -> (),
    errors [
        NotFoundException, DisabledException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException, UnsupportedOperationException,
    ]
}
