use shape::Required;

use super::forms::{LogGroupName, Tags};

shape::structure! {
    pub struct TagLogGroupRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        tags: Required<Tags> = "tags",
    }
}

shape::operation! {
    pub TagLogGroup(TagLogGroupRequest) -> (),
    errors [ResourceNotFoundException, InvalidParameterException]
}
