use shape::{Optional, Required};

use super::forms::{SecretARNType, SecretIdType, SecretNameType, SecretVersionIdType};

shape::structure! {
    pub struct CancelRotateSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
    }
}

shape::structure! {
    pub struct CancelRotateSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
    }
}

shape::operation! {
    pub CancelRotateSecret(CancelRotateSecretRequest) -> CancelRotateSecretResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InternalServiceError, InvalidRequestException]
}
