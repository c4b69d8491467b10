use shape::{Optional, Required};

use super::forms::KeyIdType;

shape::structure! {
    pub struct CancelKeyDeletionRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::structure! {
    pub struct CancelKeyDeletionResponse {
        key_id: Optional<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub CancelKeyDeletion(CancelKeyDeletionRequest) -> CancelKeyDeletionResponse,
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
