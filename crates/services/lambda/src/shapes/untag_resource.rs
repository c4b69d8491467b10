use shape::Required;

use super::forms::{TagKeyList, TaggableResource};

shape::structure! {
    pub struct UntagResourceRequest {
        resource: Required<TaggableResource> = "Resource" in label,
        tag_keys: Required<TagKeyList> = "TagKeys" in query "tagKeys",
    }
}

shape::operation! {
    pub UntagResource(UntagResourceRequest) -> (),
    at DELETE "/2017-03-31/tags/{Resource}" 204,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException,
    ]
}
