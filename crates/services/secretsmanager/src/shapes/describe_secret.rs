use shape::{Map, Optional, Required};

use super::forms::{
    BooleanType, DescriptionType, ExternalSecretRotationMetadataType, KmsKeyIdType, MedeaTypeType, OwningServiceType,
    RegionType, RoleARNType, RotationLambdaARNType, SecretARNType, SecretIdType, SecretNameType, SecretVersionIdType,
    SecretVersionStagesType, TagListType, TimestampType,
};
use super::replication::{CrossAccountPrimaryType, CrossAccountReplicaListType, ReplicationStatusListType};
use super::rotation::RotationRulesType;

shape::forms! {
    pub SecretVersionsToStagesMapType: Map<SecretVersionIdType, SecretVersionStagesType> {}
}

shape::structure! {
    pub struct DescribeSecretRequest {
        secret_id: Required<SecretIdType> = "SecretId",
    }
}

shape::structure! {
    pub struct DescribeSecretResponse {
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
        version_ids_to_stages: Optional<SecretVersionsToStagesMapType> = "VersionIdsToStages",
        owning_service: Optional<OwningServiceType> = "OwningService",
        created_date: Optional<TimestampType> = "CreatedDate",
        primary_region: Optional<RegionType> = "PrimaryRegion",
        replication_status: Optional<ReplicationStatusListType> = "ReplicationStatus",
        cross_account_primary: Optional<CrossAccountPrimaryType> = "CrossAccountPrimary",
        cross_account_replicas: Optional<CrossAccountReplicaListType> = "CrossAccountReplicas",
    }
}

shape::operation! {
    pub DescribeSecret(DescribeSecretRequest) -> DescribeSecretResponse,
    errors [ResourceNotFoundException, InternalServiceError, InvalidParameterException]
}
