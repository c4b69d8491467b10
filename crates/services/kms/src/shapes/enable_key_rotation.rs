use shape::{Optional, Required};

use super::forms::{KeyIdType, RotationPeriodInDaysType};

shape::structure! {
    pub struct EnableKeyRotationRequest {
        key_id: Required<KeyIdType> = "KeyId",
        rotation_period_in_days: Optional<RotationPeriodInDaysType> = "RotationPeriodInDays",
    }
}

shape::operation! {
    pub EnableKeyRotation(EnableKeyRotationRequest) -> (),
    errors [
        NotFoundException, DisabledException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException, UnsupportedOperationException,
    ]
}
