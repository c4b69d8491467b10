//! Events of whoever runs something for a role: written as that role, which must be allowed to.

use std::sync::Arc;

use contract::{Answer, Change, Commit, CommitError, LogContentChange, LogGroupRecord};
use facades::{LogEvents, LogEventsError, LogStreamName, NewLogEvent};
use gate::{Caller, RequestContext, RequestTags};
use policy::{Action, Permit};
use service::{JsonError, Service, TELLINGS_MAX};
use terms::EventId;
use trail::{ApiCall, JsonObject, LinkedCalls, RequestParameters, Subject};

use crate::{
    batch::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, taken},
    chunk::{NewEvent, seal_chunk},
    error::Error,
    find::Asker,
    group_id::NamedGroup,
    operations::{group::create_log_group::new_group, stream::create_log_stream::new_stream},
    room::Room,
};

const CREATE_LOG_GROUP: Action = Action::new("logs:CreateLogGroup");
const CREATE_LOG_STREAM: Action = Action::new("logs:CreateLogStream");
const PUT_LOG_EVENTS: Action = Action::new("logs:PutLogEvents");

/// What one call may bring. More is no longer a line that somebody reads.
const BATCHES_MAX: usize = 16;

impl LogEvents for Room {
    fn append<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        stream: LogStreamName<'a>,
        events: Vec<NewLogEvent>,
    ) -> Answer<'a, Result<(), LogEventsError>> {
        Box::pin(async move {
            let writing = Writing { room: self, asker: Asker { context, caller }, stream };
            let events = sorted(&events)?;
            for _ in 0..TELLINGS_MAX {
                match writing.append(&events).await {
                    // Somebody made, or deleted, the group or the stream.
                    Err(Error::Conflict) => {}
                    other => return other.map_err(told),
                }
            }
            Err(told(Error::Conflict))
        })
    }
}

/// In the order of their times: a clock may have gone back. AWS wants them so, and nothing larger than a batch.
fn sorted(events: &[NewLogEvent]) -> Result<Vec<NewEvent<'_>>, LogEventsError> {
    let mut events: Vec<NewEvent<'_>> =
        events.iter().map(|event| NewEvent { at: event.at, message: &event.message }).collect();
    events.sort_by_key(|event| event.at);
    let bytes: usize = events.iter().map(NewEvent::bytes).sum();
    if events.iter().any(|event| event.bytes() > BATCH_BYTES_MAX) {
        return Err(LogEventsError::Refused(format!("a log event is larger than {BATCH_BYTES_MAX} bytes")));
    }
    if bytes > BATCH_BYTES_MAX.saturating_mul(BATCHES_MAX)
        || events.len() > BATCH_EVENTS_MAX.saturating_mul(BATCHES_MAX)
    {
        return Err(LogEventsError::Refused("there are too many log events at once".to_owned()));
    }
    Ok(events)
}

fn told(error: Error) -> LogEventsError {
    let text = error.message().unwrap_or_default();
    match error {
        Error::AccessDenied(_) | Error::Forbidden(_) => LogEventsError::Denied(text),
        Error::Refused { .. } => LogEventsError::Refused(text),
        Error::Internal(cause) => LogEventsError::Internal(cause),
        other => LogEventsError::Internal(other.to_string()),
    }
}

struct Writing<'a> {
    room: &'a Room,
    asker: Asker<'a>,
    stream: LogStreamName<'a>,
}

impl Writing<'_> {
    async fn append(&self, events: &[NewEvent<'_>]) -> Result<(), Error> {
        let named = NamedGroup::of_name(self.asker.caller.scope(), self.stream.group);
        let resource = named.stream_resource(self.stream.stream);
        let authorized = self.room.authorize(self.asker, PUT_LOG_EVENTS, &named, resource, RequestTags::None);
        let (permit, group) = authorized.await?;
        let Some(group) = group else {
            self.create_group(&named).await?;
            // It is there now, and so is read anew.
            return Err(Error::Conflict);
        };
        let Some(stream) = self.room.stream(&permit, &group, self.stream.stream).await? else {
            self.create_stream(&named, &group).await?;
            return Err(Error::Conflict);
        };
        let key = self.room.keys.log_key(group.scope.account).await?;
        let now = self.room.clock.now();
        let mut commit = Commit::under(permit);
        for batch in batches(events) {
            let (events, _) = taken(batch, now, group.details.retention_days)?;
            let Some(chunk) = seal_chunk(&key, &stream, events, now, &*self.room.entropy)? else { continue };
            let append = LogContentChange::Append { stream: Arc::clone(&stream), chunk, bounds: self.room.bounds };
            commit = commit.change(Change::LogContent(append))?;
        }
        Ok(self.room.recorder.commit_log_content(commit).await?)
    }

    async fn create_group(&self, named: &NamedGroup) -> Result<(), Error> {
        let authorized = self.room.authorize(self.asker, CREATE_LOG_GROUP, named, named.resource(), RequestTags::None);
        let (permit, _) = authorized.await?;
        let (group, change) = new_group(self.room, named, self.asker.context.received_at, Vec::new(), false);
        let commit = Commit::under(permit).change(change)?;
        self.record(CREATE_LOG_GROUP, commit, Subject::log_group_changed(&group)).await
    }

    async fn create_stream(&self, named: &NamedGroup, group: &Arc<LogGroupRecord>) -> Result<(), Error> {
        let resource = named.stream_resource(self.stream.stream);
        let authorized = self.room.authorize(self.asker, CREATE_LOG_STREAM, named, resource, RequestTags::None);
        let (permit, _): (Permit, _) = authorized.await?;
        let stream = new_stream(self.room, group, self.stream.stream, self.asker.context.received_at);
        let commit = Commit::under(permit).change(Change::LogContent(LogContentChange::CreateStream { stream }))?;
        self.record(CREATE_LOG_STREAM, commit, Subject::log_group_seen(group)).await
    }

    /// On the trail as the caller's own call, as AWS has it.
    async fn record(&self, action: Action, commit: Commit, subject: Subject) -> Result<(), Error> {
        let linked = LinkedCalls::new();
        let parameters = Named { stream: self.stream, has_stream: action == CREATE_LOG_STREAM };
        let call = ApiCall {
            context: self.asker.context,
            caller: self.asker.caller,
            event: EventId::random(&*self.room.entropy),
            source: Room::SOURCE,
            action,
            name: None,
            is_data: false,
            is_read_only: false,
            parameters: Some(&parameters),
            response: None,
            failure: None,
            linked: &linked,
        };
        match self.room.recorder.commit(commit, &call, subject, ()).await {
            Ok(_) => Ok(()),
            // Somebody was faster, and it is there.
            Err(CommitError::NameTaken) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The parameters that the caller would have given.
struct Named<'a> {
    stream: LogStreamName<'a>,
    has_stream: bool,
}

impl RequestParameters for Named<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut parameters = JsonObject::begin(out);
        parameters.text("logGroupName", self.stream.group);
        if self.has_stream {
            parameters.text("logStreamName", self.stream.stream);
        }
        parameters.end();
    }
}

/// Each is of a day at most, and as large as one call of PutLogEvents may be.
fn batches<'e, 'm>(mut events: &'e [NewEvent<'m>]) -> Vec<&'e [NewEvent<'m>]> {
    let mut batches = Vec::new();
    while let Some(first) = events.first() {
        let mut bytes = 0_usize;
        let fits = |event: &&NewEvent<'_>| {
            bytes = bytes.saturating_add(event.bytes());
            let span = event.at.as_millis().saturating_sub(first.at.as_millis());
            bytes <= BATCH_BYTES_MAX && span <= contract::CHUNK_SPAN_MS
        };
        let length = events.iter().take(BATCH_EVENTS_MAX).take_while(fits).count();
        let Some((batch, rest)) = events.split_at_checked(length.max(1)) else { break };
        batches.push(batch);
        events = rest;
    }
    batches
}

#[cfg(test)]
mod tests {
    use terms::Timestamp;

    use super::*;

    #[test]
    fn many_events_become_batches_of_a_day_and_a_mebibyte() {
        let large = "m".repeat(400_000);
        let at = |millis, message| NewEvent { at: Timestamp::from_millis(millis), message };
        let lengths = |events: &[NewEvent<'_>]| batches(events).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&[]), [0_usize; 0]);
        assert_eq!(lengths(&[at(0, &large), at(1, &large), at(2, &large), at(3, "m")]), [2, 2]);
        assert_eq!(lengths(&[at(0, "m"), at(86_400_000, "m"), at(86_400_001, "m")]), [2, 1]);
        assert_eq!(lengths(&vec![at(0, "m"); 10_001]), [10_000, 1]);
    }

    #[test]
    fn events_are_sorted_and_what_is_too_large_is_refused() {
        let event =
            |millis, message: &str| NewLogEvent { at: Timestamp::from_millis(millis), message: message.to_owned() };
        let events = [event(2, "b"), event(1, "a"), event(2, "c")];
        let sorted_messages: Vec<&str> = sorted(&events).unwrap().iter().map(|event| event.message).collect();
        assert_eq!(sorted_messages, ["a", "b", "c"]);
        let large = event(0, &"m".repeat(BATCH_BYTES_MAX));
        assert!(matches!(sorted(&[large]), Err(LogEventsError::Refused(_))));
    }
}
