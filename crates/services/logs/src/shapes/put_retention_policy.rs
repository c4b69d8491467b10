use shape::Required;

use super::forms::{Days, LogGroupName};

shape::structure! {
    pub struct PutRetentionPolicyRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        retention_in_days: Required<Days> = "retentionInDays",
    }
}

shape::operation! {
    pub PutRetentionPolicy(PutRetentionPolicyRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
    ]
}
