use shape::{Optional, Required};

use super::forms::{AccessKeyIdType, AccountType};

shape::structure! {
    pub struct GetAccessKeyInfoRequest {
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
    }
}

shape::structure! {
    pub struct GetAccessKeyInfoResponse {
        account: Optional<AccountType> = "Account",
    }
}

shape::operation! {
    pub GetAccessKeyInfo(GetAccessKeyInfoRequest) -> GetAccessKeyInfoResponse, errors []
}
