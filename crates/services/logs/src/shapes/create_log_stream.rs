use shape::Required;

use super::forms::{LogGroupName, LogStreamName};

shape::structure! {
    pub struct CreateLogStreamRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        log_stream_name: Required<LogStreamName> = "logStreamName",
    }
}

shape::operation! {
    pub CreateLogStream(CreateLogStreamRequest) -> (),
    errors [
        InvalidParameterException, ResourceAlreadyExistsException, ResourceNotFoundException,
        ServiceUnavailableException,
    ]
}
