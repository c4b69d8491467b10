use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse},
};

pub(in crate::operations) async fn get_function_concurrency(
    call: &Call<'_>,
    ask: &GetFunctionConcurrencyRequest,
) -> Result<Recorded<GetFunctionConcurrencyResponse>, Error> {
    let (_, function) = call.open(&call.named(&ask.function_name)?).await?;
    let reserved = function.details.reserved_concurrency.and_then(|reserved| i32::try_from(reserved).ok());
    let answer = GetFunctionConcurrencyResponse { reserved_concurrent_executions: reserved };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
