//! The wire shapes of Lambda, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod add_permission;
mod alias_configuration;
mod capacity_provider_config;
mod choices;
mod concurrency;
mod create_alias;
mod create_function;
mod delete_alias;
mod delete_function;
mod delete_function_concurrency;
mod environment;
mod errors;
mod file_system_config;
mod forms;
mod function_code;
mod function_code_location;
mod function_configuration;
mod function_settings;
mod get_account_settings;
mod get_alias;
mod get_function;
mod get_function_code_signing_config;
mod get_function_concurrency;
mod get_function_configuration;
mod get_function_recursion_config;
mod get_policy;
mod get_runtime_management_config;
mod image_config;
mod invoke;
mod list_aliases;
mod list_functions;
mod list_tags;
mod list_versions_by_function;
mod patterns;
mod publish_version;
mod put_function_concurrency;
mod remove_permission;
mod runtime_config;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_function_code;
mod update_function_configuration;
mod vpc_config;

use shape::{Http, OperationShape, ServiceDescription};

pub use add_permission::{AddPermission, AddPermissionRequest, AddPermissionResponse};
pub use alias_configuration::{AliasConfiguration, AliasRoutingConfiguration};
pub use capacity_provider_config::{CapacityProviderConfig, LambdaManagedInstancesCapacityProviderConfig};
pub use choices::{
    ApplicationLogLevel, Architecture, DirectS3Read, FunctionUrlAuthType, FunctionVersion,
    FunctionVersionLatestPublished, InvocationType, LastUpdateStatus, LastUpdateStatusReasonCode, LogFormat, LogType,
    PackageType, RecursiveLoop, S3ObjectStorageMode, SnapStartApplyOn, SnapStartOptimizationStatus, State,
    StateReasonCode, SystemLogLevel, TenantIsolationMode, TracingMode, UpdateRuntimeOn,
};
pub use concurrency::Concurrency;
pub use create_alias::{CreateAlias, CreateAliasRequest};
pub use create_function::{CreateFunction, CreateFunctionRequest};
pub use delete_alias::{DeleteAlias, DeleteAliasRequest};
pub use delete_function::{DeleteFunction, DeleteFunctionRequest, DeleteFunctionResponse};
pub use delete_function_concurrency::{DeleteFunctionConcurrency, DeleteFunctionConcurrencyRequest};
pub use environment::{Environment, EnvironmentError, EnvironmentResponse};
pub use errors::error_shape;
pub use file_system_config::{FileSystemConfig, S3FilesConfig};
pub(crate) use forms::{RUNTIMES, UnqualifiedFunctionName};
pub use function_code::FunctionCode;
pub use function_code_location::{FunctionCodeLocation, FunctionCodeLocationError, ResolvedS3Object};
pub use function_configuration::{FunctionConfiguration, Layer};
pub use function_settings::{
    AcceleratorConfig, DeadLetterConfig, DurableConfig, EphemeralStorage, LoggingConfig, SnapStart, SnapStartResponse,
    TenancyConfig, TracingConfig, TracingConfigResponse,
};
pub use get_account_settings::{
    AccountLimit, AccountUsage, GetAccountSettings, GetAccountSettingsRequest, GetAccountSettingsResponse,
};
pub use get_alias::{GetAlias, GetAliasRequest};
pub use get_function::{GetFunction, GetFunctionRequest, GetFunctionResponse, TagsError};
pub use get_function_code_signing_config::{
    GetFunctionCodeSigningConfig, GetFunctionCodeSigningConfigRequest, GetFunctionCodeSigningConfigResponse,
};
pub use get_function_concurrency::{
    GetFunctionConcurrency, GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse,
};
pub use get_function_configuration::{GetFunctionConfiguration, GetFunctionConfigurationRequest};
pub use get_function_recursion_config::{
    GetFunctionRecursionConfig, GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse,
};
pub use get_policy::{GetPolicy, GetPolicyRequest, GetPolicyResponse};
pub use get_runtime_management_config::{
    GetRuntimeManagementConfig, GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse,
};
pub use image_config::{ImageConfig, ImageConfigError, ImageConfigResponse};
pub use invoke::{Invoke, InvokeRequest, InvokeResponse};
pub use list_aliases::{ListAliases, ListAliasesRequest, ListAliasesResponse};
pub use list_functions::{ListFunctions, ListFunctionsRequest, ListFunctionsResponse};
pub use list_tags::{ListTags, ListTagsRequest, ListTagsResponse};
pub use list_versions_by_function::{
    ListVersionsByFunction, ListVersionsByFunctionRequest, ListVersionsByFunctionResponse,
};
pub use publish_version::{PublishVersion, PublishVersionRequest};
pub use put_function_concurrency::{PutFunctionConcurrency, PutFunctionConcurrencyRequest};
pub use remove_permission::{RemovePermission, RemovePermissionRequest};
pub use runtime_config::{FunctionRuntimeConfig, RuntimeVersionConfig, RuntimeVersionError};
pub use tag_resource::{TagResource, TagResourceRequest};
pub use untag_resource::{UntagResource, UntagResourceRequest};
pub use update_alias::{UpdateAlias, UpdateAliasRequest};
pub use update_function_code::{UpdateFunctionCode, UpdateFunctionCodeRequest};
pub use update_function_configuration::{UpdateFunctionConfiguration, UpdateFunctionConfigurationRequest};
pub use vpc_config::{VpcConfig, VpcConfigResponse};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<AddPermission>(),
    OperationShape::of::<CreateAlias>(),
    OperationShape::of::<CreateFunction>(),
    OperationShape::of::<DeleteAlias>(),
    OperationShape::of::<DeleteFunction>(),
    OperationShape::of::<DeleteFunctionConcurrency>(),
    OperationShape::of::<GetAccountSettings>(),
    OperationShape::of::<GetAlias>(),
    OperationShape::of::<GetFunction>(),
    OperationShape::of::<GetFunctionCodeSigningConfig>(),
    OperationShape::of::<GetFunctionConcurrency>(),
    OperationShape::of::<GetFunctionConfiguration>(),
    OperationShape::of::<GetFunctionRecursionConfig>(),
    OperationShape::of::<GetPolicy>(),
    OperationShape::of::<GetRuntimeManagementConfig>(),
    OperationShape::of::<Invoke>(),
    OperationShape::of::<ListAliases>(),
    OperationShape::of::<ListFunctions>(),
    OperationShape::of::<ListTags>(),
    OperationShape::of::<ListVersionsByFunction>(),
    OperationShape::of::<PublishVersion>(),
    OperationShape::of::<PutFunctionConcurrency>(),
    OperationShape::of::<RemovePermission>(),
    OperationShape::of::<TagResource>(),
    OperationShape::of::<UntagResource>(),
    OperationShape::of::<UpdateAlias>(),
    OperationShape::of::<UpdateFunctionCode>(),
    OperationShape::of::<UpdateFunctionConfiguration>(),
];

/// How an operation is asked for.
pub fn http(operation: &str) -> Option<Http> {
    OPERATIONS.iter().find(|shape| shape.name == operation)?.http
}

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS).with_errors(errors::DECLARED)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}

#[cfg(test)]
mod tests;
