use std::sync::Arc;

use contract::{Change, Commit, LogContentChange};
use terms::Timestamp;
use trail::{Recorded, Subject};

use crate::{
    batch::{require_sound, taken},
    chunk::{NewEvent, seal_chunk, sequence_token},
    error::Error,
    group_id::NamedGroup,
    room::Call,
    shapes::{EntityRejectionErrorType, InputLogEvent, PutLogEventsRequest, PutLogEventsResponse, RejectedEntityInfo},
};

/// Writes a batch of events to a stream. It is durable when it is answered. Sequence tokens are passed over, as AWS does.
pub(crate) async fn put_log_events(
    call: &Call<'_>,
    ask: &PutLogEventsRequest,
) -> Result<Recorded<PutLogEventsResponse>, Error> {
    let events = ask.log_events.iter().map(event).collect::<Result<Vec<_>, _>>()?;
    require_sound(&events)?;
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, group, stream) = call.open_stream(&named, &ask.log_stream_name).await?;
    let (events, rejected_log_events_info) = taken(&events, call.now(), group.details.retention_days)?;
    let answer = PutLogEventsResponse {
        next_sequence_token: Some(sequence_token(stream.uid)),
        rejected_log_events_info,
        // Entities are not kept. AWS takes the events all the same, and says so.
        rejected_entity_info: ask
            .entity
            .as_ref()
            .map(|_| RejectedEntityInfo { error_type: Some(EntityRejectionErrorType::UnsupportedLogGroupType) }),
    };
    let key = call.room.keys.log_key(group.scope.account).await?;
    let subject = Subject::log_group_seen(&group);
    match seal_chunk(&key, &stream, events, call.now(), &*call.room.entropy)? {
        Some(chunk) => {
            let append = LogContentChange::Append { stream: Arc::clone(&stream), chunk, bounds: call.room.bounds };
            let commit = Commit::under(permit).change(Change::LogContent(append))?;
            Ok(call.commit(commit, subject, None, answer).await?)
        }
        None => call.tell(Some(subject), answer).await,
    }
}

fn event(asked: &InputLogEvent) -> Result<NewEvent<'_>, Error> {
    // Read from text, so this is some.
    let message = str::from_utf8(asked.message.expose()).map_err(|_| Error::Serialization(None))?;
    Ok(NewEvent { at: Timestamp::from_millis(asked.timestamp), message })
}
