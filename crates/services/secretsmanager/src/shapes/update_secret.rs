use shape::{Optional, Required, Sensitive};

use super::forms::{
    ClientRequestTokenType, DescriptionType, KmsKeyIdType, MedeaTypeType, SecretARNType, SecretBinaryType,
    SecretIdType, SecretNameType, SecretStringType, SecretVersionIdType,
};

shape::structure! {
    pub struct UpdateSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        client_request_token: Optional<ClientRequestTokenType> = "ClientRequestToken",
        description: Optional<DescriptionType> = "Description",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
        secret_binary: Sensitive<SecretBinaryType> = "SecretBinary",
        secret_string: Sensitive<SecretStringType> = "SecretString",
        r#type: Optional<MedeaTypeType> = "Type",
    }
}

shape::structure! {
    pub struct UpdateSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
    }
}

shape::operation! {
    pub UpdateSecret(UpdateSecretRequest) -> UpdateSecretResponse,
    errors [
        InvalidParameterException, InvalidRequestException, LimitExceededException, EncryptionFailure,
        ResourceExistsException, ResourceNotFoundException, MalformedPolicyDocumentException, InternalServiceError,
        PreconditionNotMetException, DecryptionFailure,
    ]
}
