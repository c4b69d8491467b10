//! Log groups, their streams, and what was written to them, as they are kept.
//!
//! A group is guarded as a secret is: its retention, its tags and its protection change under a permit, raise its revision,
//! and have a record each. What lies in a group is content, and has no revision. A stream is the name of a place in a
//! group: every writer makes its own, many at once, and a group that is deleted takes all of them along. Events come by the
//! million. So a change of content needs a permit all the same, and carries the record of its call when it came by the API,
//! but nobody counts whether the trail tells of each: what a function prints is not called by anybody, and what has expired
//! was condemned by a retention policy, of which the trail tells. That events were not made up, changed or moved is held by
//! their seal instead.

use std::sync::Arc;

use policy::{Permit, WrongPermit};
use serde::{Deserialize, Serialize};
use terms::{Scope, Timestamp, Uid};

use crate::{Answer, CommitError, Guarded, SealedBytes, StoreError, Tag};

/// What the events of one chunk may lie apart: a reader finds by it how far before a moment its chunks begin.
pub const CHUNK_SPAN_MS: i64 = 24 * 60 * 60 * 1000;

/// What a chunk takes beside its events, for the bounds of what is kept.
pub const CHUNK_OVERHEAD_BYTES: u64 = 256;

/// A group, without what lies in it.
///
/// INVARIANT (revision): every change raises `revision` by one, and is committed only against the revision it read.
#[derive(Clone, Debug, PartialEq)]
pub struct LogGroupRecord {
    pub scope: Scope,
    pub uid: Uid,
    pub name: Arc<str>,
    /// Without `:*` behind it.
    pub arn: Arc<str>,
    pub revision: u64,
    pub details: LogGroupDetails,
    /// As PutLogEvents counts: of messages, and 26 for each.
    pub stored_bytes: u64,
    /// It is gone, its name is free, and what lay in it is being erased.
    pub is_deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogGroupDetails {
    pub created_at: Timestamp,
    /// None keeps events for ever.
    pub retention_days: Option<u32>,
    /// It is not deleted, and neither are its streams, as long as this holds.
    pub is_protected: bool,
    pub tags: Vec<Tag>,
}

/// A group before and after.
#[derive(Clone, Debug)]
pub enum LogGroupChange {
    /// The name must be free in the scope.
    Create { after: Arc<LogGroupRecord> },
    /// The revision must be the one of `before`; `after` carries the next.
    Update { before: Arc<LogGroupRecord>, after: Arc<LogGroupRecord> },
    /// The revision must be the one of `before`. Streams and events are out of sight at once, and erased by and by.
    Delete { before: Arc<LogGroupRecord> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogStreamRecord {
    pub scope: Scope,
    pub uid: Uid,
    pub group: Uid,
    pub group_arn: Arc<str>,
    pub name: Arc<str>,
    pub arn: Arc<str>,
    pub created_at: Timestamp,
    /// Of the events that were written to it, also of those that are gone.
    pub first_event_at: Option<Timestamp>,
    pub last_event_at: Option<Timestamp>,
    pub last_ingested_at: Option<Timestamp>,
}

/// A change of what lies in a group.
#[derive(Clone, Debug)]
pub enum LogContentChange {
    /// The name must be free in the group, which must be there.
    CreateStream { stream: Arc<LogStreamRecord> },
    /// Its events are out of sight at once, and erased by and by.
    DeleteStream { stream: Arc<LogStreamRecord> },
    /// The stream must be there. Where the bounds are passed, the oldest chunks go: of this group, and of the group that
    /// holds most if the deployment holds too much.
    Append { stream: Arc<LogStreamRecord>, chunk: LogChunk, bounds: LogBounds },
    /// Of a group that is deleted, and of deleted streams: everything. Else what is older than this. So many chunks and
    /// so many streams at most.
    Erase { group: Arc<LogGroupRecord>, older_than: Option<Timestamp>, limit: u32 },
}

/// Events that were written together, in the order of their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    pub uid: Uid,
    pub first_at: Timestamp,
    /// At most [`CHUNK_SPAN_MS`] later.
    pub last_at: Timestamp,
    pub ingested_at: Timestamp,
    pub events: u32,
    /// As PutLogEvents counts.
    pub bytes: u64,
    /// The events, bound to this chunk of this stream of this group.
    pub sealed: SealedBytes,
}

/// What may be kept, counted as stored bytes and [`CHUNK_OVERHEAD_BYTES`].
///
/// The oldest goes first, rather than that a write is refused: what is looked for is what happened last, and a function that
/// prints too much loses what it printed before. Where all groups together are too large, the largest pays: then nobody
/// pushes out what others have written, unless these have written more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBounds {
    pub group_bytes: u64,
    pub deployment_bytes: u64,
}

/// Reading groups and what lies in them. Each method is one consistent answer.
pub trait LogReads: Send + Sync {
    fn log_group<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<LogGroupRecord>>>, StoreError>>;

    /// Also one that is deleted, until nothing is left of it.
    fn log_group_by_uid(&self, uid: Uid) -> Answer<'_, Result<Option<Guarded<Arc<LogGroupRecord>>>, StoreError>>;

    /// A page of the scope's groups, by name.
    fn log_groups<'a>(
        &'a self,
        scope: Scope,
        query: &'a LogGroupsQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<Arc<LogGroupRecord>>>, StoreError>>;

    fn log_stream<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        name: &'a str,
    ) -> Answer<'a, Result<Option<GuardedLogs<Arc<LogStreamRecord>>>, StoreError>>;

    /// A page of the group's streams.
    fn log_streams<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        query: &'a LogStreamsQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<Arc<LogStreamRecord>>>, StoreError>>;

    /// Some chunks that may hold what is looked for. None means that there are no more.
    fn log_chunks<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        query: &'a LogChunksQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<StoredLogChunk>>, StoreError>>;

    /// What [`LogContentChange::Erase`] would erase now, counted as far as its limit and one more.
    fn log_remains<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        older_than: Option<Timestamp>,
        limit: u32,
    ) -> Answer<'a, Result<LogRemains, StoreError>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroupsQuery {
    pub filter: LogGroupsFilter,
    /// Begin behind this name.
    pub after: Option<String>,
    pub limit: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogGroupsFilter {
    Every,
    Prefix(String),
    /// Somewhere in the name.
    Part(String),
    Named(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogStreamsQuery {
    pub prefix: Option<String>,
    pub order: LogStreamOrder,
    pub descending: bool,
    /// Begin behind this stream.
    pub after: Option<LogStreamPosition>,
    pub limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStreamOrder {
    Name,
    /// What has no events comes first.
    LastEvent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogStreamPosition {
    pub last_event_at: Option<Timestamp>,
    pub name: String,
}

/// Chunks that hold an event between two times, both included, or may hold one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunksQuery {
    pub streams: LogStreamsWanted,
    pub from: Timestamp,
    pub until: Timestamp,
    pub order: ChunkOrder,
    /// Begin behind this chunk.
    pub after: Option<ChunkPosition>,
    /// So much sealed text and one chunk at most.
    pub bytes_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogStreamsWanted {
    Every,
    One(Arc<LogStreamRecord>),
    Named(Vec<String>),
    Prefix(String),
}

/// In which order chunks are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkOrder {
    /// By their first events, the oldest first.
    FirstUp,
    /// By their last events, the newest first.
    LastDown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPosition {
    /// Of the first or the last event, by the order.
    pub at: Timestamp,
    pub number: u64,
}

/// A chunk as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLogChunk {
    /// Chunks are counted as they are written.
    pub number: u64,
    pub stream: Uid,
    pub stream_name: Arc<str>,
    pub chunk: LogChunk,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRemains {
    pub chunks: u32,
    pub streams: u32,
}

/// What a decision about a group is made from.
#[derive(Clone, Copy, Debug)]
pub struct LogGroupSubject<'a> {
    pub arn: &'a Arc<str>,
    pub scope: Scope,
    pub tags: &'a [Tag],
}

/// Groups, or what lies in one, behind a permit.
pub struct GuardedLogs<T> {
    /// For all of it.
    resource: Arc<str>,
    /// For this stream alone, if it is of one.
    stream_arn: Option<Arc<str>>,
    content: T,
}

impl LogGroupChange {
    /// The group before, or as it is created.
    pub fn group(&self) -> &Arc<LogGroupRecord> {
        match self {
            Self::Create { after } => after,
            Self::Update { before, .. } | Self::Delete { before } => before,
        }
    }

    /// INVARIANT (revision)
    pub(crate) fn require_sound(&self) -> Result<(), CommitError> {
        let is_sound = match self {
            Self::Create { after } => after.revision == 1 && !after.is_deleted,
            Self::Update { before, after } => {
                after.revision == before.revision.saturating_add(1)
                    && (after.uid, after.scope, &after.name) == (before.uid, before.scope, &before.name)
                    && !before.is_deleted
                    && !after.is_deleted
            }
            Self::Delete { before } => !before.is_deleted && !before.details.is_protected,
        };
        if is_sound { Ok(()) } else { Err(CommitError::Internal("a plan broke an invariant of log groups".into())) }
    }
}

impl LogContentChange {
    pub(crate) fn require_sound(&self) -> Result<(), CommitError> {
        let is_sound = match self {
            Self::CreateStream { .. } | Self::DeleteStream { .. } => true,
            Self::Append { chunk: LogChunk { first_at, last_at, .. }, .. } => {
                let span = last_at.as_millis().saturating_sub(first_at.as_millis());
                (0..=CHUNK_SPAN_MS).contains(&span)
            }
            Self::Erase { limit, .. } => *limit > 0,
        };
        if is_sound { Ok(()) } else { Err(CommitError::Internal("a plan broke an invariant of logs".into())) }
    }
}

impl<'a> LogGroupSubject<'a> {
    pub fn of(group: &'a LogGroupRecord) -> Self {
        let LogGroupRecord { arn, scope, details, .. } = group;
        Self { arn, scope: *scope, tags: &details.tags }
    }
}

impl LogGroupRecord {
    /// Is the permit for this group, or for something in it?
    pub(crate) fn require_permit(&self, permit: &Permit) -> Result<(), WrongPermit> {
        let resource = permit.resource_for(&[permit.action()])?;
        let inside = log_streams_resource(&self.arn);
        if **resource == *self.arn || resource.starts_with(&*inside) {
            return Ok(());
        }
        permit.covers_resource(&self.arn)
    }
}

impl LogStreamPosition {
    pub fn of(stream: &LogStreamRecord) -> Self {
        Self { last_event_at: stream.last_event_at, name: stream.name.to_string() }
    }
}

impl StoredLogChunk {
    pub fn position(&self, order: ChunkOrder) -> ChunkPosition {
        let at = match order {
            ChunkOrder::FirstUp => self.chunk.first_at,
            ChunkOrder::LastDown => self.chunk.last_at,
        };
        ChunkPosition { at, number: self.number }
    }
}

impl<T> GuardedLogs<T> {
    /// For store adapters: the groups of a scope.
    pub fn of_scope(scope: Scope, content: T) -> Self {
        Self { resource: log_groups_resource(scope), stream_arn: None, content }
    }

    /// For store adapters: of a whole group.
    pub fn of_group(group: &LogGroupRecord, content: T) -> Self {
        Self { resource: log_streams_resource(&group.arn), stream_arn: None, content }
    }

    /// For store adapters: of one stream.
    pub fn of_stream(stream: &LogStreamRecord, content: T) -> Self {
        let (resource, stream_arn) = (log_streams_resource(&stream.group_arn), Some(Arc::clone(&stream.arn)));
        Self { resource, stream_arn, content }
    }

    pub fn open(self, permit: &Permit) -> Result<T, WrongPermit> {
        if let Some(stream_arn) = &self.stream_arn
            && permit.covers_resource(stream_arn).is_ok()
        {
            return Ok(self.content);
        }
        permit.covers_resource(&self.resource)?;
        Ok(self.content)
    }
}

impl<T> std::fmt::Debug for GuardedLogs<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardedLogs(..)")
    }
}

/// `arn:aws:logs:us-east-1:123456789012:log-group:app`
pub fn log_group_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:logs:{region}:{account}:log-group:{name}", region.partition()).into()
}

/// What policies see of actions on all groups: `arn:aws:logs:us-east-1:123456789012:log-group::log-stream:`, as recorded.
pub fn log_groups_resource(scope: Scope) -> Arc<str> {
    log_streams_resource(&log_group_arn(scope, ""))
}

/// What policies see of actions on a group: its ARN and `:log-stream:`, as recorded. That is why they name groups with `:*`
/// behind them.
pub fn log_streams_resource(group_arn: &str) -> Arc<str> {
    log_stream_arn(group_arn, "")
}

/// `arn:aws:logs:us-east-1:123456789012:log-group:app:log-stream:2026/03/02/[1]0123`
pub fn log_stream_arn(group_arn: &str, name: &str) -> Arc<str> {
    format!("{group_arn}:log-stream:{name}").into()
}
