use shape::Required;

use super::forms::LogGroupName;

shape::structure! {
    pub struct DeleteLogGroupRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
    }
}

shape::operation! {
    pub DeleteLogGroup(DeleteLogGroupRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
        ValidationException,
    ]
}
