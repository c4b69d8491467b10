use shape::Required;

use super::forms::{Flag, LogGroupIdentifier};

shape::structure! {
    pub struct PutLogGroupDeletionProtectionRequest {
        log_group_identifier: Required<LogGroupIdentifier> = "logGroupIdentifier",
        deletion_protection_enabled: Required<Flag> = "deletionProtectionEnabled",
    }
}

shape::operation! {
    pub PutLogGroupDeletionProtection(PutLogGroupDeletionProtectionRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, AccessDeniedException, OperationAbortedException,
        ServiceUnavailableException, InvalidOperationException,
    ]
}
