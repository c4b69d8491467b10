use std::sync::Arc;

use shape::Enumeration;
use terms::Timestamp;
use trail::Recorded;

use crate::{
    error::Error,
    lookup::{HISTORY, Page, Wanted},
    room::Call,
    shapes::{LookupAttributeKey, LookupEventsRequest, LookupEventsResponse},
};

const PAGE_SIZE: usize = 50;
/// Characters, of which some count twice.
const VALUE_MAX: usize = 2_000;
const COUNT_TWICE: [char; 4] = ['_', ' ', ',', '\n'];

/// Events of the caller's account in the Region that is asked. Those of global services happen in `us-east-1`.
///
/// Times are compared by the second, as records tell them. A page may have fewer events than asked for, or none, and a
/// token all the same: then enough was read for one answer.
pub(crate) async fn lookup_events(
    call: &Call<'_>,
    ask: &LookupEventsRequest,
) -> Result<Recorded<LookupEventsResponse>, Error> {
    call.authorize().await?;
    let attribute = attribute(ask)?;
    let (start, end) = (ask.start_time.map(seconds), ask.end_time.map(seconds));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(Error::invalid_time_range());
    }
    let before = call.open_next(ask)?;
    let oldest = seconds(call.now()).saturating_sub_unsigned(HISTORY.as_secs());
    let wanted = Wanted {
        scope: call.caller.scope(),
        seconds: start.unwrap_or(oldest).max(oldest)..=end.unwrap_or(i64::MAX),
        attribute,
    };
    let size = ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE);
    // Nothing watches for what is unusual, so that there are no events of insight.
    let page = if ask.event_category.is_some() { Page::default() } else { look(call, wanted, before, size).await? };
    let next_token = page.next.map(|before| call.seal_next(ask, before)).transpose()?;
    call.tell(None, LookupEventsResponse { events: Some(page.events), next_token }).await
}

/// On a thread that may block. One that was begun goes on to its end, and its turn with it, though the client hangs up.
async fn look(call: &Call<'_>, wanted: Wanted, before: Option<u64>, size: usize) -> Result<Page, Error> {
    let turn = Arc::clone(&call.room.looks).acquire_owned().await;
    let turn = turn.map_err(|error| Error::Internal(error.to_string()))?;
    let history = Arc::clone(&call.room.history);
    let looked = tokio::task::spawn_blocking(move || {
        let page = wanted.look(&history, before, size);
        drop(turn);
        page
    });
    Ok(looked.await.map_err(|error| Error::Internal(error.to_string()))??)
}

fn attribute(ask: &LookupEventsRequest) -> Result<Option<(LookupAttributeKey, String)>, Error> {
    let Some(attributes) = &ask.lookup_attributes else { return Ok(None) };
    let attribute = match &attributes[..] {
        [] => return Ok(None),
        [attribute] => attribute,
        _ => return Err(Error::invalid_attributes("Only one lookup attribute can be specified.")),
    };
    let (key, value) = (attribute.attribute_key, &attribute.attribute_value);
    let length: usize = value.chars().map(|one| if COUNT_TWICE.contains(&one) { 2 } else { 1 }).sum();
    if length > VALUE_MAX {
        return Err(Error::invalid_attributes(format!(
            "The value of the lookup attribute {} is longer than {VALUE_MAX} characters.",
            key.as_str()
        )));
    }
    if key == LookupAttributeKey::ReadOnly && !matches!(&**value, "true" | "false") {
        return Err(Error::invalid_attributes("The value of the lookup attribute ReadOnly must be true or false."));
    }
    let is_for_insights =
        matches!(key, LookupAttributeKey::EventId | LookupAttributeKey::EventName | LookupAttributeKey::EventSource);
    if ask.event_category.is_some() && !is_for_insights {
        let text = format!("Insights events cannot be looked up by {}.", key.as_str());
        return Err(Error::invalid_attributes(text));
    }
    Ok(Some((key, value.clone())))
}

fn seconds(moment: Timestamp) -> i64 {
    moment.as_millis().div_euclid(1000)
}
