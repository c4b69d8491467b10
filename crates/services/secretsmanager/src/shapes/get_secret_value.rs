use shape::{Optional, Required, Sensitive};

use super::forms::{
    SecretARNType, SecretBinaryType, SecretIdType, SecretNameType, SecretStringType, SecretVersionIdType,
    SecretVersionStageType, SecretVersionStagesType, TimestampType,
};

shape::structure! {
    pub struct GetSecretValueRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        version_id: Optional<SecretVersionIdType> = "VersionId",
        version_stage: Optional<SecretVersionStageType> = "VersionStage",
    }
}

shape::structure! {
    pub struct GetSecretValueResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
        secret_binary: Sensitive<SecretBinaryType> = "SecretBinary",
        secret_string: Sensitive<SecretStringType> = "SecretString",
        version_stages: Optional<SecretVersionStagesType> = "VersionStages",
        created_date: Optional<TimestampType> = "CreatedDate",
    }
}

shape::operation! {
    pub GetSecretValue(GetSecretValueRequest) -> GetSecretValueResponse,
    errors [
        ResourceNotFoundException, InvalidParameterException, InvalidRequestException, DecryptionFailure,
        InternalServiceError,
    ]
}
