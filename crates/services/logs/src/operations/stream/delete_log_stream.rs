use contract::{Change, Commit, LogContentChange};
use trail::{Recorded, Subject};

use crate::{background::tended_at, error::Error, group_id::NamedGroup, room::Call, shapes::DeleteLogStreamRequest};

/// Deletes a stream with its events. They are out of sight at once, and erased by and by.
pub(crate) async fn delete_log_stream(call: &Call<'_>, ask: &DeleteLogStreamRequest) -> Result<Recorded<()>, Error> {
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, group, stream) = call.open_stream(&named, &ask.log_stream_name).await?;
    if group.details.is_protected {
        return Err(Error::protected());
    }
    let job = tended_at(&group, call.now());
    let change = Change::LogContent(LogContentChange::DeleteStream { stream });
    let commit = Commit::under(permit).change(change)?.jobs([job]);
    Ok(call.commit(commit, Subject::log_group_seen(&group), None, ()).await?)
}
