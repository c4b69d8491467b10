use contract::LogStreamsWanted;
use trail::{Recorded, Subject};

use crate::{
    chunk::event_id,
    error::Error,
    group_id::NamedGroup,
    pattern::FilterPattern,
    room::Call,
    search::{FoundEvent, PAGE_EVENTS_MAX, Search},
    shapes::{FilterLogEventsRequest, FilterLogEventsResponse, FilteredLogEvent},
};

/// 2024-01-01T00:00:00Z.
const BACKWARD_SINCE: i64 = 1_704_067_200_000;

/// The events of a group, or of some of its streams, that a pattern fits. There are more as long as there is a token.
pub(crate) async fn filter_log_events(
    call: &Call<'_>,
    ask: &FilterLogEventsRequest,
) -> Result<Recorded<FilterLogEventsResponse>, Error> {
    let (name, identifier) = (ask.log_group_name.as_deref(), ask.log_group_identifier.as_deref());
    let named = NamedGroup::of_either(call.caller.scope(), name, identifier)?;
    let streams = streams(ask)?;
    let mut is_backward = ask.start_from_head == Some(false);
    if is_backward && ask.start_time.is_some_and(|start| start < BACKWARD_SINCE) {
        // Documented; the text is chosen.
        return Err(Error::invalid("startFromHead can be false only if startTime is on or after January 1, 2024."));
    }
    let pattern = ask.filter_pattern.as_ref().map(|pattern| String::from_utf8_lossy(pattern.expose()).into_owned());
    let parsed = pattern.as_deref().map(FilterPattern::parse).transpose()?;
    let (permit, group) = call.open(&named).await?;
    call.require_unmask(ask.unmask, &named).await?;
    if let LogStreamsWanted::Named(names) = &streams {
        for name in names {
            call.room.stream(&permit, &group, name).await?.ok_or_else(Error::no_stream)?;
        }
    }
    let (from, until) = (ask.start_time.unwrap_or(0), ask.end_time.unwrap_or(i64::MAX));
    let question = format!("{} {from} {until} {streams:?} {pattern:?}", group.uid).into_bytes();
    let mut after = None;
    if let Some(token) = &ask.next_token {
        let (direction, position) = call.open_position(&question, token)?;
        // The token knows which way.
        is_backward = direction;
        after = Some(position);
    }
    let limit = ask.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE_EVENTS_MAX);
    let search = Search { group: &group, streams, from, until, is_backward, after, limit, pattern: parsed.as_ref() };
    let page = call.room.search(&permit, &search).await?;
    let next_token = page.next.map(|next| call.seal_position(&question, is_backward, next)).transpose()?;
    let answer = FilterLogEventsResponse {
        events: Some(page.events.into_iter().map(|(_, event)| shown(event)).collect()),
        // "This parameter is no longer supported. This parameter returns an empty list."
        searched_log_streams: Some(Vec::new()),
        next_token,
    };
    call.tell(Some(Subject::log_group_seen(&group)), answer).await
}

fn streams(ask: &FilterLogEventsRequest) -> Result<LogStreamsWanted, Error> {
    match (&ask.log_stream_names, &ask.log_stream_name_prefix) {
        // Documented; the text is chosen.
        (Some(_), Some(_)) => {
            Err(Error::invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."))
        }
        (Some(names), None) => Ok(LogStreamsWanted::Named(names.clone())),
        (None, Some(prefix)) => Ok(LogStreamsWanted::Prefix(prefix.clone())),
        (None, None) => Ok(LogStreamsWanted::Every),
    }
}

fn shown(event: FoundEvent) -> FilteredLogEvent {
    FilteredLogEvent {
        log_stream_name: Some(event.stream_name.to_string()),
        timestamp: Some(event.at.as_millis()),
        event_id: Some(event_id(event.at, event.chunk, event.index)),
        message: Some(event.message),
        ingestion_time: Some(event.ingested_at.as_millis()),
    }
}
