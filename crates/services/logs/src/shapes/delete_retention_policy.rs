use shape::Required;

use super::forms::LogGroupName;

shape::structure! {
    pub struct DeleteRetentionPolicyRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
    }
}

shape::operation! {
    pub DeleteRetentionPolicy(DeleteRetentionPolicyRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
    ]
}
