use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    running::CONCURRENT_MAX,
    shapes::{AccountLimit, AccountUsage, GetAccountSettingsRequest, GetAccountSettingsResponse},
};

/// As AWS begins with.
const TOTAL_CODE_BYTES: i64 = 80_530_636_800;
const UNZIPPED_BYTES: i64 = 262_144_000;
const ZIPPED_BYTES: i64 = 52_428_800;

/// What the account may have in the Region, and what it has.
pub(in crate::operations) async fn get_account_settings(
    call: &Call<'_>,
    _: &GetAccountSettingsRequest,
) -> Result<Recorded<GetAccountSettingsResponse>, Error> {
    let permit = call.authorize_every().await?;
    let scope = call.caller.scope();
    let functions = call.room.store.functions(scope).await?.open(&permit, call.action)?;
    let reserved = call.room.store.reserved_concurrency(scope).await?;
    let sizes = functions.iter().flat_map(|function| function.versions()).map(|version| version.code.bytes);
    let answer = GetAccountSettingsResponse {
        account_limit: Some(AccountLimit {
            total_code_size: Some(TOTAL_CODE_BYTES),
            code_size_unzipped: Some(UNZIPPED_BYTES),
            code_size_zipped: Some(ZIPPED_BYTES),
            concurrent_executions: i32::try_from(CONCURRENT_MAX).ok(),
            unreserved_concurrent_executions: i32::try_from(CONCURRENT_MAX.saturating_sub(reserved)).ok(),
        }),
        account_usage: Some(AccountUsage {
            total_code_size: i64::try_from(sizes.fold(0, u64::saturating_add)).ok(),
            function_count: i64::try_from(functions.len()).ok(),
        }),
    };
    call.tell(None, answer).await
}
