use shape::{Optional, Required};

use super::forms::{BooleanType, DescriptionType, KeyIdType, PolicyType, RegionType, TagList};
use super::key_metadata::KeyMetadata;

shape::structure! {
    pub struct ReplicateKeyRequest {
        key_id: Required<KeyIdType> = "KeyId",
        replica_region: Required<RegionType> = "ReplicaRegion",
        policy: Optional<PolicyType> = "Policy",
        bypass_policy_lockout_safety_check: Optional<BooleanType> = "BypassPolicyLockoutSafetyCheck",
        description: Optional<DescriptionType> = "Description",
        tags: Optional<TagList> = "Tags",
    }
}

shape::structure! {
    pub struct ReplicateKeyResponse {
        replica_key_metadata: Optional<KeyMetadata> = "ReplicaKeyMetadata",
        replica_policy: Optional<PolicyType> = "ReplicaPolicy",
        replica_tags: Optional<TagList> = "ReplicaTags",
    }
}

shape::operation! {
    pub ReplicateKey(ReplicateKeyRequest) -> ReplicateKeyResponse,
    errors [
        AlreadyExistsException, DisabledException, InvalidArnException, KMSInvalidStateException,
        KMSInternalException, LimitExceededException, MalformedPolicyDocumentException, NotFoundException,
        TagException, UnsupportedOperationException,
    ]
}
