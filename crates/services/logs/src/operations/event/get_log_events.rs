use contract::LogStreamsWanted;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    group_id::NamedGroup,
    paging::invalid_token,
    room::Call,
    search::{FoundEvent, PAGE_EVENTS_MAX, Position, Search},
    shapes::{GetLogEventsRequest, GetLogEventsResponse, OutputLogEvent},
};

const FORWARD: &str = "f/";
const BACKWARD: &str = "b/";

/// The events of one stream, a page at a time, in either direction. Pages read forward whichever way one goes. Tokens are never
/// absent: at the end the same one comes back, which is how loops end, and with which they go on when there is more.
pub(crate) async fn get_log_events(
    call: &Call<'_>,
    ask: &GetLogEventsRequest,
) -> Result<Recorded<GetLogEventsResponse>, Error> {
    let (name, identifier) = (ask.log_group_name.as_deref(), ask.log_group_identifier.as_deref());
    let named = NamedGroup::of_either(call.caller.scope(), name, identifier)?;
    let (permit, group, stream) = call.open_stream(&named, &ask.log_stream_name).await?;
    call.require_unmask(ask.unmask, &named).await?;
    let question = format!("{} {}", group.uid, stream.uid).into_bytes();
    let begun = ask.next_token.as_deref().map(|token| begin(call, &question, token)).transpose()?;
    let (is_backward, after) = match begun {
        Some((is_backward, after)) => (is_backward, Some(after)),
        None => (ask.start_from_head != Some(true), None),
    };
    let from = ask.start_time.unwrap_or(0);
    // The end is no part of what is asked for.
    let until = ask.end_time.map_or(i64::MAX, |end| end.saturating_sub(1));
    let limit = ask.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE_EVENTS_MAX);
    let streams = LogStreamsWanted::One(stream);
    let search = Search { group: &group, streams, from, until, is_backward, after, limit, pattern: None };
    let mut page = call.room.search(&permit, &search).await?;
    if is_backward {
        page.events.reverse();
    }

    let ends = match (page.events.first(), page.events.last()) {
        (Some((first, _)), Some((last, _))) => Some((*first, *last)),
        _ => None,
    };
    let here = after.unwrap_or(Position::before(from));
    let (first, last) = ends.unwrap_or((here, here));
    let (first, last) =
        if is_backward { (page.next.unwrap_or(first), last) } else { (first, page.next.unwrap_or(last)) };
    let same = ask.next_token.as_ref().filter(|_| ends.is_none() && page.next.is_none());
    let token = |backward: bool, at: Position| match same.filter(|_| backward == is_backward) {
        Some(same) => Ok(same.clone()),
        None => {
            let sealed = call.seal_position(&question, backward, at)?;
            Ok::<_, Error>(format!("{}{sealed}", if backward { BACKWARD } else { FORWARD }))
        }
    };
    let answer = GetLogEventsResponse {
        next_forward_token: Some(token(false, last)?),
        next_backward_token: Some(token(true, first)?),
        events: Some(page.events.into_iter().map(|(_, event)| shown(event)).collect()),
    };
    call.tell(Some(Subject::log_group_seen(&group)), answer).await
}

/// Where to go on, and which way.
fn begin(call: &Call<'_>, question: &[u8], token: &str) -> Result<(bool, Position), Error> {
    let (is_backward, sealed) = match (token.strip_prefix(FORWARD), token.strip_prefix(BACKWARD)) {
        (Some(sealed), _) => (false, sealed),
        (None, Some(sealed)) => (true, sealed),
        (None, None) => return Err(invalid_token()),
    };
    let (was_backward, position) = call.open_position(question, sealed)?;
    if is_backward == was_backward { Ok((is_backward, position)) } else { Err(invalid_token()) }
}

fn shown(event: FoundEvent) -> OutputLogEvent {
    OutputLogEvent {
        timestamp: Some(event.at.as_millis()),
        message: Some(event.message),
        ingestion_time: Some(event.ingested_at.as_millis()),
    }
}
