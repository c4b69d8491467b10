//! What is looked for, and a page of it.

use std::{
    ops::{ControlFlow, RangeInclusive},
    time::Duration,
};

use terms::{Scope, Timestamp};
use trail::{History, HistoryError, Look, event_seconds};

use crate::{
    record::Record,
    resources::{Named, resources},
    shapes::{Event, LookupAttributeKey, Resource},
};

/// Event history goes back so far.
pub(crate) const HISTORY: Duration = Duration::from_hours(90 * 24);
/// About a tenth of a second's reading. Whoever looks for what is rare gets pages with nothing in them, and a token.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What of an account's past in a Region is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) scope: Scope,
    pub(crate) seconds: RangeInclusive<i64>,
    pub(crate) attribute: Option<(LookupAttributeKey, String)>,
}

/// Events, the newest first, and before which sequence the next page begins.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) events: Vec<Event>,
    pub(crate) next: Option<u64>,
}

impl Wanted {
    /// Looks for a page. Blocks.
    pub(crate) fn look(&self, history: &History, before: Option<u64>, size: usize) -> Result<Page, HistoryError> {
        let look = Look { before, seconds: self.seconds.clone(), bytes_max: BYTES_MAX };
        let mut shown: Vec<(u64, i64, Event)> = Vec::new();
        let mut unreadable = None;
        let looked = history.look_back(&look, |past| {
            let Some(record) = Record::read(past.json) else {
                unreadable = Some(past.sequence);
                return ControlFlow::Break(());
            };
            let Some(at) = self.wants(&record) else { return ControlFlow::Continue(()) };
            // The next page begins with it.
            if shown.len() == size {
                return ControlFlow::Break(());
            }
            shown.push((past.sequence, at, event(&record, at, past.json)));
            ControlFlow::Continue(())
        });
        let looked = match unreadable {
            Some(sequence) => Err(HistoryError::Unreadable(sequence)),
            None => looked,
        };
        let next = match (looked, shown.last()) {
            (Ok(next), _) => next,
            // What is newer than the damage is true, and the next page is the one that fails.
            (Err(error), Some((sequence, ..))) => {
                tracing::error!(target: "keepwell::operator", %error, "a lookup of events came to damage");
                Some(*sequence)
            }
            (Err(error), None) => return Err(error),
        };
        // The log has them in the order in which calls ended, which is nearly that in which they arrived.
        shown.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        Ok(Page { events: shown.into_iter().map(|(.., event)| event).collect(), next })
    }

    /// When it happened, if it is wanted.
    fn wants(&self, record: &Record<'_>) -> Option<i64> {
        let is_of_scope = record.recipient_account_id == self.scope.account.as_str()
            && record.aws_region == self.scope.region.as_str()
            && record.is_of_management();
        let at = event_seconds(record.event_time).filter(|at| is_of_scope && self.seconds.contains(at))?;
        self.attribute.as_ref().is_none_or(|(key, value)| has(record, *key, value)).then_some(at)
    }
}

fn has(record: &Record<'_>, key: LookupAttributeKey, value: &str) -> bool {
    let is_among = |of: fn(&Named) -> &str| resources(record).iter().any(|named| of(named) == value);
    match key {
        LookupAttributeKey::EventId => record.event_id == value,
        LookupAttributeKey::EventName => record.event_name == value,
        LookupAttributeKey::ReadOnly => record.read_only_text() == value,
        LookupAttributeKey::Username => record.username() == Some(value),
        LookupAttributeKey::ResourceType => is_among(|(kind, _)| kind),
        LookupAttributeKey::ResourceName => is_among(|(_, name)| name),
        LookupAttributeKey::EventSource => record.event_source == value,
        LookupAttributeKey::AccessKeyId => record.user_identity.access_key_id.as_deref() == Some(value),
    }
}

fn event(record: &Record<'_>, at: i64, json: &[u8]) -> Event {
    let named = resources(record).into_iter();
    let resources = named.map(|(kind, name)| Resource { resource_type: Some(kind), resource_name: Some(name) });
    Event {
        event_id: Some(record.event_id.to_owned()),
        event_name: Some(record.event_name.to_string()),
        read_only: Some(record.read_only_text().to_owned()),
        access_key_id: record.user_identity.access_key_id.as_deref().map(str::to_owned),
        event_time: Some(Timestamp::from_millis(at.saturating_mul(1000))),
        event_source: Some(record.event_source.to_string()),
        username: record.username().map(str::to_owned),
        resources: Some(resources.collect()),
        // It was JSON a moment ago.
        cloud_trail_event: Some(String::from_utf8_lossy(json).into_owned()),
    }
}
