use shape::{Optional, Required};

use super::forms::{NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier, StringType};

shape::structure! {
    pub struct GetPolicyRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
    }
}

shape::structure! {
    pub struct GetPolicyResponse {
        policy: Optional<StringType> = "Policy",
        revision_id: Optional<StringType> = "RevisionId",
    }
}

shape::operation! {
    pub GetPolicy(GetPolicyRequest) -> GetPolicyResponse,
    at GET "/2015-03-31/functions/{FunctionName}/policy" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
