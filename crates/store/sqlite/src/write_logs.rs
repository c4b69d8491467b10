//! From changes of log groups, and of what lies in them, to rows.

use std::collections::HashMap;

use contract::{
    CHUNK_OVERHEAD_BYTES, CommitError, LogBounds, LogChunk, LogContentChange, LogGroupChange, LogGroupRecord,
    LogStreamRecord,
};
use rusqlite::{Connection, OptionalExtension, params};
use terms::Timestamp;

use crate::{failure::commit_error, logs::erasable, scopes::ScopeNumber};

/// Chunks that one write pushes out at most: so many that the largest makes room for itself among the smallest, and nothing
/// grows beyond its bound.
const EVICTED_MAX: u32 = 4096;

/// An operator is told of a group that loses events, and then not again for so long.
const NOTICE_REST_MS: i64 = 3_600_000;

/// What all log groups hold, so that the bound costs no counting. Exact, because there is one writer.
#[derive(Default)]
pub(crate) struct LogWeights {
    /// As the last transaction left it; counted when it is first asked for.
    settled: Option<u64>,
    noticed: HashMap<i64, Timestamp>,
}

/// How much heavier and how much lighter all groups became by one commit.
#[derive(Clone, Copy, Default)]
pub(crate) struct WeightChange {
    more: u64,
    less: u64,
}

impl LogWeights {
    fn total(&mut self, connection: &Connection) -> Result<u64, CommitError> {
        if let Some(total) = self.settled {
            return Ok(total);
        }
        let sql = "SELECT coalesce(sum(stored_bytes + ? * chunks), 0) FROM log_group";
        let total = connection.query_row(sql, [CHUNK_OVERHEAD_BYTES], |row| row.get(0)).map_err(commit_error)?;
        self.settled = Some(total);
        Ok(total)
    }

    /// The commit was written.
    pub(crate) fn settle(&mut self, change: WeightChange) {
        self.settled = self.settled.map(|total| change.applied_to(total));
    }

    /// The transaction failed as a whole: count again when asked.
    pub(crate) fn forget(&mut self) {
        self.settled = None;
    }

    fn notice(&mut self, group: i64, now: Timestamp) -> bool {
        let is_told = self.noticed.get(&group).is_some_and(|told| now.as_millis() < told.as_millis() + NOTICE_REST_MS);
        if !is_told {
            self.noticed.insert(group, now);
        }
        !is_told
    }
}

impl WeightChange {
    fn applied_to(self, total: u64) -> u64 {
        total.saturating_add(self.more).saturating_sub(self.less)
    }
}

/// The revision in the WHERE clause is the guard, and it fails before anything is written.
pub(crate) fn change_log_group(
    connection: &Connection,
    scope: ScopeNumber,
    change: &LogGroupChange,
) -> Result<(), CommitError> {
    let writing = Writing { connection };
    match change {
        LogGroupChange::Create { after } => writing.create_group(scope, after),
        LogGroupChange::Update { before, after } => writing.update_group(before, after),
        LogGroupChange::Delete { before } => writing.delete_group(before),
    }
}

/// Answers how much heavier the groups became.
pub(crate) fn change_log_content(
    connection: &Connection,
    weights: &mut LogWeights,
    so_far: WeightChange,
    change: &LogContentChange,
) -> Result<WeightChange, CommitError> {
    let writing = Writing { connection };
    match change {
        LogContentChange::CreateStream { stream } => writing.create_stream(stream).map(|()| so_far),
        LogContentChange::DeleteStream { stream } => writing.delete_stream(stream).map(|()| so_far),
        LogContentChange::Append { stream, chunk, bounds } => writing.append(weights, so_far, stream, chunk, *bounds),
        LogContentChange::Erase { group, older_than, limit } => {
            // Counted before anything changes.
            weights.total(connection)?;
            writing.erase(so_far, group, *older_than, *limit)
        }
    }
}

struct Writing<'a> {
    connection: &'a Connection,
}

impl Writing<'_> {
    fn create_group(&self, scope: ScopeNumber, after: &LogGroupRecord) -> Result<(), CommitError> {
        let inserted = self.execute(
            "INSERT OR IGNORE INTO log_group (scope, name, uid, revision, details) VALUES (?, ?, ?, ?, ?)",
            params![scope, &*after.name, after.uid.as_bytes(), after.revision, details(after)?],
        )?;
        if inserted == 1 { Ok(()) } else { Err(CommitError::NameTaken) }
    }

    fn update_group(&self, before: &LogGroupRecord, after: &LogGroupRecord) -> Result<(), CommitError> {
        let updated = self.execute(
            "UPDATE log_group SET revision = ?, details = ? WHERE uid = ? AND revision = ? AND is_deleted = 0",
            params![after.revision, details(after)?, before.uid.as_bytes(), before.revision],
        )?;
        if updated == 1 { Ok(()) } else { Err(CommitError::Conflict) }
    }

    fn delete_group(&self, before: &LogGroupRecord) -> Result<(), CommitError> {
        let deleted = self.execute(
            "UPDATE log_group SET revision = revision + 1, is_deleted = 1 \
             WHERE uid = ? AND revision = ? AND is_deleted = 0",
            params![before.uid.as_bytes(), before.revision],
        )?;
        if deleted == 1 { Ok(()) } else { Err(CommitError::Conflict) }
    }

    fn create_stream(&self, stream: &LogStreamRecord) -> Result<(), CommitError> {
        let sql = "SELECT id FROM log_group WHERE uid = ? AND is_deleted = 0";
        let group: i64 = self.number(sql, params![stream.group.as_bytes()])?.ok_or(CommitError::Conflict)?;
        let inserted = self.execute(
            "INSERT OR IGNORE INTO log_stream (log_group, name, uid, created_at) VALUES (?, ?, ?, ?)",
            params![group, &*stream.name, stream.uid.as_bytes(), stream.created_at.as_millis()],
        )?;
        if inserted == 1 { Ok(()) } else { Err(CommitError::NameTaken) }
    }

    fn delete_stream(&self, stream: &LogStreamRecord) -> Result<(), CommitError> {
        let sql = "UPDATE log_stream SET is_deleted = 1 WHERE uid = ? AND is_deleted = 0";
        let deleted = self.execute(sql, params![stream.uid.as_bytes()])?;
        if deleted == 1 { Ok(()) } else { Err(CommitError::Conflict) }
    }

    fn append(
        &self,
        weights: &mut LogWeights,
        so_far: WeightChange,
        stream: &LogStreamRecord,
        chunk: &LogChunk,
        bounds: LogBounds,
    ) -> Result<WeightChange, CommitError> {
        let total = weights.total(self.connection)?;
        let updated = self.connection.prepare_cached(
            "UPDATE log_stream SET first_event_at = min(coalesce(first_event_at, ?2), ?2), \
             last_event_at = max(coalesce(last_event_at, ?3), ?3), last_ingested_at = ?4 \
             WHERE uid = ?1 AND is_deleted = 0 AND EXISTS \
             (SELECT 1 FROM log_group WHERE id = log_group AND is_deleted = 0) RETURNING id, log_group",
        );
        let (first_at, last_at) = (chunk.first_at.as_millis(), chunk.last_at.as_millis());
        let (uid, ingested_at) = (stream.uid.as_bytes(), chunk.ingested_at.as_millis());
        let found: Option<(i64, i64)> = updated
            .and_then(|mut statement| {
                let ids = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                statement.query_row((uid, first_at, last_at, ingested_at), ids).optional()
            })
            .map_err(commit_error)?;
        let (stream, group) = found.ok_or(CommitError::Conflict)?;
        self.execute(
            "INSERT INTO log_chunk (log_group, stream, uid, first_at, last_at, ingested_at, events, bytes, sealed) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                group,
                stream,
                chunk.uid.as_bytes(),
                first_at,
                last_at,
                ingested_at,
                chunk.events,
                chunk.bytes,
                chunk.sealed.as_bytes()
            ],
        )?;
        let own = self.connection.last_insert_rowid();
        let weight: u64 = self
            .number(
                "UPDATE log_group SET stored_bytes = stored_bytes + ?, chunks = chunks + 1 WHERE id = ? \
                 RETURNING stored_bytes + ? * chunks",
                params![chunk.bytes, group, CHUNK_OVERHEAD_BYTES],
            )?
            .ok_or(CommitError::Conflict)?;

        let mut change = so_far;
        change.more = change.more.saturating_add(chunk.bytes).saturating_add(CHUNK_OVERHEAD_BYTES);
        let mut evict = |group: i64, excess: u64, change: &mut WeightChange| -> Result<(), CommitError> {
            let evicted = self.evict(group, own, excess)?;
            change.less = change.less.saturating_add(evicted);
            if evicted > 0 && weights.notice(group, chunk.ingested_at) {
                self.tell_of_eviction(group)?;
            }
            Ok(())
        };
        if let Some(excess) = weight.checked_sub(bounds.group_bytes).filter(|excess| *excess > 0) {
            evict(group, excess, &mut change)?;
        }
        let excess = change.applied_to(total).checked_sub(bounds.deployment_bytes).filter(|excess| *excess > 0);
        if let Some(excess) = excess {
            let sql = "SELECT id FROM log_group ORDER BY stored_bytes + ? * chunks DESC LIMIT 1";
            if let Some(largest) = self.number(sql, params![CHUNK_OVERHEAD_BYTES])? {
                evict(largest, excess, &mut change)?;
            }
        }
        Ok(change)
    }

    /// Takes the oldest chunks out of a group until it is lighter by so much. The one that was just written stays.
    fn evict(&self, group: i64, but: i64, excess: u64) -> Result<u64, CommitError> {
        let oldest = "SELECT id, bytes FROM log_chunk WHERE log_group = ? AND id != ? ORDER BY last_at, id LIMIT ?";
        let chunks = self.chunks(oldest, params![group, but, EVICTED_MAX])?;
        let mut lighter = 0_u64;
        let mut gone = Vec::new();
        for (id, bytes) in chunks {
            if lighter >= excess {
                break;
            }
            lighter = lighter.saturating_add(bytes).saturating_add(CHUNK_OVERHEAD_BYTES);
            gone.push((id, bytes));
        }
        self.remove_chunks(group, &gone)?;
        Ok(lighter)
    }

    fn erase(
        &self,
        so_far: WeightChange,
        group: &LogGroupRecord,
        older_than: Option<Timestamp>,
        limit: u32,
    ) -> Result<WeightChange, CommitError> {
        let found = erasable(self.connection, group.uid, older_than, limit).map_err(commit_error)?;
        let Some(found) = found else { return Ok(so_far) };
        let lighter = self.remove_chunks(found.group, &found.chunks)?;
        for stream in &found.streams {
            self.execute("DELETE FROM log_stream WHERE id = ?", [stream])?;
        }
        if found.is_deleted {
            self.execute(
                "DELETE FROM log_group WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM log_chunk WHERE log_group = ?1) \
                 AND NOT EXISTS (SELECT 1 FROM log_stream WHERE log_group = ?1 AND is_deleted = 0) \
                 AND NOT EXISTS (SELECT 1 FROM log_stream WHERE log_group = ?1 AND is_deleted = 1)",
                [found.group],
            )?;
        }
        Ok(WeightChange { less: so_far.less.saturating_add(lighter), ..so_far })
    }

    /// Answers how much lighter the group became.
    fn remove_chunks(&self, group: i64, chunks: &[(i64, u64)]) -> Result<u64, CommitError> {
        for (id, _) in chunks {
            self.execute("DELETE FROM log_chunk WHERE id = ?", [id])?;
        }
        let bytes: u64 = chunks.iter().map(|(_, bytes)| bytes).sum();
        let count = u64::try_from(chunks.len()).unwrap_or(u64::MAX);
        if count > 0 {
            let sql = "UPDATE log_group SET stored_bytes = stored_bytes - ?, chunks = chunks - ? WHERE id = ?";
            self.execute(sql, params![bytes, count, group])?;
        }
        Ok(count.saturating_mul(CHUNK_OVERHEAD_BYTES).saturating_add(bytes))
    }

    fn tell_of_eviction(&self, group: i64) -> Result<(), CommitError> {
        let sql = "SELECT account, region, name FROM log_group JOIN scope ON scope.id = scope WHERE log_group.id = ?";
        let names = self.connection.prepare_cached(sql).and_then(|mut statement| {
            let names = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            statement.query_row([group], names).optional()
        });
        if let Some((account, region, log_group)) = names.map_err(commit_error)? {
            let (account, region, log_group): (String, String, String) = (account, region, log_group);
            tracing::warn!(
                target: "keepwell::operator",
                account,
                region,
                log_group,
                "a log group is full: its oldest events make room for new ones"
            );
        }
        Ok(())
    }

    fn chunks(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<(i64, u64)>, CommitError> {
        let rows = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?.collect());
        rows.map_err(commit_error)
    }

    fn number<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Option<T>, CommitError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(commit_error)?;
        statement.query_row(params, |row| row.get(0)).optional().map_err(commit_error)
    }

    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, CommitError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(commit_error)
    }
}

fn details(group: &LogGroupRecord) -> Result<String, CommitError> {
    serde_json::to_string(&group.details).map_err(|error| CommitError::Internal(error.to_string().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_write_makes_room_for_itself_among_the_smallest() {
        // One call of PutLogEvents may bring a mebibyte; an event without a message counts 26.
        let (largest, smallest) = (1_048_576 + CHUNK_OVERHEAD_BYTES, 26 + CHUNK_OVERHEAD_BYTES);
        assert!(u64::from(EVICTED_MAX) * smallest >= largest);
    }
}
