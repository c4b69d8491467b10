use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::PutLogGroupDeletionProtectionRequest};

/// A group that is protected is not deleted, and neither are its streams.
pub(crate) async fn put_log_group_deletion_protection(
    call: &Call<'_>,
    ask: &PutLogGroupDeletionProtectionRequest,
) -> Result<Recorded<()>, Error> {
    let named = NamedGroup::of_identifier(call.caller.scope(), &ask.log_group_identifier)?;
    let (permit, before) = call.open(&named).await?;
    call.change(permit, before, [], |details| details.is_protected = ask.deletion_protection_enabled).await
}
