use shape::Required;

use super::forms::{Alias, FunctionName};

shape::structure! {
    pub struct DeleteAliasRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        name: Required<Alias> = "Name" in label,
    }
}

shape::operation! {
    pub DeleteAlias(DeleteAliasRequest) -> (),
    at DELETE "/2015-03-31/functions/{FunctionName}/aliases/{Name}" 204,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
