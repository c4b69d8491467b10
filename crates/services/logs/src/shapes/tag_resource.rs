use shape::Required;

use super::forms::{AmazonResourceName, Tags};

shape::structure! {
    pub struct TagResourceRequest {
        resource_arn: Required<AmazonResourceName> = "resourceArn",
        tags: Required<Tags> = "tags",
    }
}

shape::operation! {
    pub TagResource(TagResourceRequest) -> (),
    errors [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException, TooManyTagsException,
    ]
}
