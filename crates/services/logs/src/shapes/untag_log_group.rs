use shape::Required;

use super::forms::{LogGroupName, TagList};

shape::structure! {
    pub struct UntagLogGroupRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        tags: Required<TagList> = "tags",
    }
}

shape::operation! {
    pub UntagLogGroup(UntagLogGroupRequest) -> (),
    errors [ResourceNotFoundException]
}
