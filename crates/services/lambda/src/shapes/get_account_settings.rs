use shape::Optional;

use super::forms::{IntegerType, LongType, UnreservedConcurrentExecutions};

shape::structure! {
    pub struct GetAccountSettingsRequest {}
}

shape::structure! {
    pub struct GetAccountSettingsResponse {
        account_limit: Optional<AccountLimit> = "AccountLimit",
        account_usage: Optional<AccountUsage> = "AccountUsage",
    }
}

shape::structure! {
    pub struct AccountLimit {
        total_code_size: Optional<LongType> = "TotalCodeSize",
        code_size_unzipped: Optional<LongType> = "CodeSizeUnzipped",
        code_size_zipped: Optional<LongType> = "CodeSizeZipped",
        concurrent_executions: Optional<IntegerType> = "ConcurrentExecutions",
        unreserved_concurrent_executions: Optional<UnreservedConcurrentExecutions> = "UnreservedConcurrentExecutions",
    }
}

shape::structure! {
    pub struct AccountUsage {
        total_code_size: Optional<LongType> = "TotalCodeSize",
        function_count: Optional<LongType> = "FunctionCount",
    }
}

shape::operation! {
    pub GetAccountSettings(GetAccountSettingsRequest) -> GetAccountSettingsResponse,
    at GET "/2016-08-19/account-settings" 200,
    errors [ServiceException, TooManyRequestsException]
}
