//! Forms that several operations share, under AWS's names.

use shape::{Boolean, Bulk, Double, Integer, List, Long, Map, SecretMap, SecretText, Text};

use super::alias_configuration::AliasConfiguration;
use super::choices::Architecture;
use super::file_system_config::FileSystemConfig;
use super::function_configuration::FunctionConfiguration;
use super::function_configuration::Layer;
use super::patterns::{
    ACTION, ALIAS, ANY_ARN, ANY_ARN_OR_NONE, CAPACITY_PROVIDER_ARN, CODE_SIGNING_CONFIG_ARN, DIGITS,
    DURABLE_EXECUTION_ARN, ENVIRONMENT_VARIABLE_NAME, EVENT_SOURCE_TOKEN, FILE_SYSTEM_ARN, FUNCTION_ARN, FUNCTION_NAME,
    FUNCTION_RUNTIME_ARN, LAYER_VERSION_ARN, LINE, LOCAL_MOUNT_PATH, LOG_GROUP, MASTER_REGION, NAME,
    NAMESPACED_FUNCTION_ARN, NAMESPACED_FUNCTION_NAME, NAMESPACED_STATEMENT_ID, PRINCIPAL_ORG_ID, QUALIFIER, ROLE_ARN,
    RUNTIME_VERSION_ARN, S3_BUCKET, SECURITY_GROUP_ID, SOURCE_OWNER, STATEMENT_ID, SUBNET_ID, TAG, TAGGABLE_RESOURCE,
    TAGS_ERROR_CODE, TENANT_ID, UNQUALIFIED_FUNCTION_NAME, VERSION, VERSION_WITH_LATEST_PUBLISHED, WORD,
};

/// The model's runtimes. The service judges them in words of its own.
pub(crate) const RUNTIMES: &[&str] = &[
    "nodejs",
    "nodejs4.3",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "java8",
    "java8.al2",
    "java11",
    "java17",
    "java21",
    "java25",
    "python2.7",
    "python3.6",
    "python3.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "dotnet6",
    "dotnet8",
    "dotnet10",
    "nodejs4.3-edge",
    "go1.x",
    "ruby2.5",
    "ruby2.7",
    "ruby3.2",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
    "provided",
    "provided.al2",
    "provided.al2023",
    "nodejs26.x",
    "python3.15",
    "java8.al2023",
    "java11.al2023",
    "java17.al2023",
    "custom",
];

shape::forms! {
    pub FunctionName: Text { min: 1, max: 140, pattern: FUNCTION_NAME }
    pub Runtime: Text { known: RUNTIMES }
    pub RoleArn: Text { min: 0, max: 10_000, pattern: ROLE_ARN }
    pub Handler: Text { min: 0, max: 128, pattern: WORD }
    pub BlobType: Bulk {}
    pub S3Bucket: Text { min: 3, max: 63, pattern: S3_BUCKET }
    pub S3Key: Text { min: 1, max: 1024, pattern: LINE }
    pub S3ObjectVersion: Text { min: 1, max: 1024, pattern: LINE }
    pub StringType: Text {}
    pub KMSKeyArn: Text { min: 0, max: 10_000, pattern: ANY_ARN_OR_NONE }
    pub Description: Text { min: 0, max: 256 }
    pub Timeout: Integer { min: 1, max: 5400 }
    pub MemorySize: Integer { min: 128, max: 32_768 }
    pub BooleanType: Boolean {}
    pub SubnetIds: List<SubnetId> { min: 0, max: 16 }
    pub SubnetId: Text { min: 0, max: 1024, pattern: SUBNET_ID }
    pub SecurityGroupIds: List<SecurityGroupId> { min: 0, max: 5 }
    pub SecurityGroupId: Text { min: 0, max: 1024, pattern: SECURITY_GROUP_ID }
    pub NullableBooleanType: Boolean {}
    pub ResourceArn: Text { min: 0, max: 10_000, pattern: ANY_ARN_OR_NONE }
    pub EnvironmentVariables: SecretMap<EnvironmentVariableName, EnvironmentVariableValue> {}
    pub EnvironmentVariableName: Text { pattern: ENVIRONMENT_VARIABLE_NAME }
    pub EnvironmentVariableValue: SecretText {}
    pub Tags: Map<TagKey, TagValue> {}
    pub TagKey: Text { min: 1, max: 128, pattern: TAG }
    pub TagValue: Text { min: 0, max: 256, pattern: TAG }
    pub LayerList: List<LayerVersionArn> {}
    pub LayerVersionArn: Text { min: 1, max: 2048, pattern: LAYER_VERSION_ARN }
    pub FileSystemConfigList: List<FileSystemConfig> { min: 0, max: 1 }
    pub FileSystemArn: Text { min: 0, max: 256, pattern: FILE_SYSTEM_ARN }
    pub LocalMountPath: Text { min: 0, max: 160, pattern: LOCAL_MOUNT_PATH }
    pub CodeSigningConfigArn: Text { min: 0, max: 200, pattern: CODE_SIGNING_CONFIG_ARN }
    pub StringList: List<StringType> { min: 0, max: 1500 }
    pub WorkingDirectory: Text { min: 0, max: 1000 }
    pub ArchitecturesList: List<Architecture> { min: 1, max: 1 }
    pub EphemeralStorageSize: Integer { min: 512, max: 32_768 }
    pub LogGroup: Text { min: 1, max: 512, pattern: LOG_GROUP }
    pub CapacityProviderArn: Text { min: 1, max: 140, pattern: CAPACITY_PROVIDER_ARN }
    pub PerExecutionEnvironmentMaxConcurrency: Integer { min: 1, max: 1600 }
    pub ExecutionEnvironmentMemoryGiBPerVCpu: Double { min: 2, max: 8 }
    pub RetentionPeriodInDays: Integer { min: 1, max: 90 }
    pub ExecutionTimeout: Integer { min: 1, max: 31_622_400 }
    pub FunctionRuntimeArn: Text { min: 48, max: 2048, pattern: FUNCTION_RUNTIME_ARN }
    pub FunctionRuntimeAlias: Text { min: 1, max: 128 }
    pub AcceleratorMemoryGB: Integer {}
    pub NamespacedFunctionName: Text { min: 1, max: 256, pattern: NAMESPACED_FUNCTION_NAME }
    pub NameSpacedFunctionArn: Text { min: 0, max: 10_000, pattern: NAMESPACED_FUNCTION_ARN }
    pub LongType: Long {}
    pub Timestamp: Text { min: 0, max: 100, pattern: LINE }
    pub Version: Text { min: 1, max: 1024, pattern: VERSION }
    pub VpcId: Text {}
    pub SensitiveString: SecretText {}
    pub FunctionArn: Text { min: 0, max: 10_000, pattern: FUNCTION_ARN }
    pub LayersReferenceList: List<Layer> {}
    pub Arn: Text { min: 0, max: 10_000, pattern: ANY_ARN }
    pub StateReason: Text {}
    pub LastUpdateStatusReason: Text {}
    pub RuntimeVersionArn: Text { min: 26, max: 2048, pattern: RUNTIME_VERSION_ARN }
    pub NumericLatestPublishedOrAliasQualifier: Text { min: 1, max: 128, pattern: QUALIFIER }
    pub SensitiveStringOnServerOnly: Text { min: 0, max: 10_000 }
    pub TagsErrorCode: Text { min: 10, max: 21, pattern: TAGS_ERROR_CODE }
    pub TagsErrorMessage: Text { min: 84, max: 1000, pattern: LINE }
    pub ReservedConcurrentExecutions: Integer { min: 0 }
    pub MasterRegion: Text { min: 1, max: 50, pattern: MASTER_REGION }
    pub MaxListItems: Integer { min: 1, max: 10_000 }
    pub FunctionList: List<FunctionConfiguration> {}
    pub IntegerType: Integer {}
    pub DurableExecutionName: Text { min: 1, max: 64, pattern: NAME }
    pub TenantId: Text { min: 1, max: 256, pattern: TENANT_ID }
    pub DurableExecutionArn: Text { min: 1, max: 1024, pattern: DURABLE_EXECUTION_ARN }
    pub Alias: Text { min: 1, max: 128, pattern: ALIAS }
    pub VersionWithLatestPublished: Text { min: 1, max: 1024, pattern: VERSION_WITH_LATEST_PUBLISHED }
    pub AdditionalVersionWeights: Map<AdditionalVersion, Weight> {}
    pub AdditionalVersion: Text { min: 1, max: 1024, pattern: DIGITS }
    pub Weight: Double { min: 0, max: 1 }
    pub AliasList: List<AliasConfiguration> {}
    pub StatementId: Text { min: 1, max: 100, pattern: STATEMENT_ID }
    pub PermissionAction: Text { min: 0, max: 10_000, pattern: ACTION }
    pub Principal: Text { min: 0, max: 2048, pattern: WORD }
    pub InvokedViaFunctionUrl: Boolean {}
    pub SourceOwner: Text { min: 0, max: 12, pattern: SOURCE_OWNER }
    pub EventSourceToken: Text { min: 0, max: 256, pattern: EVENT_SOURCE_TOKEN }
    pub PrincipalOrgID: Text { min: 12, max: 34, pattern: PRINCIPAL_ORG_ID }
    pub NamespacedStatementId: Text { min: 1, max: 100, pattern: NAMESPACED_STATEMENT_ID }
    pub TaggableResource: Text { min: 1, max: 10_000, pattern: TAGGABLE_RESOURCE }
    pub TagKeyList: List<TagKey> {}
    pub UnqualifiedFunctionName: Text { min: 1, max: 140, pattern: UNQUALIFIED_FUNCTION_NAME }
    pub UnreservedConcurrentExecutions: Integer { min: 0 }
}
