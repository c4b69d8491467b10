//! What is told of a key.

use shape::{Optional, Required};

use super::forms::{
    AWSAccountIdType, ArnType, BackingKeyIdType, BooleanType, CloudHsmClusterIdType, CustomKeyStoreIdType, DateType,
    DescriptionType, EncapsulationAlgorithmSpecList, EncryptionAlgorithmSpecList, KeyAgreementAlgorithmSpecList,
    KeyIdType, MacAlgorithmSpecList, MultiRegionKeyList, NullableBooleanType, PendingWindowInDaysType, RegionType,
    SigningAlgorithmSpecList, XksKeyIdType,
};
use super::specs::{
    CustomerMasterKeySpec, ExpirationModelType, KeyManagerType, KeySpec, KeyState, KeyUsageType, MultiRegionKeyType,
    OriginType,
};

shape::structure! {
    pub struct KeyMetadata {
        aws_account_id: Optional<AWSAccountIdType> = "AWSAccountId",
        key_id: Required<KeyIdType> = "KeyId",
        arn: Optional<ArnType> = "Arn",
        creation_date: Optional<DateType> = "CreationDate",
        enabled: Optional<BooleanType> = "Enabled",
        description: Optional<DescriptionType> = "Description",
        key_usage: Optional<KeyUsageType> = "KeyUsage",
        key_state: Optional<KeyState> = "KeyState",
        deletion_date: Optional<DateType> = "DeletionDate",
        valid_to: Optional<DateType> = "ValidTo",
        origin: Optional<OriginType> = "Origin",
        custom_key_store_id: Optional<CustomKeyStoreIdType> = "CustomKeyStoreId",
        cloud_hsm_cluster_id: Optional<CloudHsmClusterIdType> = "CloudHsmClusterId",
        expiration_model: Optional<ExpirationModelType> = "ExpirationModel",
        key_manager: Optional<KeyManagerType> = "KeyManager",
        customer_master_key_spec: Optional<CustomerMasterKeySpec> = "CustomerMasterKeySpec",
        key_spec: Optional<KeySpec> = "KeySpec",
        encryption_algorithms: Optional<EncryptionAlgorithmSpecList> = "EncryptionAlgorithms",
        signing_algorithms: Optional<SigningAlgorithmSpecList> = "SigningAlgorithms",
        key_agreement_algorithms: Optional<KeyAgreementAlgorithmSpecList> = "KeyAgreementAlgorithms",
        encapsulation_algorithms: Optional<EncapsulationAlgorithmSpecList> = "EncapsulationAlgorithms",
        multi_region: Optional<NullableBooleanType> = "MultiRegion",
        multi_region_configuration: Optional<MultiRegionConfiguration> = "MultiRegionConfiguration",
        pending_deletion_window_in_days: Optional<PendingWindowInDaysType> = "PendingDeletionWindowInDays",
        mac_algorithms: Optional<MacAlgorithmSpecList> = "MacAlgorithms",
        xks_key_configuration: Optional<XksKeyConfigurationType> = "XksKeyConfiguration",
        current_key_material_id: Optional<BackingKeyIdType> = "CurrentKeyMaterialId",
    }
}

shape::structure! {
    pub struct MultiRegionConfiguration {
        multi_region_key_type: Optional<MultiRegionKeyType> = "MultiRegionKeyType",
        primary_key: Optional<MultiRegionKey> = "PrimaryKey",
        replica_keys: Optional<MultiRegionKeyList> = "ReplicaKeys",
    }
}

shape::structure! {
    pub struct MultiRegionKey {
        arn: Optional<ArnType> = "Arn",
        region: Optional<RegionType> = "Region",
    }
}

shape::structure! {
    pub struct XksKeyConfigurationType {
        id: Optional<XksKeyIdType> = "Id",
    }
}
