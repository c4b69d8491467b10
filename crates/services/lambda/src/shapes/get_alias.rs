use shape::Required;

use super::alias_configuration::AliasConfiguration;
use super::forms::{Alias, FunctionName};

shape::structure! {
    pub struct GetAliasRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        name: Required<Alias> = "Name" in label,
    }
}

shape::operation! {
    pub GetAlias(GetAliasRequest) -> AliasConfiguration,
    at GET "/2015-03-31/functions/{FunctionName}/aliases/{Name}" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
