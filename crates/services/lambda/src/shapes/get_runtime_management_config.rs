use shape::{Optional, Required};

use super::choices::UpdateRuntimeOn;
use super::forms::{
    NameSpacedFunctionArn, NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier, RuntimeVersionArn,
};

shape::structure! {
    pub struct GetRuntimeManagementConfigRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
    }
}

shape::structure! {
    pub struct GetRuntimeManagementConfigResponse {
        update_runtime_on: Optional<UpdateRuntimeOn> = "UpdateRuntimeOn",
        function_arn: Optional<NameSpacedFunctionArn> = "FunctionArn",
        runtime_version_arn: Optional<RuntimeVersionArn> = "RuntimeVersionArn",
    }
}

shape::operation! {
    pub GetRuntimeManagementConfig(GetRuntimeManagementConfigRequest) -> GetRuntimeManagementConfigResponse,
    at GET "/2021-07-20/functions/{FunctionName}/runtime-management-config" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
