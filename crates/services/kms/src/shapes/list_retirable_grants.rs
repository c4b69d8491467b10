use shape::Optional;

use super::forms::{LimitType, MarkerType};
use super::grant_list_entry::{PrincipalIdType, ServicePrincipalType};
use super::list_grants::ListGrantsResponse;

shape::structure! {
    pub struct ListRetirableGrantsRequest {
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
        retiring_principal: Optional<PrincipalIdType> = "RetiringPrincipal",
        retiring_service_principal: Optional<ServicePrincipalType> = "RetiringServicePrincipal",
    }
}

shape::operation! {
    pub ListRetirableGrants(ListRetirableGrantsRequest) -> ListGrantsResponse,
    errors [
        DependencyTimeoutException, InvalidMarkerException, InvalidArnException, NotFoundException,
        KMSInternalException,
    ]
}
