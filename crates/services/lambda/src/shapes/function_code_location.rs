use shape::{Optional, Sensitive};

use super::forms::{
    KMSKeyArn, S3Bucket, S3Key, S3ObjectVersion, SensitiveString, SensitiveStringOnServerOnly, StringType,
};

shape::structure! {
    pub struct FunctionCodeLocation {
        repository_type: Optional<StringType> = "RepositoryType",
        location: Optional<SensitiveStringOnServerOnly> = "Location",
        image_uri: Optional<StringType> = "ImageUri",
        resolved_image_uri: Optional<StringType> = "ResolvedImageUri",
        resolved_s3_object: Optional<ResolvedS3Object> = "ResolvedS3Object",
        source_kms_key_arn: Optional<KMSKeyArn> = "SourceKMSKeyArn",
        error: Optional<FunctionCodeLocationError> = "Error",
    }
}

shape::structure! {
    pub struct ResolvedS3Object {
        s3_bucket: Optional<S3Bucket> = "S3Bucket",
        s3_key: Optional<S3Key> = "S3Key",
        s3_object_version: Optional<S3ObjectVersion> = "S3ObjectVersion",
    }
}

shape::structure! {
    pub struct FunctionCodeLocationError {
        error_code: Optional<StringType> = "ErrorCode",
        message: Sensitive<SensitiveString> = "Message",
    }
}
