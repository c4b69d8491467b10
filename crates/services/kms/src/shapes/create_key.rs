use shape::Optional;

use super::forms::{
    BooleanType, CustomKeyStoreIdType, DescriptionType, NullableBooleanType, PolicyType, TagList, XksKeyIdType,
};
use super::key_metadata::KeyMetadata;
use super::specs::{CustomerMasterKeySpec, KeySpec, KeyUsageType, OriginType};

shape::structure! {
    pub struct CreateKeyRequest {
        policy: Optional<PolicyType> = "Policy",
        description: Optional<DescriptionType> = "Description",
        key_usage: Optional<KeyUsageType> = "KeyUsage",
        customer_master_key_spec: Optional<CustomerMasterKeySpec> = "CustomerMasterKeySpec",
        key_spec: Optional<KeySpec> = "KeySpec",
        origin: Optional<OriginType> = "Origin",
        custom_key_store_id: Optional<CustomKeyStoreIdType> = "CustomKeyStoreId",
        bypass_policy_lockout_safety_check: Optional<BooleanType> = "BypassPolicyLockoutSafetyCheck",
        tags: Optional<TagList> = "Tags",
        multi_region: Optional<NullableBooleanType> = "MultiRegion",
        xks_key_id: Optional<XksKeyIdType> = "XksKeyId",
    }
}

shape::structure! {
    pub struct CreateKeyResponse {
        key_metadata: Optional<KeyMetadata> = "KeyMetadata",
    }
}

shape::operation! {
    pub CreateKey(CreateKeyRequest) -> CreateKeyResponse,
    errors [
        MalformedPolicyDocumentException, DependencyTimeoutException, InvalidArnException,
        UnsupportedOperationException, KMSInternalException, LimitExceededException, TagException,
        CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException,
        CloudHsmClusterInvalidConfigurationException, XksKeyInvalidConfigurationException,
        XksKeyAlreadyInUseException, XksKeyNotFoundException,
    ]
}
