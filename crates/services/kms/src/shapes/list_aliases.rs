use shape::{List, Optional};

use super::forms::{AliasNameType, ArnType, BooleanType, DateType, KeyIdType, LimitType, MarkerType};

shape::forms! {
    pub AliasList: List<AliasListEntry> {}
}

shape::structure! {
    pub struct ListAliasesRequest {
        key_id: Optional<KeyIdType> = "KeyId",
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct ListAliasesResponse {
        aliases: Optional<AliasList> = "Aliases",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::structure! {
    pub struct AliasListEntry {
        alias_name: Optional<AliasNameType> = "AliasName",
        alias_arn: Optional<ArnType> = "AliasArn",
        target_key_id: Optional<KeyIdType> = "TargetKeyId",
        creation_date: Optional<DateType> = "CreationDate",
        last_updated_date: Optional<DateType> = "LastUpdatedDate",
    }
}

shape::operation! {
    pub ListAliases(ListAliasesRequest) -> ListAliasesResponse,
    errors [
        DependencyTimeoutException, InvalidMarkerException, KMSInternalException, InvalidArnException,
        NotFoundException,
    ]
}
