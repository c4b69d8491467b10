use std::sync::Arc;

use contract::{LogStreamOrder, LogStreamPosition, LogStreamRecord, LogStreamsQuery};
use terms::Timestamp;
use trail::{Recorded, Subject};

use crate::{
    chunk::sequence_token,
    error::Error,
    group_id::NamedGroup,
    paging::{invalid_token, page_length},
    room::Call,
    shapes::{DescribeLogStreamsRequest, DescribeLogStreamsResponse, LogStream, OrderBy},
};

/// The streams of a group, by name or by their last events.
pub(crate) async fn describe_log_streams(
    call: &Call<'_>,
    ask: &DescribeLogStreamsRequest,
) -> Result<Recorded<DescribeLogStreamsResponse>, Error> {
    let (name, identifier) = (ask.log_group_name.as_deref(), ask.log_group_identifier.as_deref());
    let named = NamedGroup::of_either(call.caller.scope(), name, identifier)?;
    let order = match ask.order_by {
        None | Some(OrderBy::LogStreamName) => LogStreamOrder::Name,
        Some(OrderBy::LastEventTime) => LogStreamOrder::LastEvent,
    };
    if order == LogStreamOrder::LastEvent && ask.log_stream_name_prefix.is_some() {
        // As emulators have it.
        return Err(Error::invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let (permit, group) = call.open(&named).await?;
    let (prefix, descending) = (ask.log_stream_name_prefix.clone(), ask.descending == Some(true));
    let question = format!("{} {order:?} {descending} {prefix:?}", group.uid).into_bytes();
    let after = ask.next_token.as_deref().map(|token| open_place(&call.open_token(&question, token)?)).transpose()?;
    let length = page_length(ask.limit);
    let query = LogStreamsQuery { prefix, order, descending, after, limit: length.saturating_add(1) };
    let mut streams = call.room.store.log_streams(&group, &query).await?.open(&permit)?;
    let has_more = streams.len() > length;
    streams.truncate(length);
    let next_token = match streams.last().filter(|_| has_more) {
        Some(last) => Some(call.seal_token(&question, &place(last))?),
        None => None,
    };
    let answer = DescribeLogStreamsResponse { log_streams: Some(streams.iter().map(shown).collect()), next_token };
    call.tell(Some(Subject::log_group_seen(&group)), answer).await
}

/// A time of its last event, which a stream without events has not, and its name.
fn place(stream: &LogStreamRecord) -> Vec<u8> {
    let at = stream.last_event_at.map_or(i64::MIN, Timestamp::as_millis);
    [at.to_be_bytes().as_slice(), stream.name.as_bytes()].concat()
}

fn open_place(place: &[u8]) -> Result<LogStreamPosition, Error> {
    let (at, name) = place.split_first_chunk::<8>().ok_or_else(invalid_token)?;
    let at = i64::from_be_bytes(*at);
    let name = String::from_utf8(name.to_vec()).map_err(|_| invalid_token())?;
    Ok(LogStreamPosition { last_event_at: (at != i64::MIN).then(|| Timestamp::from_millis(at)), name })
}

fn shown(stream: &Arc<LogStreamRecord>) -> LogStream {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    LogStream {
        log_stream_name: Some(stream.name.to_string()),
        creation_time: Some(stream.created_at.as_millis()),
        first_event_timestamp: millis(stream.first_event_at),
        last_event_timestamp: millis(stream.last_event_at),
        last_ingestion_time: millis(stream.last_ingested_at),
        upload_sequence_token: Some(sequence_token(stream.uid)),
        arn: Some(stream.arn.to_string()),
        // Of streams, AWS has told no bytes since 2019.
        stored_bytes: Some(0),
    }
}
