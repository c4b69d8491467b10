//! Who can use a secret.

use shape::{Boolean, List, Optional, Required};

use super::forms::{AccountIdType, AccountNameType, ActionType, ArnType, PrincipalType, SecretIdType, SecretNameType};
use super::statements::StatementListType;

shape::enumeration! {
    pub enum PrincipalKindType {
        Root = "ROOT",
        User = "USER",
        Role = "ROLE",
        RoleSession = "ROLE_SESSION",
        FederatedUser = "FEDERATED_USER",
        Service = "SERVICE",
    }
}

shape::enumeration! {
    pub enum AccessType {
        Always = "ALWAYS",
        Conditional = "CONDITIONAL",
    }
}

shape::forms! {
    pub PrincipalListType: List<PrincipalEntry> {}
    pub FlagType: Boolean {}
}

shape::structure! {
    pub struct WhoCanRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        action: Optional<ActionType> = "Action",
    }
}

shape::structure! {
    pub struct WhoCanResponse {
        arn: Optional<ArnType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        action: Optional<ActionType> = "Action",
        principals: Optional<PrincipalListType> = "Principals",
    }
}

shape::structure! {
    pub struct PrincipalEntry {
        account: Optional<AccountIdType> = "Account",
        account_name: Optional<AccountNameType> = "AccountName",
        arn: Optional<PrincipalType> = "Arn",
        kind: Optional<PrincipalKindType> = "Kind",
        access: Optional<AccessType> = "Access",
        is_on_server: Optional<FlagType> = "IsOnServer",
        statements: Optional<StatementListType> = "Statements",
    }
}

shape::operation! {
    pub WhoCan(WhoCanRequest) -> WhoCanResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InternalServiceError]
}
