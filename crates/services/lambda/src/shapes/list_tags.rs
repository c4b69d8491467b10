use shape::{Optional, Required};

use super::forms::{TaggableResource, Tags};

shape::structure! {
    pub struct ListTagsRequest {
        resource: Required<TaggableResource> = "Resource" in label,
    }
}

shape::structure! {
    pub struct ListTagsResponse {
        tags: Optional<Tags> = "Tags",
    }
}

shape::operation! {
    pub ListTags(ListTagsRequest) -> ListTagsResponse,
    at GET "/2017-03-31/tags/{Resource}" 200,
    errors [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException,
    ]
}
