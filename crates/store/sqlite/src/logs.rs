//! Reading log groups and what lies in them.

use std::sync::Arc;

use contract::{
    Answer, CHUNK_SPAN_MS, ChunkOrder, ChunkPosition, Guarded, GuardedLogs, LogChunk, LogChunksQuery, LogGroupDetails,
    LogGroupRecord, LogGroupsFilter, LogGroupsQuery, LogReads, LogRemains, LogStreamOrder, LogStreamPosition,
    LogStreamRecord, LogStreamsQuery, LogStreamsWanted, SealedBytes, StoreError, StoredLogChunk, log_group_arn,
    log_stream_arn,
};
use rusqlite::{Connection, OptionalExtension, Result, Row, params_from_iter, types::Value};
use terms::{Scope, Timestamp, Uid};

use crate::{
    read::{parsed, scope_of},
    store::SqliteStore,
};

const GROUP: &str = "SELECT account, region, name, uid, revision, details, stored_bytes, is_deleted FROM log_group \
     JOIN scope ON scope.id = scope";
const STREAM: &str = "SELECT log_stream.name, log_stream.uid, created_at, first_event_at, last_event_at, \
     last_ingested_at FROM log_stream JOIN log_group ON log_group.id = log_group";

impl LogReads for SqliteStore {
    fn log_group<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<LogGroupRecord>>>, StoreError>> {
        let name = name.to_owned();
        let found = self.read(move |connection| group_by_name(connection, scope, &name));
        Box::pin(async move { Ok(found.await?.map(guarded)) })
    }

    fn log_group_by_uid(&self, uid: Uid) -> Answer<'_, Result<Option<Guarded<Arc<LogGroupRecord>>>, StoreError>> {
        let found = self.read(move |connection| group_by_uid(connection, uid));
        Box::pin(async move { Ok(found.await?.map(guarded)) })
    }

    fn log_groups<'a>(
        &'a self,
        scope: Scope,
        query: &'a LogGroupsQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<Arc<LogGroupRecord>>>, StoreError>> {
        let query = query.clone();
        let found = self.read(move |connection| groups(connection, scope, &query));
        Box::pin(async move { Ok(GuardedLogs::of_scope(scope, found.await?.into_iter().map(Arc::new).collect())) })
    }

    fn log_stream<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        name: &'a str,
    ) -> Answer<'a, Result<Option<GuardedLogs<Arc<LogStreamRecord>>>, StoreError>> {
        let (of, name) = (Arc::clone(group), name.to_owned());
        let found = self.read(move |connection| stream_by_name(connection, &of, &name));
        Box::pin(async move {
            let Some(stream) = found.await?.map(Arc::new) else { return Ok(None) };
            Ok(Some(GuardedLogs::of_stream(&Arc::clone(&stream), stream)))
        })
    }

    fn log_streams<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        query: &'a LogStreamsQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<Arc<LogStreamRecord>>>, StoreError>> {
        let (of, query) = (Arc::clone(group), query.clone());
        let found = self.read(move |connection| streams(connection, &of, &query));
        Box::pin(async move { Ok(GuardedLogs::of_group(group, found.await?.into_iter().map(Arc::new).collect())) })
    }

    fn log_chunks<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        query: &'a LogChunksQuery,
    ) -> Answer<'a, Result<GuardedLogs<Vec<StoredLogChunk>>, StoreError>> {
        let (uid, asked) = (group.uid, query.clone());
        let found = self.read(move |connection| chunks(connection, uid, &asked));
        Box::pin(async move {
            let found = found.await?;
            Ok(match &query.streams {
                LogStreamsWanted::One(stream) => GuardedLogs::of_stream(stream, found),
                _ => GuardedLogs::of_group(group, found),
            })
        })
    }

    fn log_remains<'a>(
        &'a self,
        group: &'a Arc<LogGroupRecord>,
        older_than: Option<Timestamp>,
        limit: u32,
    ) -> Answer<'a, Result<LogRemains, StoreError>> {
        let uid = group.uid;
        self.read(move |connection| remains(connection, uid, older_than, limit))
    }
}

fn guarded(group: LogGroupRecord) -> Guarded<Arc<LogGroupRecord>> {
    Guarded::of_log_group(Arc::new(group))
}

fn group_by_name(connection: &Connection, scope: Scope, name: &str) -> Result<Option<LogGroupRecord>> {
    let sql = format!("{GROUP} WHERE account = ? AND region = ? AND name = ? AND is_deleted = 0");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row((scope.account.as_str(), scope.region.as_str(), name), group).optional()
}

fn group_by_uid(connection: &Connection, uid: Uid) -> Result<Option<LogGroupRecord>> {
    let mut statement = connection.prepare_cached(&format!("{GROUP} WHERE uid = ?"))?;
    statement.query_row([uid.as_bytes()], group).optional()
}

fn groups(connection: &Connection, scope: Scope, query: &LogGroupsQuery) -> Result<Vec<LogGroupRecord>> {
    let mut asked = Asked::new(format!("{GROUP} WHERE account = ? AND region = ? AND is_deleted = 0"));
    asked.give(scope.account.as_str().to_owned()).give(scope.region.as_str().to_owned());
    match &query.filter {
        LogGroupsFilter::Every => {}
        LogGroupsFilter::Prefix(prefix) => asked.and_prefix("name", prefix),
        LogGroupsFilter::Part(part) => {
            asked.and("instr(name, ?)").give(part.clone());
        }
        LogGroupsFilter::Named(names) => asked.and_one_of("name", names),
    }
    if let Some(after) = &query.after {
        asked.and("name > ?").give(after.clone());
    }
    asked.sql.push_str(" ORDER BY name LIMIT ?");
    asked.give(limit(query.limit));
    asked.rows(connection, group)
}

fn group(row: &Row<'_>) -> Result<LogGroupRecord> {
    let scope = scope_of(row, 0)?;
    let name: Arc<str> = row.get(2)?;
    let details: LogGroupDetails = parsed(5, serde_json::from_str(row.get_ref(5)?.as_str()?).ok())?;
    Ok(LogGroupRecord {
        scope,
        uid: Uid::from_bytes(row.get(3)?),
        arn: log_group_arn(scope, &name),
        name,
        revision: row.get(4)?,
        details,
        stored_bytes: row.get(6)?,
        is_deleted: row.get(7)?,
    })
}

fn stream_by_name(connection: &Connection, group: &LogGroupRecord, name: &str) -> Result<Option<LogStreamRecord>> {
    let sql = format!(
        "{STREAM} WHERE log_group.uid = ? AND log_group.is_deleted = 0 AND log_stream.name = ? \
         AND log_stream.is_deleted = 0"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row((group.uid.as_bytes(), name), |row| stream(row, group)).optional()
}

fn streams(connection: &Connection, group: &LogGroupRecord, query: &LogStreamsQuery) -> Result<Vec<LogStreamRecord>> {
    let mut asked = Asked::new(format!(
        "{STREAM} WHERE log_group.uid = ? AND log_group.is_deleted = 0 AND log_stream.is_deleted = 0"
    ));
    asked.give(group.uid.as_bytes().to_vec());
    if let Some(prefix) = &query.prefix {
        asked.and_prefix("log_stream.name", prefix);
    }
    let (beyond, direction) = if query.descending { ("<", "DESC") } else { (">", "ASC") };
    match (query.order, &query.after) {
        (_, None) => {}
        (LogStreamOrder::Name, Some(LogStreamPosition { name, .. })) => {
            asked.and(&format!("log_stream.name {beyond} ?")).give(name.clone());
        }
        (LogStreamOrder::LastEvent, Some(LogStreamPosition { last_event_at, name })) => {
            asked.and(&format!("(coalesce(last_event_at, -1), log_stream.name) {beyond} (?, ?)"));
            asked.give(last_event_at.map_or(-1, Timestamp::as_millis)).give(name.clone());
        }
    }
    asked.sql.push_str(&match query.order {
        LogStreamOrder::Name => format!(" ORDER BY log_stream.name {direction} LIMIT ?"),
        LogStreamOrder::LastEvent => {
            format!(" ORDER BY coalesce(last_event_at, -1) {direction}, log_stream.name {direction} LIMIT ?")
        }
    });
    asked.give(limit(query.limit));
    asked.rows(connection, |row| stream(row, group))
}

fn stream(row: &Row<'_>, group: &LogGroupRecord) -> Result<LogStreamRecord> {
    let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis));
    let name: Arc<str> = row.get(0)?;
    Ok(LogStreamRecord {
        scope: group.scope,
        uid: Uid::from_bytes(row.get(1)?),
        group: group.uid,
        group_arn: Arc::clone(&group.arn),
        arn: log_stream_arn(&group.arn, &name),
        name,
        created_at: Timestamp::from_millis(row.get(2)?),
        first_event_at: time(3)?,
        last_event_at: time(4)?,
        last_ingested_at: time(5)?,
    })
}

/// A chunk lies within a day, so that those which may reach into a span begin a day before it, and end a day behind it.
fn chunks(connection: &Connection, group: Uid, query: &LogChunksQuery) -> Result<Vec<StoredLogChunk>> {
    let mut asked = Asked::new(
        "SELECT chunk.id, log_stream.uid, log_stream.name, chunk.uid, first_at, last_at, ingested_at, events, bytes, \
         sealed FROM log_chunk AS chunk JOIN log_stream ON log_stream.id = stream AND log_stream.is_deleted = 0 \
         WHERE chunk.log_group = (SELECT id FROM log_group WHERE uid = ? AND is_deleted = 0)"
            .to_owned(),
    );
    asked.give(group.as_bytes().to_vec());
    let (from, until) = (query.from.as_millis(), query.until.as_millis());
    match query.order {
        ChunkOrder::FirstUp => asked.and("first_at BETWEEN ? AND ? AND last_at >= ?"),
        ChunkOrder::LastDown => asked.and("last_at BETWEEN ? AND ? AND first_at <= ?"),
    };
    match query.order {
        ChunkOrder::FirstUp => asked.give(from.saturating_sub(CHUNK_SPAN_MS)).give(until).give(from),
        ChunkOrder::LastDown => asked.give(from).give(until.saturating_add(CHUNK_SPAN_MS)).give(until),
    };
    match &query.streams {
        LogStreamsWanted::Every => {}
        LogStreamsWanted::One(stream) => {
            asked.and("stream = (SELECT id FROM log_stream WHERE uid = ?)").give(stream.uid.as_bytes().to_vec());
        }
        LogStreamsWanted::Named(names) => asked.and_one_of("log_stream.name", names),
        LogStreamsWanted::Prefix(prefix) => asked.and_prefix("log_stream.name", prefix),
    }
    if let Some(ChunkPosition { at, number }) = query.after {
        asked.and(match query.order {
            ChunkOrder::FirstUp => "(first_at, chunk.id) > (?, ?)",
            ChunkOrder::LastDown => "(last_at, chunk.id) < (?, ?)",
        });
        asked.give(at.as_millis()).give(i64::try_from(number).unwrap_or(i64::MAX));
    }
    asked.sql.push_str(match query.order {
        ChunkOrder::FirstUp => " ORDER BY first_at, chunk.id",
        ChunkOrder::LastDown => " ORDER BY last_at DESC, chunk.id DESC",
    });
    let mut statement = connection.prepare_cached(&asked.sql)?;
    let mut rows = statement.query(params_from_iter(&asked.values))?;
    let (mut found, mut bytes) = (Vec::new(), 0_usize);
    while let Some(row) = rows.next()? {
        let chunk = chunk(row)?;
        bytes = bytes.saturating_add(chunk.chunk.sealed.as_bytes().len());
        found.push(chunk);
        if bytes >= query.bytes_max {
            break;
        }
    }
    Ok(found)
}

fn chunk(row: &Row<'_>) -> Result<StoredLogChunk> {
    let time = |column| Ok::<_, rusqlite::Error>(Timestamp::from_millis(row.get(column)?));
    Ok(StoredLogChunk {
        number: row.get(0)?,
        stream: Uid::from_bytes(row.get(1)?),
        stream_name: row.get(2)?,
        chunk: LogChunk {
            uid: Uid::from_bytes(row.get(3)?),
            first_at: time(4)?,
            last_at: time(5)?,
            ingested_at: time(6)?,
            events: row.get(7)?,
            bytes: row.get(8)?,
            sealed: SealedBytes::new(row.get(9)?),
        },
    })
}

fn remains(connection: &Connection, group: Uid, older_than: Option<Timestamp>, limit: u32) -> Result<LogRemains> {
    let Some(found) = erasable(connection, group, older_than, limit.saturating_add(1))? else {
        return Ok(LogRemains { chunks: 0, streams: 0 });
    };
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Ok(LogRemains { chunks: count(found.chunks.len()), streams: count(found.streams.len()) })
}

/// What of a group is to be erased, so many of each at most. Streams come when their chunks are gone.
pub(crate) struct Erasable {
    pub(crate) group: i64,
    pub(crate) is_deleted: bool,
    /// Their numbers, and what they count.
    pub(crate) chunks: Vec<(i64, u64)>,
    pub(crate) streams: Vec<i64>,
}

pub(crate) fn erasable(
    connection: &Connection,
    group: Uid,
    older_than: Option<Timestamp>,
    limit: u32,
) -> Result<Option<Erasable>> {
    let mut statement = connection.prepare_cached("SELECT id, is_deleted FROM log_group WHERE uid = ?")?;
    let found = statement.query_row([group.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((group, is_deleted)) = found else { return Ok(None) };
    let mut erasable = Erasable { group, is_deleted, chunks: Vec::new(), streams: Vec::new() };
    let older_than = older_than.map_or(i64::MIN, Timestamp::as_millis);
    let limit = i64::from(limit);
    let mut sources = Vec::new();
    if is_deleted {
        sources.push(EVERY_CHUNK);
    } else {
        sources.push(EXPIRED_CHUNKS);
        // This may look through all chunks of the group, and is asked for every hour.
        if connection.prepare_cached(DELETED_STREAMS)?.exists((group, 1))? {
            sources.push(DELETED_CHUNKS);
        }
    }
    for sql in sources {
        let missing = limit.saturating_sub(i64::try_from(erasable.chunks.len()).unwrap_or(i64::MAX));
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map((group, older_than, missing), |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            erasable.chunks.push(row?);
        }
    }
    if i64::try_from(erasable.chunks.len()).unwrap_or(i64::MAX) < limit {
        let sql = if is_deleted { EVERY_STREAM } else { DELETED_STREAMS };
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map((group, limit), |row| row.get(0))?;
        erasable.streams = rows.collect::<Result<_>>()?;
    }
    Ok(Some(erasable))
}

const EVERY_CHUNK: &str = "SELECT id, bytes FROM log_chunk WHERE log_group = ?1 AND ?2 IS NOT NULL LIMIT ?3";

const EXPIRED_CHUNKS: &str =
    "SELECT id, bytes FROM log_chunk WHERE log_group = ?1 AND last_at < ?2 ORDER BY last_at LIMIT ?3";

/// Of streams that are deleted, but for what has expired, which is met before. What they hold lies between their first and
/// their last event.
const DELETED_CHUNKS: &str = "SELECT chunk.id, chunk.bytes FROM log_stream JOIN log_chunk AS chunk \
     ON chunk.log_group = log_stream.log_group AND stream = log_stream.id \
     AND first_at BETWEEN first_event_at AND last_event_at \
     WHERE log_stream.log_group = ?1 AND is_deleted = 1 AND last_at >= ?2 LIMIT ?3";

/// All chunks of the group's deleted streams are met by the time these are asked for.
const DELETED_STREAMS: &str = "SELECT id FROM log_stream WHERE log_group = ?1 AND is_deleted = 1 LIMIT ?2";

const EVERY_STREAM: &str = "SELECT id FROM log_stream WHERE log_group = ?1 AND is_deleted = 1 UNION ALL \
     SELECT id FROM log_stream WHERE log_group = ?1 AND is_deleted = 0 LIMIT ?2";

fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The first text behind all that begin so: SQLite compares text by its bytes, which is by its characters.
fn behind_all_with(prefix: &str) -> Option<String> {
    let mut rest: Vec<char> = prefix.chars().collect();
    while let Some(last) = rest.pop() {
        let mut behind = (u32::from(last)..=u32::from(char::MAX)).skip(1).filter_map(char::from_u32);
        if let Some(next) = behind.next() {
            rest.push(next);
            return Some(rest.into_iter().collect());
        }
    }
    None
}

/// A question that is put together of parts.
struct Asked {
    sql: String,
    values: Vec<Value>,
}

impl Asked {
    fn new(sql: String) -> Self {
        Self { sql, values: Vec::new() }
    }

    fn and(&mut self, condition: &str) -> &mut Self {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self
    }

    fn give(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self
    }

    /// Bounds that an index can use.
    fn and_prefix(&mut self, column: &str, prefix: &str) {
        self.and(&format!("{column} >= ?")).give(prefix.to_owned());
        if let Some(end) = behind_all_with(prefix) {
            self.and(&format!("{column} < ?")).give(end);
        }
    }

    fn and_one_of(&mut self, column: &str, names: &[String]) {
        let places = vec!["?"; names.len()].join(", ");
        self.and(&format!("{column} IN ({places})"));
        for name in names {
            self.give(name.clone());
        }
    }

    fn rows<T>(&self, connection: &Connection, read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let rows = statement.query_map(params_from_iter(&self.values), read)?;
        rows.collect()
    }
}
