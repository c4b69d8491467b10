use shape::Required;

use super::concurrency::Concurrency;
use super::forms::{FunctionName, ReservedConcurrentExecutions};

shape::structure! {
    pub struct PutFunctionConcurrencyRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        reserved_concurrent_executions: Required<ReservedConcurrentExecutions> = "ReservedConcurrentExecutions",
    }
}

shape::operation! {
    pub PutFunctionConcurrency(PutFunctionConcurrencyRequest) -> Concurrency,
    at PUT "/2017-10-31/functions/{FunctionName}/concurrency" 200,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
