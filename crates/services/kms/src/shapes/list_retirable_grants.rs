use shape::{Optional, Required};

use super::forms::{LimitType, MarkerType};
use super::grant_list_entry::PrincipalIdType;
use super::list_grants::ListGrantsResponse;

shape::structure! {
    pub struct ListRetirableGrantsRequest {
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
        retiring_principal: Required<PrincipalIdType> = "RetiringPrincipal",
    }
}

shape::operation! {
    pub ListRetirableGrants(ListRetirableGrantsRequest) -> ListGrantsResponse,
    errors [
        DependencyTimeoutException, InvalidMarkerException, InvalidArnException, NotFoundException,
        KMSInternalException,
    ]
}
