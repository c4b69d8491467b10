use shape::{Optional, Required};

use super::forms::{Flag, KmsKeyId, LogGroupClass, LogGroupName, Tags};

shape::structure! {
    pub struct CreateLogGroupRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        kms_key_id: Optional<KmsKeyId> = "kmsKeyId",
        tags: Optional<Tags> = "tags",
        log_group_class: Optional<LogGroupClass> = "logGroupClass",
        deletion_protection_enabled: Optional<Flag> = "deletionProtectionEnabled",
    }
}

shape::operation! {
    pub CreateLogGroup(CreateLogGroupRequest) -> (),
    errors [
        InvalidParameterException, ResourceAlreadyExistsException, LimitExceededException, OperationAbortedException,
        ServiceUnavailableException,
    ]
}
