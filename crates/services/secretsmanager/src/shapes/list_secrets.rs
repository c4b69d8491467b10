use shape::{Integer, List, Optional};

use super::describe_secret::SecretVersionsToStagesMapType;
use super::filter::FiltersListType;
use super::forms::{
    BooleanType, DescriptionType, ExternalSecretRotationMetadataType, KmsKeyIdType, MedeaTypeType, NextTokenType,
    OwningServiceType, RegionType, RoleARNType, RotationLambdaARNType, SecretARNType, SecretNameType, TagListType,
    TimestampType,
};
use super::rotation::RotationRulesType;

shape::enumeration! {
    pub enum SortOrderType {
        Asc = "asc",
        Desc = "desc",
    }
}

shape::enumeration! {
    pub enum SortByType {
        CreatedDate = "created-date",
        LastAccessedDate = "last-accessed-date",
        LastChangedDate = "last-changed-date",
        Name = "name",
    }
}

shape::forms! {
    pub MaxResultsType: Integer { min: 1, max: 100 }
    pub SecretListType: List<SecretListEntry> {}
}

shape::structure! {
    pub struct ListSecretsRequest {
        include_planned_deletion: Optional<BooleanType> = "IncludePlannedDeletion",
        max_results: Optional<MaxResultsType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
        filters: Optional<FiltersListType> = "Filters",
        sort_order: Optional<SortOrderType> = "SortOrder",
        sort_by: Optional<SortByType> = "SortBy",
    }
}

shape::structure! {
    pub struct ListSecretsResponse {
        secret_list: Optional<SecretListType> = "SecretList",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct SecretListEntry {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        r#type: Optional<MedeaTypeType> = "Type",
        description: Optional<DescriptionType> = "Description",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
        rotation_enabled: Optional<BooleanType> = "RotationEnabled",
        rotation_lambda_arn: Optional<RotationLambdaARNType> = "RotationLambdaARN",
        rotation_rules: Optional<RotationRulesType> = "RotationRules",
        external_secret_rotation_metadata: Optional<ExternalSecretRotationMetadataType>
            = "ExternalSecretRotationMetadata",
        external_secret_rotation_role_arn: Optional<RoleARNType> = "ExternalSecretRotationRoleArn",
        last_rotated_date: Optional<TimestampType> = "LastRotatedDate",
        last_changed_date: Optional<TimestampType> = "LastChangedDate",
        last_accessed_date: Optional<TimestampType> = "LastAccessedDate",
        deleted_date: Optional<TimestampType> = "DeletedDate",
        next_rotation_date: Optional<TimestampType> = "NextRotationDate",
        tags: Optional<TagListType> = "Tags",
        secret_versions_to_stages: Optional<SecretVersionsToStagesMapType> = "SecretVersionsToStages",
        owning_service: Optional<OwningServiceType> = "OwningService",
        created_date: Optional<TimestampType> = "CreatedDate",
        primary_region: Optional<RegionType> = "PrimaryRegion",
    }
}

shape::operation! {
    pub ListSecrets(ListSecretsRequest) -> ListSecretsResponse,
    errors [InvalidParameterException, InvalidRequestException, InvalidNextTokenException, InternalServiceError]
}
