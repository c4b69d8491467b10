use shape::{Optional, Required};

use super::capacity_provider_config::CapacityProviderConfig;
use super::environment::Environment;
use super::forms::{
    Description, FileSystemConfigList, FunctionName, Handler, KMSKeyArn, LayerList, MemorySize, RoleArn, Runtime,
    StringType, Timeout,
};
use super::function_configuration::FunctionConfiguration;
use super::function_settings::{
    AcceleratorConfig, DeadLetterConfig, DurableConfig, EphemeralStorage, LoggingConfig, SnapStart, TracingConfig,
};
use super::image_config::ImageConfig;
use super::runtime_config::FunctionRuntimeConfig;
use super::vpc_config::VpcConfig;

shape::structure! {
    pub struct UpdateFunctionConfigurationRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        role: Optional<RoleArn> = "Role",
        handler: Optional<Handler> = "Handler",
        description: Optional<Description> = "Description",
        timeout: Optional<Timeout> = "Timeout",
        memory_size: Optional<MemorySize> = "MemorySize",
        vpc_config: Optional<VpcConfig> = "VpcConfig",
        environment: Optional<Environment> = "Environment",
        runtime: Optional<Runtime> = "Runtime",
        dead_letter_config: Optional<DeadLetterConfig> = "DeadLetterConfig",
        kms_key_arn: Optional<KMSKeyArn> = "KMSKeyArn",
        tracing_config: Optional<TracingConfig> = "TracingConfig",
        revision_id: Optional<StringType> = "RevisionId",
        layers: Optional<LayerList> = "Layers",
        file_system_configs: Optional<FileSystemConfigList> = "FileSystemConfigs",
        image_config: Optional<ImageConfig> = "ImageConfig",
        ephemeral_storage: Optional<EphemeralStorage> = "EphemeralStorage",
        snap_start: Optional<SnapStart> = "SnapStart",
        logging_config: Optional<LoggingConfig> = "LoggingConfig",
        capacity_provider_config: Optional<CapacityProviderConfig> = "CapacityProviderConfig",
        durable_config: Optional<DurableConfig> = "DurableConfig",
        runtime_config: Optional<FunctionRuntimeConfig> = "RuntimeConfig",
        accelerator_config: Optional<AcceleratorConfig> = "AcceleratorConfig",
    }
}

shape::operation! {
    pub UpdateFunctionConfiguration(UpdateFunctionConfigurationRequest) -> FunctionConfiguration,
    at PUT "/2015-03-31/functions/{FunctionName}/configuration" 200,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, InvalidCodeSignatureException, ResourceNotFoundException,
        CodeVerificationFailedException, CodeSigningConfigNotFoundException, PreconditionFailedException,
    ]
}
