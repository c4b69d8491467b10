use shape::Required;

use super::forms::{TaggableResource, Tags};

shape::structure! {
    pub struct TagResourceRequest {
        resource: Required<TaggableResource> = "Resource" in label,
        tags: Required<Tags> = "Tags",
    }
}

shape::operation! {
    pub TagResource(TagResourceRequest) -> (),
    at POST "/2017-03-31/tags/{Resource}" 204,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
