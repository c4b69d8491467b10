use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::DeleteRetentionPolicyRequest};

/// Events are kept for ever again.
pub(crate) async fn delete_retention_policy(
    call: &Call<'_>,
    ask: &DeleteRetentionPolicyRequest,
) -> Result<Recorded<()>, Error> {
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, before) = call.open(&named).await?;
    call.change(permit, before, [], |details| details.retention_days = None).await
}
