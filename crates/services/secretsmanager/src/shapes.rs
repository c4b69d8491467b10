//! The wire shapes of Secrets Manager, stated by hand, one Rust type a wire shape.
//!
//! `tests/` holds every statement against the service model inside the installed `botocore` package: operations,
//! members, required, lengths, patterns, enums, errors. Members that the house does not serve yet are stated all the
//! same, so that a request which holds them is understood and can be refused.

mod batch_get_secret_value;
mod cancel_rotate_secret;
mod create_secret;
mod delete_resource_policy;
mod delete_secret;
mod describe_secret;
mod external_secret;
mod filter;
mod forms;
mod get_random_password;
mod get_resource_policy;
mod get_secret_value;
mod list_resource_policies;
mod list_secret_version_ids;
mod list_secrets;
mod put_resource_policy;
mod put_secret_value;
mod replication;
mod restore_secret;
mod rotate_secret;
mod rotation;
mod tags;
mod update_secret;
mod update_secret_version_stage;
mod validate_resource_policy;

use shape::{OperationShape, ServiceDescription};

pub use batch_get_secret_value::{
    APIErrorType, BatchGetSecretValue, BatchGetSecretValueRequest, BatchGetSecretValueResponse, SecretValueEntry,
};
pub use cancel_rotate_secret::{CancelRotateSecret, CancelRotateSecretRequest, CancelRotateSecretResponse};
pub use create_secret::{CreateSecret, CreateSecretRequest, CreateSecretResponse};
pub use delete_resource_policy::{DeleteResourcePolicy, DeleteResourcePolicyRequest, DeleteResourcePolicyResponse};
pub use delete_secret::{DeleteSecret, DeleteSecretRequest, DeleteSecretResponse};
pub use describe_secret::{DescribeSecret, DescribeSecretRequest, DescribeSecretResponse};
pub use external_secret::ExternalSecretRotationMetadataItem;
pub use filter::{Filter, FilterNameStringType};
pub use get_random_password::{GetRandomPassword, GetRandomPasswordRequest, GetRandomPasswordResponse};
pub use get_resource_policy::{GetResourcePolicy, GetResourcePolicyRequest, GetResourcePolicyResponse};
pub use get_secret_value::{GetSecretValue, GetSecretValueRequest, GetSecretValueResponse};
pub use list_resource_policies::{
    ListResourcePolicies, ListResourcePoliciesRequest, ListResourcePoliciesResponse, ResourcePolicySummary,
};
pub use list_secret_version_ids::{
    ListSecretVersionIds, ListSecretVersionIdsRequest, ListSecretVersionIdsResponse, SecretVersionsListEntry,
};
pub use list_secrets::{
    ListSecrets, ListSecretsRequest, ListSecretsResponse, SecretListEntry, SortByType, SortOrderType,
};
pub use put_resource_policy::{PutResourcePolicy, PutResourcePolicyRequest, PutResourcePolicyResponse};
pub use put_secret_value::{PutSecretValue, PutSecretValueRequest, PutSecretValueResponse};
pub use replication::{
    CrossAccountPrimaryType, CrossAccountReplicaEntry, ReplicaRegionType, ReplicationStatusType, StatusType,
};
pub use restore_secret::{RestoreSecret, RestoreSecretRequest, RestoreSecretResponse};
pub use rotate_secret::{RotateSecret, RotateSecretRequest, RotateSecretResponse};
pub use rotation::RotationRulesType;
pub use tags::{Tag, TagResource, TagResourceRequest, UntagResource, UntagResourceRequest};
pub use update_secret::{UpdateSecret, UpdateSecretRequest, UpdateSecretResponse};
pub use update_secret_version_stage::{
    UpdateSecretVersionStage, UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse,
};
pub use validate_resource_policy::{
    ValidateResourcePolicy, ValidateResourcePolicyRequest, ValidateResourcePolicyResponse, ValidationErrorsEntry,
};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<BatchGetSecretValue>(),
    OperationShape::of::<CancelRotateSecret>(),
    OperationShape::of::<CreateSecret>(),
    OperationShape::of::<DeleteResourcePolicy>(),
    OperationShape::of::<DeleteSecret>(),
    OperationShape::of::<DescribeSecret>(),
    OperationShape::of::<GetRandomPassword>(),
    OperationShape::of::<GetResourcePolicy>(),
    OperationShape::of::<GetSecretValue>(),
    OperationShape::of::<ListResourcePolicies>(),
    OperationShape::of::<ListSecretVersionIds>(),
    OperationShape::of::<ListSecrets>(),
    OperationShape::of::<PutResourcePolicy>(),
    OperationShape::of::<PutSecretValue>(),
    OperationShape::of::<RestoreSecret>(),
    OperationShape::of::<RotateSecret>(),
    OperationShape::of::<TagResource>(),
    OperationShape::of::<UntagResource>(),
    OperationShape::of::<UpdateSecret>(),
    OperationShape::of::<UpdateSecretVersionStage>(),
    OperationShape::of::<ValidateResourcePolicy>(),
];

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}

#[cfg(test)]
mod tests;
