use shape::{Optional, Required};

use super::forms::{SecretARNType, SecretIdType, SecretNameType};

shape::structure! {
    pub struct RestoreSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
    }
}

shape::structure! {
    pub struct RestoreSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
    }
}

shape::operation! {
    pub RestoreSecret(RestoreSecretRequest) -> RestoreSecretResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InvalidRequestException, InternalServiceError]
}
