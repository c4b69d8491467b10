use std::sync::Arc;

use contract::{Change, Commit, LogContentChange, LogGroupRecord, LogStreamRecord, log_stream_arn};
use gate::RequestTags;
use terms::{Timestamp, Uid};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    group_id::NamedGroup,
    room::{Call, Room},
    shapes::CreateLogStreamRequest,
};

/// Makes a place for events in a group.
pub(crate) async fn create_log_stream(call: &Call<'_>, ask: &CreateLogStreamRequest) -> Result<Recorded<()>, Error> {
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let name = ask.log_stream_name.as_str();
    let (permit, group) = call.open_as(&named, named.stream_resource(name), RequestTags::None).await?;
    if call.room.stream(&permit, &group, name).await?.is_some() {
        // Recorded, without a full stop.
        return Err(Error::refused("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    let stream = new_stream(call.room, &group, name, call.now());
    let commit = Commit::under(permit).change(Change::LogContent(LogContentChange::CreateStream { stream }))?;
    Ok(call.commit(commit, Subject::log_group_seen(&group), None, ()).await?)
}

/// The stream as it will be.
pub(crate) fn new_stream(room: &Room, group: &LogGroupRecord, name: &str, now: Timestamp) -> Arc<LogStreamRecord> {
    Arc::new(LogStreamRecord {
        scope: group.scope,
        uid: Uid::random(&*room.entropy),
        group: group.uid,
        group_arn: Arc::clone(&group.arn),
        name: name.into(),
        arn: log_stream_arn(&group.arn, name),
        created_at: now,
        first_event_at: None,
        last_event_at: None,
        last_ingested_at: None,
    })
}
