use shape::{Optional, Required};

use super::alias_configuration::{AliasConfiguration, AliasRoutingConfiguration};
use super::forms::{Alias, Description, FunctionName, StringType, VersionWithLatestPublished};

shape::structure! {
    pub struct UpdateAliasRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        name: Required<Alias> = "Name" in label,
        function_version: Optional<VersionWithLatestPublished> = "FunctionVersion",
        description: Optional<Description> = "Description",
        routing_config: Optional<AliasRoutingConfiguration> = "RoutingConfig",
        revision_id: Optional<StringType> = "RevisionId",
    }
}

shape::operation! {
    pub UpdateAlias(UpdateAliasRequest) -> AliasConfiguration,
    at PUT "/2015-03-31/functions/{FunctionName}/aliases/{Name}" 200,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, PreconditionFailedException,
    ]
}
