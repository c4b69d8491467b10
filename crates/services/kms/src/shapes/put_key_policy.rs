use shape::{Optional, Required};

use super::forms::{BooleanType, KeyIdType, PolicyNameType, PolicyType};

shape::structure! {
    pub struct PutKeyPolicyRequest {
        key_id: Required<KeyIdType> = "KeyId",
        policy_name: Optional<PolicyNameType> = "PolicyName",
        policy: Required<PolicyType> = "Policy",
        bypass_policy_lockout_safety_check: Optional<BooleanType> = "BypassPolicyLockoutSafetyCheck",
    }
}

shape::operation! {
    pub PutKeyPolicy(PutKeyPolicyRequest) -> (),
    errors [
        NotFoundException, InvalidArnException, MalformedPolicyDocumentException, DependencyTimeoutException,
        UnsupportedOperationException, KMSInternalException, LimitExceededException, KMSInvalidStateException,
    ]
}
