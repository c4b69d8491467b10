use shape::{Optional, Required};

use super::forms::{FunctionList, MaxListItems, NamespacedFunctionName, StringType};

shape::structure! {
    pub struct ListVersionsByFunctionRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        marker: Optional<StringType> = "Marker" in query,
        max_items: Optional<MaxListItems> = "MaxItems" in query,
    }
}

shape::structure! {
    pub struct ListVersionsByFunctionResponse {
        next_marker: Optional<StringType> = "NextMarker",
        versions: Optional<FunctionList> = "Versions",
    }
}

shape::operation! {
    pub ListVersionsByFunction(ListVersionsByFunctionRequest) -> ListVersionsByFunctionResponse,
    at GET "/2015-03-31/functions/{FunctionName}/versions" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
