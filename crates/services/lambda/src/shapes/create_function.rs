use shape::{Optional, Required};

use super::capacity_provider_config::CapacityProviderConfig;
use super::choices::{FunctionVersionLatestPublished, PackageType};
use super::environment::Environment;
use super::forms::{
    ArchitecturesList, BooleanType, CodeSigningConfigArn, Description, FileSystemConfigList, FunctionName, Handler,
    KMSKeyArn, LayerList, MemorySize, RoleArn, Runtime, Tags, Timeout,
};
use super::function_code::FunctionCode;
use super::function_configuration::FunctionConfiguration;
use super::function_settings::{
    AcceleratorConfig, DeadLetterConfig, DurableConfig, EphemeralStorage, LoggingConfig, SnapStart, TenancyConfig,
    TracingConfig,
};
use super::image_config::ImageConfig;
use super::runtime_config::FunctionRuntimeConfig;
use super::vpc_config::VpcConfig;

shape::structure! {
    pub struct CreateFunctionRequest {
        function_name: Required<FunctionName> = "FunctionName",
        runtime: Optional<Runtime> = "Runtime",
        role: Required<RoleArn> = "Role",
        handler: Optional<Handler> = "Handler",
        code: Required<FunctionCode> = "Code",
        description: Optional<Description> = "Description",
        timeout: Optional<Timeout> = "Timeout",
        memory_size: Optional<MemorySize> = "MemorySize",
        publish: Optional<BooleanType> = "Publish",
        publish_to: Optional<FunctionVersionLatestPublished> = "PublishTo",
        vpc_config: Optional<VpcConfig> = "VpcConfig",
        package_type: Optional<PackageType> = "PackageType",
        dead_letter_config: Optional<DeadLetterConfig> = "DeadLetterConfig",
        environment: Optional<Environment> = "Environment",
        kms_key_arn: Optional<KMSKeyArn> = "KMSKeyArn",
        tracing_config: Optional<TracingConfig> = "TracingConfig",
        tags: Optional<Tags> = "Tags",
        layers: Optional<LayerList> = "Layers",
        file_system_configs: Optional<FileSystemConfigList> = "FileSystemConfigs",
        code_signing_config_arn: Optional<CodeSigningConfigArn> = "CodeSigningConfigArn",
        image_config: Optional<ImageConfig> = "ImageConfig",
        architectures: Optional<ArchitecturesList> = "Architectures",
        ephemeral_storage: Optional<EphemeralStorage> = "EphemeralStorage",
        snap_start: Optional<SnapStart> = "SnapStart",
        logging_config: Optional<LoggingConfig> = "LoggingConfig",
        tenancy_config: Optional<TenancyConfig> = "TenancyConfig",
        capacity_provider_config: Optional<CapacityProviderConfig> = "CapacityProviderConfig",
        durable_config: Optional<DurableConfig> = "DurableConfig",
        runtime_config: Optional<FunctionRuntimeConfig> = "RuntimeConfig",
        accelerator_config: Optional<AcceleratorConfig> = "AcceleratorConfig",
    }
}

shape::operation! {
    pub CreateFunction(CreateFunctionRequest) -> FunctionConfiguration,
    at POST "/2015-03-31/functions" 201,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, InvalidCodeSignatureException, ResourceNotFoundException,
        CodeVerificationFailedException, CodeSigningConfigNotFoundException, CodeStorageExceededException,
        FunctionVersionsPerCapacityProviderLimitExceededException,
    ]
}
