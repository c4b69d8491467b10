use shape::{List, Optional, Required};

use super::forms::{NextTokenType, ResourcePolicyNameType, SecretIdType};
use super::list_secrets::MaxResultsType;

shape::forms! {
    pub ResourcePolicySummaryListType: List<ResourcePolicySummary> { min: 0, max: 100 }
}

shape::structure! {
    pub struct ListResourcePoliciesRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        max_results: Optional<MaxResultsType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct ListResourcePoliciesResponse {
        resource_policies: Required<ResourcePolicySummaryListType> = "ResourcePolicies",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct ResourcePolicySummary {
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub ListResourcePolicies(ListResourcePoliciesRequest) -> ListResourcePoliciesResponse,
    errors [
        ResourceNotFoundException, InvalidNextTokenException, InternalServiceError, InvalidRequestException,
        InvalidParameterException,
    ]
}
