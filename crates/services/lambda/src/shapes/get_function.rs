use shape::{Optional, Required};

use super::concurrency::Concurrency;
use super::forms::{
    NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier, Tags, TagsErrorCode, TagsErrorMessage,
};
use super::function_code_location::FunctionCodeLocation;
use super::function_configuration::FunctionConfiguration;

shape::structure! {
    pub struct GetFunctionRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
    }
}

shape::structure! {
    pub struct GetFunctionResponse {
        configuration: Optional<FunctionConfiguration> = "Configuration",
        code: Optional<FunctionCodeLocation> = "Code",
        tags: Optional<Tags> = "Tags",
        tags_error: Optional<TagsError> = "TagsError",
        concurrency: Optional<Concurrency> = "Concurrency",
    }
}

shape::structure! {
    pub struct TagsError {
        error_code: Required<TagsErrorCode> = "ErrorCode",
        message: Required<TagsErrorMessage> = "Message",
    }
}

shape::operation! {
    pub GetFunction(GetFunctionRequest) -> GetFunctionResponse,
    at GET "/2015-03-31/functions/{FunctionName}" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
