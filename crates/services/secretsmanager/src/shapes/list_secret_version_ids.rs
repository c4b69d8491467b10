use shape::{List, Optional, Required};

use super::forms::{
    BooleanType, KmsKeyIdListType, NextTokenType, SecretARNType, SecretIdType, SecretNameType, SecretVersionIdType,
    SecretVersionStagesType, TimestampType,
};
use super::list_secrets::MaxResultsType;

shape::forms! {
    pub SecretVersionsListType: List<SecretVersionsListEntry> {}
}

shape::structure! {
    pub struct ListSecretVersionIdsRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        max_results: Optional<MaxResultsType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
        include_deprecated: Optional<BooleanType> = "IncludeDeprecated",
    }
}

shape::structure! {
    pub struct ListSecretVersionIdsResponse {
        versions: Optional<SecretVersionsListType> = "Versions",
        next_token: Optional<NextTokenType> = "NextToken",
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
    }
}

shape::structure! {
    pub struct SecretVersionsListEntry {
        version_id: Optional<SecretVersionIdType> = "VersionId",
        version_stages: Optional<SecretVersionStagesType> = "VersionStages",
        last_accessed_date: Optional<TimestampType> = "LastAccessedDate",
        created_date: Optional<TimestampType> = "CreatedDate",
        kms_key_ids: Optional<KmsKeyIdListType> = "KmsKeyIds",
    }
}

shape::operation! {
    pub ListSecretVersionIds(ListSecretVersionIdsRequest) -> ListSecretVersionIdsResponse,
    errors [InvalidNextTokenException, ResourceNotFoundException, InternalServiceError, InvalidParameterException]
}
