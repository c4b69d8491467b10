use shape::{Optional, Pattern, Required, SecretText, Sensitive};

use super::forms::{
    ClientRequestTokenType, SecretARNType, SecretBinaryType, SecretIdType, SecretNameType, SecretStringType,
    SecretVersionIdType, SecretVersionStagesType,
};

const ROTATION_TOKEN: Pattern = Pattern { text: r"^[a-zA-Z0-9\-]+$", holds: is_rotation_token };

shape::forms! {
    pub RotationTokenType: SecretText { min: 36, max: 256, pattern: ROTATION_TOKEN }
}

shape::structure! {
    pub struct PutSecretValueRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        client_request_token: Optional<ClientRequestTokenType> = "ClientRequestToken",
        secret_binary: Sensitive<SecretBinaryType> = "SecretBinary",
        secret_string: Sensitive<SecretStringType> = "SecretString",
        version_stages: Optional<SecretVersionStagesType> = "VersionStages",
        rotation_token: Sensitive<RotationTokenType> = "RotationToken",
    }
}

shape::structure! {
    pub struct PutSecretValueResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
        version_stages: Optional<SecretVersionStagesType> = "VersionStages",
    }
}

shape::operation! {
    pub PutSecretValue(PutSecretValueRequest) -> PutSecretValueResponse,
    errors [
        InvalidParameterException, InvalidRequestException, LimitExceededException, EncryptionFailure,
        ResourceExistsException, ResourceNotFoundException, InternalServiceError, DecryptionFailure,
    ]
}

fn is_rotation_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_token_is_letters_digits_and_hyphens() {
        assert!(is_rotation_token("0d4f5b2e-3f43-4a6e-8a0e-5b6f9f2f7C10"));
        for text in ["", "a_b", "a b", "é"] {
            assert!(!is_rotation_token(text), "{text}");
        }
    }
}
