use shape::{Optional, Required};

use super::forms::{KeyIdType, PolicyNameType, PolicyType};

shape::structure! {
    pub struct GetKeyPolicyRequest {
        key_id: Required<KeyIdType> = "KeyId",
        policy_name: Optional<PolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct GetKeyPolicyResponse {
        policy: Optional<PolicyType> = "Policy",
        policy_name: Optional<PolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub GetKeyPolicy(GetKeyPolicyRequest) -> GetKeyPolicyResponse,
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
