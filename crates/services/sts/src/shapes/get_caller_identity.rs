use shape::{Optional, Text};

use super::forms::{AccountType, ArnType};

shape::forms! {
    pub UserIdType: Text {}
}

shape::structure! {
    pub struct GetCallerIdentityRequest {}
}

shape::structure! {
    pub struct GetCallerIdentityResponse {
        user_id: Optional<UserIdType> = "UserId",
        account: Optional<AccountType> = "Account",
        arn: Optional<ArnType> = "Arn",
    }
}

shape::operation! {
    pub GetCallerIdentity(GetCallerIdentityRequest) -> GetCallerIdentityResponse, errors []
}
