use shape::{Optional, Required};

use super::forms::{BooleanType, KeyIdType, LimitType, MarkerType};
use super::grant_list_entry::{GrantIdType, GrantList, PrincipalIdType, ServicePrincipalType};

shape::structure! {
    pub struct ListGrantsRequest {
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
        key_id: Required<KeyIdType> = "KeyId",
        grant_id: Optional<GrantIdType> = "GrantId",
        grantee_principal: Optional<PrincipalIdType> = "GranteePrincipal",
        grantee_service_principal: Optional<ServicePrincipalType> = "GranteeServicePrincipal",
    }
}

shape::structure! {
    pub struct ListGrantsResponse {
        grants: Optional<GrantList> = "Grants",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::operation! {
    pub ListGrants(ListGrantsRequest) -> ListGrantsResponse,
    errors [
        NotFoundException, DependencyTimeoutException, InvalidMarkerException, InvalidGrantIdException,
        InvalidArnException, KMSInternalException, KMSInvalidStateException,
    ]
}
