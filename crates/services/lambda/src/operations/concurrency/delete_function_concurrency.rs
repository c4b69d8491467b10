use trail::{Recorded, Subject};

use crate::{error::Error, room::Call, shapes::DeleteFunctionConcurrencyRequest, versions::next};

/// Gives back what was reserved. The function then shares what is not reserved.
pub(in crate::operations) async fn delete_function_concurrency(
    call: &Call<'_>,
    ask: &DeleteFunctionConcurrencyRequest,
) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    if before.details.reserved_concurrency.is_none() {
        return call.tell(Some(Subject::function_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.reserved_concurrency = None;
    call.change_silently(permit, before, after).await
}
