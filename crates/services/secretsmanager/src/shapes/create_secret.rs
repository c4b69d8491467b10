use shape::{Optional, Required, Sensitive};

use super::forms::{
    BooleanType, ClientRequestTokenType, DescriptionType, KmsKeyIdType, MedeaTypeType, NameType, SecretARNType,
    SecretBinaryType, SecretNameType, SecretStringType, SecretVersionIdType, TagListType,
};
use super::replication::{AddReplicaRegionListType, ReplicationStatusListType};

shape::structure! {
    pub struct CreateSecretRequest {
        name: Required<NameType> = "Name",
        client_request_token: Optional<ClientRequestTokenType> = "ClientRequestToken",
        description: Optional<DescriptionType> = "Description",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
        secret_binary: Sensitive<SecretBinaryType> = "SecretBinary",
        secret_string: Sensitive<SecretStringType> = "SecretString",
        tags: Optional<TagListType> = "Tags",
        add_replica_regions: Optional<AddReplicaRegionListType> = "AddReplicaRegions",
        force_overwrite_replica_secret: Optional<BooleanType> = "ForceOverwriteReplicaSecret",
        r#type: Optional<MedeaTypeType> = "Type",
        cross_account_primary_arn: Optional<SecretARNType> = "CrossAccountPrimaryARN",
    }
}

shape::structure! {
    pub struct CreateSecretResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<SecretVersionIdType> = "VersionId",
        replication_status: Optional<ReplicationStatusListType> = "ReplicationStatus",
    }
}

shape::operation! {
    pub CreateSecret(CreateSecretRequest) -> CreateSecretResponse,
    errors [
        InvalidParameterException, InvalidRequestException, LimitExceededException, EncryptionFailure,
        ResourceExistsException, ResourceNotFoundException, MalformedPolicyDocumentException, InternalServiceError,
        PreconditionNotMetException, DecryptionFailure,
    ]
}
