use shape::{Optional, Required};

use super::forms::{BooleanType, DateType, KeyIdType, RotationPeriodInDaysType};

shape::structure! {
    pub struct GetKeyRotationStatusRequest {
        key_id: Required<KeyIdType> = "KeyId",
    }
}

shape::structure! {
    pub struct GetKeyRotationStatusResponse {
        key_rotation_enabled: Optional<BooleanType> = "KeyRotationEnabled",
        key_id: Optional<KeyIdType> = "KeyId",
        rotation_period_in_days: Optional<RotationPeriodInDaysType> = "RotationPeriodInDays",
        next_rotation_date: Optional<DateType> = "NextRotationDate",
        on_demand_rotation_start_date: Optional<DateType> = "OnDemandRotationStartDate",
    }
}

shape::operation! {
    pub GetKeyRotationStatus(GetKeyRotationStatusRequest) -> GetKeyRotationStatusResponse,
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException, UnsupportedOperationException,
    ]
}
