use shape::{List, Optional};

use super::forms::{ArnType, BooleanType, KeyIdType, LimitType, MarkerType};

shape::forms! {
    pub KeyList: List<KeyListEntry> {}
    pub ResourceOwnersList: List<ResourceOwnerType> { min: 1, max: 2 }
}

shape::enumeration! {
    pub enum ResourceOwnerType {
        ThisAccount = "SELF",
        OtherAccountsViaRam = "OTHER_ACCOUNTS_VIA_RAM",
    }
}

shape::structure! {
    pub struct ListKeysRequest {
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
        resource_owners: Optional<ResourceOwnersList> = "ResourceOwners",
    }
}

shape::structure! {
    pub struct ListKeysResponse {
        keys: Optional<KeyList> = "Keys",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::structure! {
    pub struct KeyListEntry {
        key_id: Optional<KeyIdType> = "KeyId",
        key_arn: Optional<ArnType> = "KeyArn",
    }
}

shape::operation! {
    pub ListKeys(ListKeysRequest) -> ListKeysResponse,
    errors [DependencyTimeoutException, KMSInternalException, InvalidMarkerException]
}
