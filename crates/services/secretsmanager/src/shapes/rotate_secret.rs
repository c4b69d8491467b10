use shape::{Optional, Required};

use super::forms::{
    BooleanType, ClientRequestTokenType, ExternalSecretRotationMetadataType, RoleARNType, RotationLambdaARNType,
    SecretARNType, SecretIdType, SecretNameType, SecretVersionIdType,
};
use super::rotation::RotationRulesType;

shape::structure! {
    pub struct RotateSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        client_request_token: Optional<ClientRequestTokenType> = "ClientRequestToken",
        rotation_lambda_arn: Optional<RotationLambdaARNType> = "RotationLambdaARN",
        rotation_rules: Optional<RotationRulesType> = "RotationRules",
        external_secret_rotation_metadata: Optional<ExternalSecretRotationMetadataType>
            = "ExternalSecretRotationMetadata",
        external_secret_rotation_role_arn: Optional<RoleARNType> = "ExternalSecretRotationRoleArn",
        rotate_immediately: Optional<BooleanType> = "RotateImmediately",
    }
}

shape::structure! {
    pub struct RotateSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
    }
}

shape::operation! {
    pub RotateSecret(RotateSecretRequest) -> RotateSecretResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InternalServiceError, InvalidRequestException]
}
