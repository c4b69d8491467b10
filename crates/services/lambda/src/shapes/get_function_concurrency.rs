use shape::{Optional, Required};

use super::forms::{FunctionName, ReservedConcurrentExecutions};

shape::structure! {
    pub struct GetFunctionConcurrencyRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
    }
}

shape::structure! {
    pub struct GetFunctionConcurrencyResponse {
        reserved_concurrent_executions: Optional<ReservedConcurrentExecutions> = "ReservedConcurrentExecutions",
    }
}

shape::operation! {
    pub GetFunctionConcurrency(GetFunctionConcurrencyRequest) -> GetFunctionConcurrencyResponse,
    at GET "/2019-09-30/functions/{FunctionName}/concurrency" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
