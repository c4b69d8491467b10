use shape::{Optional, Required};

use super::forms::{DateType, KeyIdType, PendingWindowInDaysType};
use super::specs::KeyState;

shape::structure! {
    pub struct ScheduleKeyDeletionRequest {
        key_id: Required<KeyIdType> = "KeyId",
        pending_window_in_days: Optional<PendingWindowInDaysType> = "PendingWindowInDays",
    }
}

shape::structure! {
    pub struct ScheduleKeyDeletionResponse {
        key_id: Optional<KeyIdType> = "KeyId",
        deletion_date: Optional<DateType> = "DeletionDate",
        key_state: Optional<KeyState> = "KeyState",
        pending_window_in_days: Optional<PendingWindowInDaysType> = "PendingWindowInDays",
    }
}

shape::operation! {
    pub ScheduleKeyDeletion(ScheduleKeyDeletionRequest) -> ScheduleKeyDeletionResponse,
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
