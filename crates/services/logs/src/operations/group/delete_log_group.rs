use contract::{Change, Commit, LogGroupChange};
use trail::{Recorded, Subject};

use crate::{background::tended_at, error::Error, group_id::NamedGroup, room::Call, shapes::DeleteLogGroupRequest};

/// Deletes a group with all that lies in it. It is out of sight at once, and erased by and by.
pub(crate) async fn delete_log_group(call: &Call<'_>, ask: &DeleteLogGroupRequest) -> Result<Recorded<()>, Error> {
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, before) = call.open(&named).await?;
    if before.details.is_protected {
        return Err(Error::protected());
    }
    let (subject, job) = (Subject::log_group_deleted(&before), tended_at(&before, call.now()));
    let change = Change::LogGroup(LogGroupChange::Delete { before });
    Ok(call.commit(Commit::under(permit).change(change)?.jobs([job]), subject, None, ()).await?)
}
