use shape::Required;

use super::forms::FunctionName;

shape::structure! {
    pub struct DeleteFunctionConcurrencyRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
    }
}

shape::operation! {
    pub DeleteFunctionConcurrency(DeleteFunctionConcurrencyRequest) -> (),
    at DELETE "/2017-10-31/functions/{FunctionName}/concurrency" 204,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
