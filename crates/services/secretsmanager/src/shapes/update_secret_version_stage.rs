use shape::{Optional, Required};

use super::forms::{SecretARNType, SecretIdType, SecretNameType, SecretVersionIdType, SecretVersionStageType};

shape::structure! {
    pub struct UpdateSecretVersionStageRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        version_stage: Required<SecretVersionStageType> = "VersionStage",
        remove_from_version_id: Optional<SecretVersionIdType> = "RemoveFromVersionId",
        move_to_version_id: Optional<SecretVersionIdType> = "MoveToVersionId",
    }
}

shape::structure! {
    pub struct UpdateSecretVersionStageResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
    }
}

shape::operation! {
    pub UpdateSecretVersionStage(UpdateSecretVersionStageRequest) -> UpdateSecretVersionStageResponse,
    errors [
        ResourceNotFoundException, InvalidParameterException, InvalidRequestException, LimitExceededException,
        InternalServiceError,
    ]
}
