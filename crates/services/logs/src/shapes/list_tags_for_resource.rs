use shape::{Optional, Required};

use super::forms::{AmazonResourceName, Tags};

shape::structure! {
    pub struct ListTagsForResourceRequest {
        resource_arn: Required<AmazonResourceName> = "resourceArn",
    }
}

shape::structure! {
    pub struct ListTagsForResourceResponse {
        tags: Optional<Tags> = "tags",
    }
}

shape::operation! {
    pub ListTagsForResource(ListTagsForResourceRequest) -> ListTagsForResourceResponse,
    errors [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}
