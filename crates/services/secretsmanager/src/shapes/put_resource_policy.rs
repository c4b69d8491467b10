use shape::{Optional, Required};

use super::forms::{
    BooleanType, NameType, NonEmptyResourcePolicyType, ResourcePolicyNameType, SecretARNType, SecretIdType,
};

shape::structure! {
    pub struct PutResourcePolicyRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        resource_policy: Required<NonEmptyResourcePolicyType> = "ResourcePolicy",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
        block_public_policy: Optional<BooleanType> = "BlockPublicPolicy",
    }
}

shape::structure! {
    pub struct PutResourcePolicyResponse {
        arn: Optional<SecretARNType> = "ARN",
        name: Optional<NameType> = "Name",
        policy_name: Optional<ResourcePolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub PutResourcePolicy(PutResourcePolicyRequest) -> PutResourcePolicyResponse,
    errors [
        MalformedPolicyDocumentException, ResourceNotFoundException, InvalidParameterException, InternalServiceError,
        InvalidRequestException, PublicPolicyException,
    ]
}
