use shape::{Optional, Required};

use super::alias_configuration::{AliasConfiguration, AliasRoutingConfiguration};
use super::forms::{Alias, Description, FunctionName, VersionWithLatestPublished};

shape::structure! {
    pub struct CreateAliasRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        name: Required<Alias> = "Name",
        function_version: Required<VersionWithLatestPublished> = "FunctionVersion",
        description: Optional<Description> = "Description",
        routing_config: Optional<AliasRoutingConfiguration> = "RoutingConfig",
    }
}

shape::operation! {
    pub CreateAlias(CreateAliasRequest) -> AliasConfiguration,
    at POST "/2015-03-31/functions/{FunctionName}/aliases" 201,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, AliasLimitExceededException, ResourceNotFoundException,
    ]
}
