use shape::{Integer, List, Optional, Sensitive, Text};

use super::filter::FiltersListType;
use super::forms::{
    NextTokenType, SecretARNType, SecretBinaryType, SecretIdType, SecretNameType, SecretStringType,
    SecretVersionIdType, SecretVersionStagesType, TimestampType,
};

shape::forms! {
    pub SecretIdListType: List<SecretIdType> { min: 1, max: 20 }
    pub MaxResultsBatchType: Integer { min: 1, max: 20 }
    pub SecretValuesType: List<SecretValueEntry> {}
    pub APIErrorListType: List<APIErrorType> {}
    pub ErrorCode: Text {}
    pub ErrorMessage: Text {}
}

shape::structure! {
    pub struct BatchGetSecretValueRequest {
        secret_id_list: Optional<SecretIdListType> = "SecretIdList",
        filters: Optional<FiltersListType> = "Filters",
        max_results: Optional<MaxResultsBatchType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct BatchGetSecretValueResponse {
        secret_values: Optional<SecretValuesType> = "SecretValues",
        next_token: Optional<NextTokenType> = "NextToken",
        errors: Optional<APIErrorListType> = "Errors",
    }
}

shape::structure! {
    pub struct SecretValueEntry {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
        secret_binary: Sensitive<SecretBinaryType> = "SecretBinary",
        secret_string: Sensitive<SecretStringType> = "SecretString",
        version_stages: Optional<SecretVersionStagesType> = "VersionStages",
        created_date: Optional<TimestampType> = "CreatedDate",
    }
}

shape::structure! {
    /// Why one secret of the batch is missing.
    pub struct APIErrorType {
        secret_id: Optional<SecretIdType> = "SecretId",
        error_code: Optional<ErrorCode> = "ErrorCode",
        message: Optional<ErrorMessage> = "Message",
    }
}

shape::operation! {
    pub BatchGetSecretValue(BatchGetSecretValueRequest) -> BatchGetSecretValueResponse,
    errors [
        ResourceNotFoundException, InvalidParameterException, InvalidRequestException, DecryptionFailure,
        InternalServiceError, InvalidNextTokenException,
    ]
}
