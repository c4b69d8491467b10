use shape::{Optional, Required};

use super::forms::{BooleanType, KeyIdType, LimitType, MarkerType, TagList};

shape::structure! {
    pub struct ListResourceTagsRequest {
        key_id: Required<KeyIdType> = "KeyId",
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct ListResourceTagsResponse {
        tags: Optional<TagList> = "Tags",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::operation! {
    pub ListResourceTags(ListResourceTagsRequest) -> ListResourceTagsResponse,
    errors [KMSInternalException, NotFoundException, InvalidArnException, InvalidMarkerException]
}
