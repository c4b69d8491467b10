use shape::{Optional, Required, Sensitive};

use super::choices::{InvocationType, LogType};
use super::forms::{
    BlobType, DurableExecutionArn, DurableExecutionName, IntegerType, NamespacedFunctionName,
    NumericLatestPublishedOrAliasQualifier, StringType, TenantId, Version,
};

shape::structure! {
    pub struct InvokeRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        invocation_type: Optional<InvocationType> = "InvocationType" in header "X-Amz-Invocation-Type",
        log_type: Optional<LogType> = "LogType" in header "X-Amz-Log-Type",
        client_context: Optional<StringType> = "ClientContext" in header "X-Amz-Client-Context",
        durable_execution_name: Optional<DurableExecutionName> =
            "DurableExecutionName" in header "X-Amz-Durable-Execution-Name",
        payload: Sensitive<BlobType> = "Payload" in payload,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
        tenant_id: Optional<TenantId> = "TenantId" in header "X-Amz-Tenant-Id",
    }
}

shape::structure! {
    pub struct InvokeResponse {
        status_code: Optional<IntegerType> = "StatusCode" in status,
        function_error: Optional<StringType> = "FunctionError" in header "X-Amz-Function-Error",
        log_result: Optional<StringType> = "LogResult" in header "X-Amz-Log-Result",
        payload: Sensitive<BlobType> = "Payload" in payload,
        executed_version: Optional<Version> = "ExecutedVersion" in header "X-Amz-Executed-Version",
        durable_execution_arn: Optional<DurableExecutionArn> =
            "DurableExecutionArn" in header "X-Amz-Durable-Execution-Arn",
    }
}

shape::operation! {
    pub Invoke(InvokeRequest) -> InvokeResponse,
    at POST "/2015-03-31/functions/{FunctionName}/invocations" 200,
    errors [
        RuntimeAliasDeletedException, CodeArtifactUserDeletedException, ResourceNotReadyException,
        ServiceQuotaExceededException, InvalidSecurityGroupIDException, SnapStartTimeoutException,
        TooManyRequestsException, EC2ThrottledException, EFSMountConnectivityException,
        SubnetIPAddressLimitReachedException, KMSAccessDeniedException, RequestTooLargeException,
        KMSDisabledException, UnsupportedMediaTypeException, S3FilesMountConnectivityException,
        SerializedRequestEntityTooLargeException, InvalidRuntimeException, NoPublishedVersionException,
        EC2UnexpectedException, InvalidSubnetIDException, KMSNotFoundException,
        InvalidParameterValueException, EC2AccessDeniedException, EFSIOException, KMSInvalidStateException,
        ResourceConflictException, RuntimeVersionDeletedException, ENILimitReachedException,
        SnapStartNotReadyException, ServiceException, CodeArtifactUserPendingException, SnapStartException,
        RecursiveInvocationException, S3FilesMountFailureException, EFSMountTimeoutException,
        ENINotReadyException, S3FilesMountTimeoutException, CodeArtifactUserFailedException,
        ModeNotSupportedException, ResourceNotFoundException, InvalidRequestContentException,
        SnapStartRegenerationFailureException, DurableExecutionAlreadyStartedException,
        InvalidZipFileException, EFSMountFailureException,
    ]
}
