//! Looking for events, a page at a time.
//!
//! Events are in one order: by their time, then by when they were ingested, then as they were written. Chunks overlap in time,
//! so that a page is the first of what many chunks hold. They are met in the order of their near ends, and no more events are
//! kept than a page has: once it is full, and the next chunk begins behind its last event, nothing before that can come any
//! more. Backwards it is the same with every number turned round.

use std::{collections::BTreeMap, sync::Arc};

use contract::{ChunkOrder, ChunkPosition, LogChunksQuery, LogGroupRecord, LogStreamsWanted, StoredLogChunk};
use policy::Permit;
use seal::KeyMaterial;
use terms::{SecretBytes, Timestamp, Uid};
use tokio::sync::Semaphore;

use crate::{
    chunk::{EVENT_OVERHEAD_BYTES, open_chunk},
    error::Error,
    pattern::FilterPattern,
    room::Room,
};

pub(crate) const PAGE_BYTES_MAX: usize = 1 << 20;
pub(crate) const PAGE_EVENTS_MAX: usize = 10_000;

/// Sealed text that is fetched at once.
const FETCHED_BYTES_MAX: usize = 2 << 20;

/// What one call looks through before it answers with a page that is not full, as AWS does.
const SEARCHED_BYTES_MAX: usize = 16 << 20;

/// Where an event stands among all of its group. Unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) at: i64,
    ingested_at: i64,
    chunk: i64,
    event: i64,
}

impl Position {
    /// Before everything of this time.
    pub(crate) const fn before(at: i64) -> Self {
        Self { at, ingested_at: i64::MIN, chunk: i64::MIN, event: i64::MIN }
    }

    /// Behind everything of this time.
    pub(crate) const fn behind(at: i64) -> Self {
        Self { at, ingested_at: i64::MAX, chunk: i64::MAX, event: i64::MAX }
    }

    /// In the opposite order.
    const fn turned(self) -> Self {
        let Self { at, ingested_at, chunk, event } = self;
        Self { at: !at, ingested_at: !ingested_at, chunk: !chunk, event: !event }
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.at, self.ingested_at, self.chunk, self.event].iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, []) = bytes.as_chunks::<8>() else { return None };
        let [at, ingested_at, chunk, event] = numbers else { return None };
        let [at, ingested_at, chunk, event] = [at, ingested_at, chunk, event].map(|number| i64::from_be_bytes(*number));
        Some(Self { at, ingested_at, chunk, event })
    }
}

/// What is looked for.
pub(crate) struct Search<'a> {
    pub(crate) group: &'a Arc<LogGroupRecord>,
    pub(crate) streams: LogStreamsWanted,
    /// Both included.
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) is_backward: bool,
    /// Go on behind this position, in the direction of the search.
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
    pub(crate) pattern: Option<&'a FilterPattern>,
}

/// A page, in the order of the search.
pub(crate) struct Page {
    pub(crate) events: Vec<(Position, FoundEvent)>,
    /// Where the next one begins. None at the end.
    pub(crate) next: Option<Position>,
}

pub(crate) struct FoundEvent {
    pub(crate) stream_name: Arc<str>,
    pub(crate) at: Timestamp,
    pub(crate) ingested_at: Timestamp,
    pub(crate) message: SecretBytes,
    pub(crate) chunk: Uid,
    pub(crate) index: u32,
}

/// So many searches go on at once: each has a page and some chunks in memory, and keeps a processor busy.
const SEARCHES_MAX: usize = 4;

/// The turns of searches. The others wait.
pub struct Searches(Semaphore);

impl Default for Searches {
    fn default() -> Self {
        Self(Semaphore::new(SEARCHES_MAX))
    }
}

impl Room {
    pub(crate) async fn search(&self, permit: &Permit, search: &Search<'_>) -> Result<Page, Error> {
        let mut found = Found::new(search);
        if search.from > search.until {
            return Ok(found.page(None));
        }
        // It is never closed.
        let _turn = self.searches.0.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        let key = self.keys.log_key(search.group.scope.account).await?;
        let mut after: Option<ChunkPosition> = None;
        let mut searched = 0_usize;
        loop {
            let query = search.query(after);
            let chunks = self.store.log_chunks(search.group, &query).await?.open(permit)?;
            let Some(last) = chunks.last() else { return Ok(found.page(None)) };
            after = Some(last.position(query.order));
            for chunk in &chunks {
                let begin = search.rank(Position::before(chunk.chunk.first_at.as_millis()), chunk);
                if found.is_complete_before(begin) {
                    return Ok(found.page(None));
                }
                // What begins later is not needed to tell what came before.
                if searched > SEARCHED_BYTES_MAX && begin > found.begin {
                    return Ok(found.page(Some(begin)));
                }
                searched = searched.saturating_add(chunk.chunk.sealed.as_bytes().len());
                found.take(&key, chunk)?;
                // A search is long, and others want their turn.
                tokio::task::yield_now().await;
            }
        }
    }
}

impl Search<'_> {
    fn query(&self, after: Option<ChunkPosition>) -> LogChunksQuery {
        let begin = self.after.map(|after| after.at);
        let (from, until) = if self.is_backward {
            (self.from, begin.map_or(self.until, |begin| begin.min(self.until)))
        } else {
            (begin.map_or(self.from, |begin| begin.max(self.from)), self.until)
        };
        LogChunksQuery {
            streams: self.streams.clone(),
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
            order: if self.is_backward { ChunkOrder::LastDown } else { ChunkOrder::FirstUp },
            after,
            bytes_max: FETCHED_BYTES_MAX,
        }
    }

    /// The near end of a chunk, before which it holds nothing.
    fn rank(&self, forward: Position, chunk: &StoredLogChunk) -> Position {
        if self.is_backward { Position::behind(chunk.chunk.last_at.as_millis()).turned() } else { forward }
    }
}

/// The first of what was found, no more than a page. Positions are turned round when the search goes backward.
struct Found<'a> {
    search: &'a Search<'a>,
    /// Nothing before it is looked for.
    begin: Position,
    events: BTreeMap<Position, FoundEvent>,
    bytes: usize,
    /// The first that had no room: from there on nothing is kept.
    cut: Option<Position>,
}

impl<'a> Found<'a> {
    fn new(search: &'a Search<'a>) -> Self {
        let begin = if search.is_backward {
            search.after.unwrap_or(Position::behind(search.until)).turned()
        } else {
            search.after.unwrap_or(Position::before(search.from))
        };
        Self { search, begin, events: BTreeMap::new(), bytes: 0, cut: None }
    }

    fn is_complete_before(&self, begin: Position) -> bool {
        self.cut.is_some_and(|cut| cut < begin)
    }

    fn take(&mut self, key: &KeyMaterial, stored: &StoredLogChunk) -> Result<(), Error> {
        let search = self.search;
        let opened = open_chunk(key, search.group.uid, stored)?;
        let ingested_at = stored.chunk.ingested_at;
        let chunk = i64::try_from(stored.number).unwrap_or(i64::MAX);
        for (index, (at, message)) in (0_u32..).zip(opened.events()) {
            let event = i64::from(index);
            let position = Position { at: at.as_millis(), ingested_at: ingested_at.as_millis(), chunk, event };
            let rank = if search.is_backward { position.turned() } else { position };
            let is_wanted = (search.from..=search.until).contains(&position.at)
                && rank > self.begin
                && self.cut.is_none_or(|cut| rank < cut)
                && search.pattern.is_none_or(|pattern| pattern.matches(message));
            if !is_wanted {
                continue;
            }
            self.bytes = self.bytes.saturating_add(weight(message.len()));
            let event = FoundEvent {
                stream_name: Arc::clone(&stored.stream_name),
                at,
                ingested_at,
                message: SecretBytes::copy_of(message.as_bytes()),
                chunk: stored.chunk.uid,
                index,
            };
            self.events.insert(rank, event);
            self.make_room();
        }
        Ok(())
    }

    fn make_room(&mut self) {
        while self.events.len() > self.search.limit || (self.bytes > PAGE_BYTES_MAX && self.events.len() > 1) {
            let Some((rank, event)) = self.events.pop_last() else { return };
            self.bytes = self.bytes.saturating_sub(weight(event.message.len()));
            self.cut = Some(rank);
        }
    }

    /// `unsearched` is where the search was ended: what was found behind it is found again.
    fn page(mut self, unsearched: Option<Position>) -> Page {
        if let Some(unsearched) = unsearched {
            self.events.split_off(&unsearched);
        }
        let turn = |rank: Position| if self.search.is_backward { rank.turned() } else { rank };
        let next = match (self.cut, unsearched) {
            (Some(_), None) => self.events.last_key_value().map(|(rank, _)| *rank),
            // Whatever comes first: the rest of a full page, or what was not searched.
            (Some(cut), Some(unsearched)) if cut < unsearched => self.events.last_key_value().map(|(rank, _)| *rank),
            (_, unsearched) => unsearched,
        };
        Page {
            next: next.map(turn),
            events: self.events.into_iter().map(|(rank, event)| (turn(rank), event)).collect(),
        }
    }
}

fn weight(message: usize) -> usize {
    message.saturating_add(EVENT_OVERHEAD_BYTES)
}
