use shape::{Optional, Required};

use super::forms::KeyIdType;

shape::structure! {
    pub struct RotateKeyOnDemandRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::structure! {
    pub struct RotateKeyOnDemandResponse {
        key_id: Optional<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub RotateKeyOnDemand(RotateKeyOnDemandRequest) -> RotateKeyOnDemandResponse,
    errors [
        NotFoundException, DisabledException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException, UnsupportedOperationException, LimitExceededException, ConflictException,
    ]
}
