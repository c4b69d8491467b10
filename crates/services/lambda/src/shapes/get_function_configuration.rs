use shape::{Optional, Required};

use super::forms::{NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier};
use super::function_configuration::FunctionConfiguration;

shape::structure! {
    pub struct GetFunctionConfigurationRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
    }
}

shape::operation! {
    pub GetFunctionConfiguration(GetFunctionConfigurationRequest) -> FunctionConfiguration,
    at GET "/2015-03-31/functions/{FunctionName}/configuration" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
