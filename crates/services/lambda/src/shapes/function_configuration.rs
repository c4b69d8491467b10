use shape::Optional;

use super::capacity_provider_config::CapacityProviderConfig;
use super::choices::{LastUpdateStatus, LastUpdateStatusReasonCode, PackageType, State, StateReasonCode};
use super::environment::EnvironmentResponse;
use super::forms::{
    ArchitecturesList, Arn, Description, FileSystemConfigList, FunctionArn, Handler, KMSKeyArn, LastUpdateStatusReason,
    LayerVersionArn, LayersReferenceList, LongType, MemorySize, NameSpacedFunctionArn, NamespacedFunctionName, RoleArn,
    Runtime, StateReason, StringType, Timeout, Timestamp, Version,
};
use super::function_settings::{
    AcceleratorConfig, DeadLetterConfig, DurableConfig, EphemeralStorage, LoggingConfig, SnapStartResponse,
    TenancyConfig, TracingConfigResponse,
};
use super::image_config::ImageConfigResponse;
use super::runtime_config::{FunctionRuntimeConfig, RuntimeVersionConfig};
use super::vpc_config::VpcConfigResponse;

shape::structure! {
    pub struct FunctionConfiguration {
        function_name: Optional<NamespacedFunctionName> = "FunctionName",
        function_arn: Optional<NameSpacedFunctionArn> = "FunctionArn",
        runtime: Optional<Runtime> = "Runtime",
        role: Optional<RoleArn> = "Role",
        handler: Optional<Handler> = "Handler",
        code_size: Optional<LongType> = "CodeSize",
        description: Optional<Description> = "Description",
        timeout: Optional<Timeout> = "Timeout",
        memory_size: Optional<MemorySize> = "MemorySize",
        last_modified: Optional<Timestamp> = "LastModified",
        code_sha256: Optional<StringType> = "CodeSha256",
        version: Optional<Version> = "Version",
        vpc_config: Optional<VpcConfigResponse> = "VpcConfig",
        dead_letter_config: Optional<DeadLetterConfig> = "DeadLetterConfig",
        environment: Optional<EnvironmentResponse> = "Environment",
        kms_key_arn: Optional<KMSKeyArn> = "KMSKeyArn",
        tracing_config: Optional<TracingConfigResponse> = "TracingConfig",
        master_arn: Optional<FunctionArn> = "MasterArn",
        revision_id: Optional<StringType> = "RevisionId",
        layers: Optional<LayersReferenceList> = "Layers",
        state: Optional<State> = "State",
        state_reason: Optional<StateReason> = "StateReason",
        state_reason_code: Optional<StateReasonCode> = "StateReasonCode",
        last_update_status: Optional<LastUpdateStatus> = "LastUpdateStatus",
        last_update_status_reason: Optional<LastUpdateStatusReason> = "LastUpdateStatusReason",
        last_update_status_reason_code: Optional<LastUpdateStatusReasonCode> = "LastUpdateStatusReasonCode",
        file_system_configs: Optional<FileSystemConfigList> = "FileSystemConfigs",
        signing_profile_version_arn: Optional<Arn> = "SigningProfileVersionArn",
        signing_job_arn: Optional<Arn> = "SigningJobArn",
        package_type: Optional<PackageType> = "PackageType",
        image_config_response: Optional<ImageConfigResponse> = "ImageConfigResponse",
        architectures: Optional<ArchitecturesList> = "Architectures",
        ephemeral_storage: Optional<EphemeralStorage> = "EphemeralStorage",
        snap_start: Optional<SnapStartResponse> = "SnapStart",
        runtime_version_config: Optional<RuntimeVersionConfig> = "RuntimeVersionConfig",
        logging_config: Optional<LoggingConfig> = "LoggingConfig",
        tenancy_config: Optional<TenancyConfig> = "TenancyConfig",
        capacity_provider_config: Optional<CapacityProviderConfig> = "CapacityProviderConfig",
        config_sha256: Optional<StringType> = "ConfigSha256",
        durable_config: Optional<DurableConfig> = "DurableConfig",
        runtime_config: Optional<FunctionRuntimeConfig> = "RuntimeConfig",
        accelerator_config: Optional<AcceleratorConfig> = "AcceleratorConfig",
    }
}

shape::structure! {
    pub struct Layer {
        arn: Optional<LayerVersionArn> = "Arn",
        code_size: Optional<LongType> = "CodeSize",
        signing_profile_version_arn: Optional<Arn> = "SigningProfileVersionArn",
        signing_job_arn: Optional<Arn> = "SigningJobArn",
    }
}
