//! The forms of the errors: their status, and how their text is spelled. Each says beside it whose fault it is.

use shape::ErrorShape;

/// What the model declares for the operations that are stated here.
pub(super) const DECLARED: &[ErrorShape] = &[
    ErrorShape::new("AliasLimitExceededException", 400, "message"),
    ErrorShape::new("CodeArtifactUserDeletedException", 409, "message"),
    ErrorShape::new("CodeArtifactUserFailedException", 409, "message"),
    ErrorShape::new("CodeArtifactUserPendingException", 409, "message"),
    ErrorShape::new("CodeSigningConfigNotFoundException", 404, "Message"),
    ErrorShape::new("CodeStorageExceededException", 400, "message"),
    ErrorShape::new("CodeVerificationFailedException", 400, "Message"),
    ErrorShape::new("DurableExecutionAlreadyStartedException", 409, "Message"),
    ErrorShape::new("EC2AccessDeniedException", 502, "Message"),
    ErrorShape::new("EC2ThrottledException", 502, "Message"),
    ErrorShape::new("EC2UnexpectedException", 502, "Message"),
    ErrorShape::new("EFSIOException", 410, "Message"),
    ErrorShape::new("EFSMountConnectivityException", 408, "Message"),
    ErrorShape::new("EFSMountFailureException", 403, "Message"),
    ErrorShape::new("EFSMountTimeoutException", 408, "Message"),
    ErrorShape::new("ENILimitReachedException", 502, "Message"),
    ErrorShape::new("ENINotReadyException", 502, "Message"),
    ErrorShape::new("FunctionVersionsPerCapacityProviderLimitExceededException", 400, "message"),
    ErrorShape::new("InvalidCodeSignatureException", 400, "Message"),
    ErrorShape::new("InvalidParameterValueException", 400, "message"),
    ErrorShape::new("InvalidRequestContentException", 400, "message"),
    ErrorShape::new("InvalidRuntimeException", 502, "Message"),
    ErrorShape::new("InvalidSecurityGroupIDException", 502, "Message"),
    ErrorShape::new("InvalidSubnetIDException", 502, "Message"),
    ErrorShape::new("InvalidZipFileException", 502, "Message"),
    ErrorShape::new("KMSAccessDeniedException", 502, "Message"),
    ErrorShape::new("KMSDisabledException", 502, "Message"),
    ErrorShape::new("KMSInvalidStateException", 502, "Message"),
    ErrorShape::new("KMSNotFoundException", 502, "Message"),
    ErrorShape::new("ModeNotSupportedException", 400, "message"),
    ErrorShape::new("NoPublishedVersionException", 400, "Message"),
    ErrorShape::new("PolicyLengthExceededException", 400, "message"),
    ErrorShape::new("PreconditionFailedException", 412, "message"),
    ErrorShape::new("PublicPolicyException", 400, "Message"),
    ErrorShape::new("RecursiveInvocationException", 400, "Message"),
    ErrorShape::new("RequestTooLargeException", 413, "message"),
    ErrorShape::new("ResourceConflictException", 409, "message"),
    ErrorShape::new("ResourceNotFoundException", 404, "Message"),
    ErrorShape::new("ResourceNotReadyException", 502, "message"),
    ErrorShape::new("RuntimeAliasDeletedException", 409, "message"),
    ErrorShape::new("RuntimeVersionDeletedException", 409, "message"),
    ErrorShape::new("S3FilesMountConnectivityException", 408, "Message"),
    ErrorShape::new("S3FilesMountFailureException", 403, "Message"),
    ErrorShape::new("S3FilesMountTimeoutException", 408, "Message"),
    ErrorShape::new("SerializedRequestEntityTooLargeException", 413, "message"),
    ErrorShape::new("ServiceException", 500, "Message"),
    ErrorShape::new("ServiceQuotaExceededException", 402, "Message"),
    ErrorShape::new("SnapStartException", 400, "Message"),
    ErrorShape::new("SnapStartNotReadyException", 409, "Message"),
    ErrorShape::new("SnapStartRegenerationFailureException", 409, "Message"),
    ErrorShape::new("SnapStartTimeoutException", 408, "Message"),
    ErrorShape::new("SubnetIPAddressLimitReachedException", 502, "Message"),
    ErrorShape::new("TooManyRequestsException", 429, "message"),
    ErrorShape::new("UnsupportedMediaTypeException", 415, "message"),
];

/// What the service answers though its model does not declare it.
const UNDECLARED: &[ErrorShape] = &[ErrorShape::new("RequestEntityTooLargeException", 413, "message")];

/// The form of an error. None for those that all services have in common, such as `ValidationException`.
pub fn error_shape(name: &str) -> Option<&'static ErrorShape> {
    DECLARED.iter().chain(UNDECLARED).find(|shape| shape.name == name)
}
