use shape::{Optional, Required, Sensitive};

use super::choices::{FunctionVersionLatestPublished, S3ObjectStorageMode};
use super::forms::{
    ArchitecturesList, BlobType, BooleanType, FunctionName, KMSKeyArn, S3Bucket, S3Key, S3ObjectVersion, StringType,
};
use super::function_configuration::FunctionConfiguration;

shape::structure! {
    pub struct UpdateFunctionCodeRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        zip_file: Sensitive<BlobType> = "ZipFile",
        s3_bucket: Optional<S3Bucket> = "S3Bucket",
        s3_key: Optional<S3Key> = "S3Key",
        s3_object_version: Optional<S3ObjectVersion> = "S3ObjectVersion",
        s3_object_storage_mode: Optional<S3ObjectStorageMode> = "S3ObjectStorageMode",
        image_uri: Optional<StringType> = "ImageUri",
        architectures: Optional<ArchitecturesList> = "Architectures",
        publish: Optional<BooleanType> = "Publish",
        publish_to: Optional<FunctionVersionLatestPublished> = "PublishTo",
        dry_run: Optional<BooleanType> = "DryRun",
        revision_id: Optional<StringType> = "RevisionId",
        source_kms_key_arn: Optional<KMSKeyArn> = "SourceKMSKeyArn",
    }
}

shape::operation! {
    pub UpdateFunctionCode(UpdateFunctionCodeRequest) -> FunctionConfiguration,
    at PUT "/2015-03-31/functions/{FunctionName}/code" 200,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, InvalidCodeSignatureException, ResourceNotFoundException,
        CodeVerificationFailedException, CodeSigningConfigNotFoundException, CodeStorageExceededException,
        PreconditionFailedException,
    ]
}
