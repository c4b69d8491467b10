use shape::Optional;

use super::forms::{AdditionalVersionWeights, Alias, Description, FunctionArn, StringType, Version};

shape::structure! {
    pub struct AliasRoutingConfiguration {
        additional_version_weights: Optional<AdditionalVersionWeights> = "AdditionalVersionWeights",
    }
}

shape::structure! {
    pub struct AliasConfiguration {
        alias_arn: Optional<FunctionArn> = "AliasArn",
        name: Optional<Alias> = "Name",
        function_version: Optional<Version> = "FunctionVersion",
        description: Optional<Description> = "Description",
        routing_config: Optional<AliasRoutingConfiguration> = "RoutingConfig",
        revision_id: Optional<StringType> = "RevisionId",
    }
}
