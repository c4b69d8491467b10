use shape::{List, Optional, Required, Text};

use super::forms::{BooleanType, NameType, NonEmptyResourcePolicyType, SecretIdType};

shape::forms! {
    pub ErrorMessage: Text {}
    pub ValidationErrorsType: List<ValidationErrorsEntry> {}
}

shape::structure! {
    pub struct ValidateResourcePolicyRequest {
        secret_id: Optional<SecretIdType> = "SecretId",
        resource_policy: Required<NonEmptyResourcePolicyType> = "ResourcePolicy",
    }
}

shape::structure! {
    pub struct ValidateResourcePolicyResponse {
        policy_validation_passed: Optional<BooleanType> = "PolicyValidationPassed",
        validation_errors: Optional<ValidationErrorsType> = "ValidationErrors",
    }
}

shape::structure! {
    pub struct ValidationErrorsEntry {
        check_name: Optional<NameType> = "CheckName",
        error_message: Optional<ErrorMessage> = "ErrorMessage",
    }
}

shape::operation! {
    pub ValidateResourcePolicy(ValidateResourcePolicyRequest) -> ValidateResourcePolicyResponse,
    errors [
        MalformedPolicyDocumentException, ResourceNotFoundException, InvalidParameterException, InternalServiceError,
        InvalidRequestException,
    ]
}
