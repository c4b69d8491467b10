use shape::{Optional, Required};

use super::choices::DirectS3Read;
use super::forms::{FileSystemArn, LocalMountPath};

shape::structure! {
    pub struct FileSystemConfig {
        arn: Required<FileSystemArn> = "Arn",
        local_mount_path: Required<LocalMountPath> = "LocalMountPath",
        s3_files_config: Optional<S3FilesConfig> = "S3FilesConfig",
    }
}

shape::structure! {
    pub struct S3FilesConfig {
        direct_s3_read: Optional<DirectS3Read> = "DirectS3Read",
    }
}
