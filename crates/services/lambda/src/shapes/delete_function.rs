use shape::{Optional, Required};

use super::forms::{IntegerType, NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier};

shape::structure! {
    pub struct DeleteFunctionRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
    }
}

shape::structure! {
    pub struct DeleteFunctionResponse {
        status_code: Optional<IntegerType> = "StatusCode" in status,
    }
}

shape::operation! {
    pub DeleteFunction(DeleteFunctionRequest) -> DeleteFunctionResponse,
    at DELETE "/2015-03-31/functions/{FunctionName}" 200,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
