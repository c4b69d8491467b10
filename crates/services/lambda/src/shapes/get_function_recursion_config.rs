use shape::{Optional, Required};

use super::choices::RecursiveLoop;
use super::forms::UnqualifiedFunctionName;

shape::structure! {
    pub struct GetFunctionRecursionConfigRequest {
        function_name: Required<UnqualifiedFunctionName> = "FunctionName" in label,
    }
}

shape::structure! {
    pub struct GetFunctionRecursionConfigResponse {
        recursive_loop: Optional<RecursiveLoop> = "RecursiveLoop",
    }
}

shape::operation! {
    pub GetFunctionRecursionConfig(GetFunctionRecursionConfigRequest) -> GetFunctionRecursionConfigResponse,
    at GET "/2024-08-31/functions/{FunctionName}/recursion-config" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
