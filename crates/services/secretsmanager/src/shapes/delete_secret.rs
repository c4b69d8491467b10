use shape::{Long, Optional, Required};

use super::forms::{BooleanType, SecretARNType, SecretIdType, SecretNameType, TimestampType};

shape::forms! {
    /// The model states no range: the operation does.
    pub RecoveryWindowInDaysType: Long {}
}

shape::structure! {
    pub struct DeleteSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        recovery_window_in_days: Optional<RecoveryWindowInDaysType> = "RecoveryWindowInDays",
        force_delete_without_recovery: Optional<BooleanType> = "ForceDeleteWithoutRecovery",
    }
}

shape::structure! {
    pub struct DeleteSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        deletion_date: Optional<TimestampType> = "DeletionDate",
    }
}

shape::operation! {
    pub DeleteSecret(DeleteSecretRequest) -> DeleteSecretResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InvalidRequestException, InternalServiceError]
}
