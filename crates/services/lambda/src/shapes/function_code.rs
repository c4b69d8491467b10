use shape::{Optional, Sensitive};

use super::choices::S3ObjectStorageMode;
use super::forms::{BlobType, KMSKeyArn, S3Bucket, S3Key, S3ObjectVersion, StringType};

shape::structure! {
    pub struct FunctionCode {
        zip_file: Sensitive<BlobType> = "ZipFile",
        s3_bucket: Optional<S3Bucket> = "S3Bucket",
        s3_key: Optional<S3Key> = "S3Key",
        s3_object_version: Optional<S3ObjectVersion> = "S3ObjectVersion",
        s3_object_storage_mode: Optional<S3ObjectStorageMode> = "S3ObjectStorageMode",
        image_uri: Optional<StringType> = "ImageUri",
        source_kms_key_arn: Optional<KMSKeyArn> = "SourceKMSKeyArn",
    }
}
