use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    running::check_reservation,
    shapes::{Concurrency, PutFunctionConcurrencyRequest},
    versions::next,
};

/// Reserves concurrent calls for a function, which may not have more.
pub(in crate::operations) async fn put_function_concurrency(
    call: &Call<'_>,
    ask: &PutFunctionConcurrencyRequest,
) -> Result<Recorded<Concurrency>, Error> {
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    let reserved = u32::try_from(ask.reserved_concurrent_executions).unwrap_or_default();
    let all = call.room.store.reserved_concurrency(before.scope).await?;
    check_reservation(reserved, all.saturating_sub(before.details.reserved_concurrency.unwrap_or_default()))?;
    let mut after = next(&before);
    after.details.reserved_concurrency = Some(reserved);
    let answer = Concurrency { reserved_concurrent_executions: Some(ask.reserved_concurrent_executions) };
    call.change(permit, before, after, None, answer).await
}
