//! The wire shapes of KMS, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod create_alias;
mod create_grant;
mod decrypt;
mod delete_alias;
mod describe_key;
mod encrypt;
mod forms;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_mac;
mod generate_random;
mod get_key_policy;
mod grant_list_entry;
mod key_metadata;
mod list_aliases;
mod list_grants;
mod list_key_policies;
mod list_retirable_grants;
mod put_key_policy;
mod re_encrypt;
mod recipient;
mod retire_grant;
mod revoke_grant;
mod specs;
mod update_alias;
mod update_primary_region;
mod verify_mac;

use shape::{OperationShape, ServiceDescription};

pub use create_alias::{CreateAlias, CreateAliasRequest};
pub use create_grant::{CreateGrant, CreateGrantRequest, CreateGrantResponse};
pub use decrypt::{Decrypt, DecryptRequest, DecryptResponse};
pub use delete_alias::{DeleteAlias, DeleteAliasRequest};
pub use describe_key::{DescribeKey, DescribeKeyRequest, DescribeKeyResponse};
pub use encrypt::{Encrypt, EncryptRequest, EncryptResponse};
pub use generate_data_key::{GenerateDataKey, GenerateDataKeyRequest, GenerateDataKeyResponse};
pub use generate_data_key_without_plaintext::{
    GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextRequest, GenerateDataKeyWithoutPlaintextResponse,
};
pub use generate_mac::{GenerateMac, GenerateMacRequest, GenerateMacResponse};
pub use generate_random::{GenerateRandom, GenerateRandomRequest, GenerateRandomResponse};
pub use get_key_policy::{GetKeyPolicy, GetKeyPolicyRequest, GetKeyPolicyResponse};
pub use grant_list_entry::{GrantConstraints, GrantListEntry, GrantOperation};
pub use key_metadata::{KeyMetadata, MultiRegionConfiguration, MultiRegionKey, XksKeyConfigurationType};
pub use list_aliases::{AliasListEntry, ListAliases, ListAliasesRequest, ListAliasesResponse};
pub use list_grants::{ListGrants, ListGrantsRequest, ListGrantsResponse};
pub use list_key_policies::{ListKeyPolicies, ListKeyPoliciesRequest, ListKeyPoliciesResponse};
pub use list_retirable_grants::{ListRetirableGrants, ListRetirableGrantsRequest};
pub use put_key_policy::{PutKeyPolicy, PutKeyPolicyRequest};
pub use re_encrypt::{ReEncrypt, ReEncryptRequest, ReEncryptResponse};
pub use recipient::RecipientInfo;
pub use retire_grant::{RetireGrant, RetireGrantRequest};
pub use revoke_grant::{RevokeGrant, RevokeGrantRequest};
pub use specs::{
    CustomerMasterKeySpec, DataKeySpec, DryRunModifierType, EncryptionAlgorithmSpec, ExpirationModelType,
    KeyAgreementAlgorithmSpec, KeyEncryptionMechanism, KeyManagerType, KeySpec, KeyState, KeyUsageType,
    MacAlgorithmSpec, MultiRegionKeyType, OriginType, SigningAlgorithmSpec,
};
pub use update_alias::{UpdateAlias, UpdateAliasRequest};
pub use update_primary_region::{UpdatePrimaryRegion, UpdatePrimaryRegionRequest};
pub use verify_mac::{VerifyMac, VerifyMacRequest, VerifyMacResponse};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<CreateAlias>(),
    OperationShape::of::<CreateGrant>(),
    OperationShape::of::<Decrypt>(),
    OperationShape::of::<DeleteAlias>(),
    OperationShape::of::<DescribeKey>(),
    OperationShape::of::<Encrypt>(),
    OperationShape::of::<GenerateDataKey>(),
    OperationShape::of::<GenerateDataKeyWithoutPlaintext>(),
    OperationShape::of::<GenerateMac>(),
    OperationShape::of::<GenerateRandom>(),
    OperationShape::of::<GetKeyPolicy>(),
    OperationShape::of::<ListAliases>(),
    OperationShape::of::<ListGrants>(),
    OperationShape::of::<ListKeyPolicies>(),
    OperationShape::of::<ListRetirableGrants>(),
    OperationShape::of::<PutKeyPolicy>(),
    OperationShape::of::<ReEncrypt>(),
    OperationShape::of::<RetireGrant>(),
    OperationShape::of::<RevokeGrant>(),
    OperationShape::of::<UpdateAlias>(),
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
