//! Making, listing and closing accounts.

use shape::{List, Optional, Required, Sensitive};

use super::forms::{
    AccessKeyIdType, AccountIdType, AccountNameType, ArnType, MaxResultsType, NextTokenType, SecretAccessKeyType,
    TimestampType,
};

shape::enumeration! {
    pub enum AccountStatusType {
        Active = "ACTIVE",
        Closed = "CLOSED",
    }
}

shape::forms! {
    pub AccountListType: List<Account> {}
}

shape::structure! {
    pub struct Account {
        id: Optional<AccountIdType> = "Id",
        arn: Optional<ArnType> = "Arn",
        name: Optional<AccountNameType> = "Name",
        status: Optional<AccountStatusType> = "Status",
        created_date: Optional<TimestampType> = "CreatedDate",
    }
}

shape::structure! {
    pub struct RootAccessKey {
        access_key_id: Optional<AccessKeyIdType> = "AccessKeyId",
        secret_access_key: Sensitive<SecretAccessKeyType> = "SecretAccessKey",
    }
}

shape::structure! {
    pub struct CreateAccountRequest {
        name: Required<AccountNameType> = "Name",
        account_id: Optional<AccountIdType> = "AccountId",
    }
}

shape::structure! {
    pub struct CreateAccountResponse {
        account: Optional<Account> = "Account",
        root_access_key: Optional<RootAccessKey> = "RootAccessKey",
    }
}

shape::structure! {
    pub struct ListAccountsRequest {
        max_results: Optional<MaxResultsType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct ListAccountsResponse {
        accounts: Optional<AccountListType> = "Accounts",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct CloseAccountRequest {
        account_id: Required<AccountIdType> = "AccountId",
    }
}

shape::operation! {
    pub CreateAccount(CreateAccountRequest) -> CreateAccountResponse,
    errors [ResourceExistsException, InternalServiceError]
}

shape::operation! {
    pub ListAccounts(ListAccountsRequest) -> ListAccountsResponse,
    errors [InvalidNextTokenException, InternalServiceError]
}

shape::operation! {
    pub CloseAccount(CloseAccountRequest) -> (),
    errors [ResourceNotFoundException, InvalidRequestException, InternalServiceError]
}
