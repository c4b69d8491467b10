use shape::{Optional, Required};

use super::forms::{GrantTokenList, GrantTokenType, KeyIdType, NullableBooleanType};
use super::grant_list_entry::{
    GrantConstraints, GrantIdType, GrantNameType, GrantOperationList, PrincipalIdType, ServicePrincipalType,
};

shape::structure! {
    pub struct CreateGrantRequest {
        key_id: Required<KeyIdType> = "KeyId",
        grantee_principal: Optional<PrincipalIdType> = "GranteePrincipal",
        retiring_principal: Optional<PrincipalIdType> = "RetiringPrincipal",
        operations: Required<GrantOperationList> = "Operations",
        constraints: Optional<GrantConstraints> = "Constraints",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        name: Optional<GrantNameType> = "Name",
        dry_run: Optional<NullableBooleanType> = "DryRun",
        grantee_service_principal: Optional<ServicePrincipalType> = "GranteeServicePrincipal",
        retiring_service_principal: Optional<ServicePrincipalType> = "RetiringServicePrincipal",
    }
}

shape::structure! {
    pub struct CreateGrantResponse {
        grant_token: Optional<GrantTokenType> = "GrantToken",
        grant_id: Optional<GrantIdType> = "GrantId",
    }
}

shape::operation! {
    pub CreateGrant(CreateGrantRequest) -> CreateGrantResponse,
    errors [
        NotFoundException, DisabledException, DependencyTimeoutException, InvalidArnException,
        KMSInternalException, InvalidGrantTokenException, LimitExceededException, KMSInvalidStateException,
        DryRunOperationException,
    ]
}
