//! The wire shapes of KMS, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod cancel_key_deletion;
mod create_alias;
mod create_grant;
mod create_key;
mod decrypt;
mod delete_alias;
mod describe_key;
mod disable_key;
mod disable_key_rotation;
mod enable_key;
mod enable_key_rotation;
mod encrypt;
mod forms;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_mac;
mod generate_random;
mod get_key_policy;
mod get_key_rotation_status;
mod grant_list_entry;
mod key_metadata;
mod list_aliases;
mod list_grants;
mod list_key_policies;
mod list_key_rotations;
mod list_keys;
mod list_resource_tags;
mod list_retirable_grants;
mod put_key_policy;
mod re_encrypt;
mod recipient;
mod replicate_key;
mod retire_grant;
mod revoke_grant;
mod rotate_key_on_demand;
mod schedule_key_deletion;
mod specs;
mod tag;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_key_description;
mod update_primary_region;
mod verify_mac;

use shape::{OperationShape, ServiceDescription};

pub use cancel_key_deletion::{CancelKeyDeletion, CancelKeyDeletionRequest, CancelKeyDeletionResponse};
pub use create_alias::{CreateAlias, CreateAliasRequest};
pub use create_grant::{CreateGrant, CreateGrantRequest, CreateGrantResponse};
pub use create_key::{CreateKey, CreateKeyRequest, CreateKeyResponse};
pub use decrypt::{Decrypt, DecryptRequest, DecryptResponse};
pub use delete_alias::{DeleteAlias, DeleteAliasRequest};
pub use describe_key::{DescribeKey, DescribeKeyRequest, DescribeKeyResponse};
pub use disable_key::{DisableKey, DisableKeyRequest};
pub use disable_key_rotation::{DisableKeyRotation, DisableKeyRotationRequest};
pub use enable_key::{EnableKey, EnableKeyRequest};
pub use enable_key_rotation::{EnableKeyRotation, EnableKeyRotationRequest};
pub use encrypt::{Encrypt, EncryptRequest, EncryptResponse};
pub use generate_data_key::{GenerateDataKey, GenerateDataKeyRequest, GenerateDataKeyResponse};
pub use generate_data_key_without_plaintext::{
    GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextRequest, GenerateDataKeyWithoutPlaintextResponse,
};
pub use generate_mac::{GenerateMac, GenerateMacRequest, GenerateMacResponse};
pub use generate_random::{GenerateRandom, GenerateRandomRequest, GenerateRandomResponse};
pub use get_key_policy::{GetKeyPolicy, GetKeyPolicyRequest, GetKeyPolicyResponse};
pub use get_key_rotation_status::{GetKeyRotationStatus, GetKeyRotationStatusRequest, GetKeyRotationStatusResponse};
pub use grant_list_entry::{GrantConstraints, GrantListEntry, GrantOperation};
pub use key_metadata::{KeyMetadata, MultiRegionConfiguration, MultiRegionKey, XksKeyConfigurationType};
pub use list_aliases::{AliasListEntry, ListAliases, ListAliasesRequest, ListAliasesResponse};
pub use list_grants::{ListGrants, ListGrantsRequest, ListGrantsResponse};
pub use list_key_policies::{ListKeyPolicies, ListKeyPoliciesRequest, ListKeyPoliciesResponse};
pub use list_key_rotations::{
    ImportState, IncludeKeyMaterial, KeyMaterialState, ListKeyRotations, ListKeyRotationsRequest,
    ListKeyRotationsResponse, RotationType, RotationsListEntry,
};
pub use list_keys::{KeyListEntry, ListKeys, ListKeysRequest, ListKeysResponse, ResourceOwnerType};
pub use list_resource_tags::{ListResourceTags, ListResourceTagsRequest, ListResourceTagsResponse};
pub use list_retirable_grants::{ListRetirableGrants, ListRetirableGrantsRequest};
pub use put_key_policy::{PutKeyPolicy, PutKeyPolicyRequest};
pub use re_encrypt::{ReEncrypt, ReEncryptRequest, ReEncryptResponse};
pub use recipient::RecipientInfo;
pub use replicate_key::{ReplicateKey, ReplicateKeyRequest, ReplicateKeyResponse};
pub use retire_grant::{RetireGrant, RetireGrantRequest};
pub use revoke_grant::{RevokeGrant, RevokeGrantRequest};
pub use rotate_key_on_demand::{RotateKeyOnDemand, RotateKeyOnDemandRequest, RotateKeyOnDemandResponse};
pub use schedule_key_deletion::{ScheduleKeyDeletion, ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse};
pub use specs::{
    CustomerMasterKeySpec, DataKeySpec, DryRunModifierType, EncapsulationAlgorithmSpec, EncryptionAlgorithmSpec,
    ExpirationModelType, KeyAgreementAlgorithmSpec, KeyEncryptionMechanism, KeyManagerType, KeySpec, KeyState,
    KeyUsageType, MacAlgorithmSpec, MultiRegionKeyType, OriginType, SigningAlgorithmSpec,
};
pub use tag::Tag;
pub use tag_resource::{TagResource, TagResourceRequest};
pub use untag_resource::{UntagResource, UntagResourceRequest};
pub use update_alias::{UpdateAlias, UpdateAliasRequest};
pub use update_key_description::{UpdateKeyDescription, UpdateKeyDescriptionRequest};
pub use update_primary_region::{UpdatePrimaryRegion, UpdatePrimaryRegionRequest};
pub use verify_mac::{VerifyMac, VerifyMacRequest, VerifyMacResponse};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<CancelKeyDeletion>(),
    OperationShape::of::<CreateAlias>(),
    OperationShape::of::<CreateGrant>(),
    OperationShape::of::<CreateKey>(),
    OperationShape::of::<Decrypt>(),
    OperationShape::of::<DeleteAlias>(),
    OperationShape::of::<DescribeKey>(),
    OperationShape::of::<DisableKey>(),
    OperationShape::of::<DisableKeyRotation>(),
    OperationShape::of::<EnableKey>(),
    OperationShape::of::<EnableKeyRotation>(),
    OperationShape::of::<Encrypt>(),
    OperationShape::of::<GenerateDataKey>(),
    OperationShape::of::<GenerateDataKeyWithoutPlaintext>(),
    OperationShape::of::<GenerateMac>(),
    OperationShape::of::<GenerateRandom>(),
    OperationShape::of::<GetKeyPolicy>(),
    OperationShape::of::<GetKeyRotationStatus>(),
    OperationShape::of::<ListAliases>(),
    OperationShape::of::<ListGrants>(),
    OperationShape::of::<ListKeyPolicies>(),
    OperationShape::of::<ListKeyRotations>(),
    OperationShape::of::<ListKeys>(),
    OperationShape::of::<ListResourceTags>(),
    OperationShape::of::<ListRetirableGrants>(),
    OperationShape::of::<PutKeyPolicy>(),
    OperationShape::of::<ReEncrypt>(),
    OperationShape::of::<ReplicateKey>(),
    OperationShape::of::<RetireGrant>(),
    OperationShape::of::<RevokeGrant>(),
    OperationShape::of::<RotateKeyOnDemand>(),
    OperationShape::of::<ScheduleKeyDeletion>(),
    OperationShape::of::<TagResource>(),
    OperationShape::of::<UntagResource>(),
    OperationShape::of::<UpdateAlias>(),
    OperationShape::of::<UpdateKeyDescription>(),
    OperationShape::of::<UpdatePrimaryRegion>(),
    OperationShape::of::<VerifyMac>(),
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
