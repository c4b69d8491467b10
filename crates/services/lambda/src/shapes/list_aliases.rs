use shape::{Optional, Required};

use super::forms::{AliasList, FunctionName, MaxListItems, StringType, VersionWithLatestPublished};

shape::structure! {
    pub struct ListAliasesRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        function_version: Optional<VersionWithLatestPublished> = "FunctionVersion" in query,
        marker: Optional<StringType> = "Marker" in query,
        max_items: Optional<MaxListItems> = "MaxItems" in query,
    }
}

shape::structure! {
    pub struct ListAliasesResponse {
        next_marker: Optional<StringType> = "NextMarker",
        aliases: Optional<AliasList> = "Aliases",
    }
}

shape::operation! {
    pub ListAliases(ListAliasesRequest) -> ListAliasesResponse,
    at GET "/2015-03-31/functions/{FunctionName}/aliases" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
