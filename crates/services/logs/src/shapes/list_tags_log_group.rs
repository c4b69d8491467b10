use shape::{Optional, Required};

use super::forms::{LogGroupName, Tags};

shape::structure! {
    pub struct ListTagsLogGroupRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
    }
}

shape::structure! {
    pub struct ListTagsLogGroupResponse {
        tags: Optional<Tags> = "tags",
    }
}

shape::operation! {
    pub ListTagsLogGroup(ListTagsLogGroupRequest) -> ListTagsLogGroupResponse,
    errors [ResourceNotFoundException, ServiceUnavailableException]
}
