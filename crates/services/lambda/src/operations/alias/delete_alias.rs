use trail::{Recorded, Subject};

use crate::{error::Error, room::Call, shapes::DeleteAliasRequest, versions::next};

/// Deletes an alias with its policy. One that is not there is deleted already.
pub(in crate::operations) async fn delete_alias(
    call: &Call<'_>,
    ask: &DeleteAliasRequest,
) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    let mut after = next(&before);
    if after.details.aliases.remove(&ask.name).is_none() {
        return call.tell(Some(Subject::function_seen(&before)), ()).await;
    }
    after.details.policies.remove(&ask.name);
    call.change_silently(permit, before, after).await
}
