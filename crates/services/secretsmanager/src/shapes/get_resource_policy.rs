use shape::{Optional, Required};

use super::forms::{NameType, NonEmptyResourcePolicyType, ResourcePolicyNameType, SecretARNType, SecretIdType};

shape::structure! {
    pub struct GetResourcePolicyRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct GetResourcePolicyResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<NameType> = "Name",
        resource_policy: Optional<NonEmptyResourcePolicyType> = "ResourcePolicy",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub GetResourcePolicy(GetResourcePolicyRequest) -> GetResourcePolicyResponse,
    errors [ResourceNotFoundException, InternalServiceError, InvalidRequestException, InvalidParameterException]
}
