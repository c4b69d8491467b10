use shape::Required;

use super::forms::{LogGroupName, LogStreamName};

shape::structure! {
    pub struct DeleteLogStreamRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        log_stream_name: Required<LogStreamName> = "logStreamName",
    }
}

shape::operation! {
    pub DeleteLogStream(DeleteLogStreamRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
        ValidationException,
    ]
}
