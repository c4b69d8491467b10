use shape::{List, Optional, Required};

use super::forms::{BooleanType, KeyIdType, LimitType, MarkerType, PolicyNameType};

shape::forms! {
    pub PolicyNameList: List<PolicyNameType> {}
}

shape::structure! {
    pub struct ListKeyPoliciesRequest {
        key_id: Required<KeyIdType> = "KeyId",
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct ListKeyPoliciesResponse {
        policy_names: Optional<PolicyNameList> = "PolicyNames",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::operation! {
    pub ListKeyPolicies(ListKeyPoliciesRequest) -> ListKeyPoliciesResponse,
    errors [
        NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException,
        KMSInvalidStateException,
    ]
}
