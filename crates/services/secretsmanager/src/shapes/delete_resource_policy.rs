use shape::{Optional, Required};

use super::forms::{NameType, ResourcePolicyNameType, SecretARNType, SecretIdType};

shape::structure! {
    pub struct DeleteResourcePolicyRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct DeleteResourcePolicyResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<NameType> = "Name",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub DeleteResourcePolicy(DeleteResourcePolicyRequest) -> DeleteResourcePolicyResponse,
    errors [ResourceNotFoundException, InternalServiceError, InvalidRequestException, InvalidParameterException]
}
