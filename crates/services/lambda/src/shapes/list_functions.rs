use shape::Optional;

use super::choices::FunctionVersion;
use super::forms::{FunctionList, MasterRegion, MaxListItems, StringType};

shape::structure! {
    pub struct ListFunctionsRequest {
        master_region: Optional<MasterRegion> = "MasterRegion" in query,
        function_version: Optional<FunctionVersion> = "FunctionVersion" in query,
        marker: Optional<StringType> = "Marker" in query,
        max_items: Optional<MaxListItems> = "MaxItems" in query,
    }
}

shape::structure! {
    pub struct ListFunctionsResponse {
        next_marker: Optional<StringType> = "NextMarker",
        functions: Optional<FunctionList> = "Functions",
    }
}

shape::operation! {
    pub ListFunctions(ListFunctionsRequest) -> ListFunctionsResponse,
    at GET "/2015-03-31/functions" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
    ]
}
