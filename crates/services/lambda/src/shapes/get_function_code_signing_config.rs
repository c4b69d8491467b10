use shape::{Optional, Required};

use super::forms::{CodeSigningConfigArn, FunctionName, NamespacedFunctionName};

shape::structure! {
    pub struct GetFunctionCodeSigningConfigRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
    }
}

shape::structure! {
    pub struct GetFunctionCodeSigningConfigResponse {
        /// The model demands it, and the service leaves it out where a function has none.
        code_signing_config_arn: Optional<CodeSigningConfigArn> = "CodeSigningConfigArn",
        function_name: Required<FunctionName> = "FunctionName",
    }
}

shape::operation! {
    pub GetFunctionCodeSigningConfig(GetFunctionCodeSigningConfigRequest) -> GetFunctionCodeSigningConfigResponse,
    at GET "/2020-06-30/functions/{FunctionName}/code-signing-config" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException, CodeSigningConfigNotFoundException,
    ]
}
