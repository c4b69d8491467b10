use shape::Required;

use super::forms::{AmazonResourceName, TagKeyList};

shape::structure! {
    pub struct UntagResourceRequest {
        resource_arn: Required<AmazonResourceName> = "resourceArn",
        tag_keys: Required<TagKeyList> = "tagKeys",
    }
}

shape::operation! {
    pub UntagResource(UntagResourceRequest) -> (),
    errors [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}
