-- CloudWatch Logs: groups, their streams, and events in sealed chunks.

CREATE TABLE log_group (
    id           INTEGER PRIMARY KEY,
    scope        INTEGER NOT NULL REFERENCES scope,
    name         TEXT NOT NULL,
    uid          BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    revision     INTEGER NOT NULL CHECK (revision > 0),
    -- JSON: retention, tags and the like.
    details      TEXT NOT NULL,
    -- Its name is free, and what lies in it is being erased.
    is_deleted   INTEGER NOT NULL DEFAULT 0,
    -- Of all chunks: what their events count, and how many there are.
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    chunks       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX log_group_by_name ON log_group (scope, name) WHERE is_deleted = 0;

-- Streams and chunks name what they lie in without a foreign key, which would look for them whenever something goes.
CREATE TABLE log_stream (
    id               INTEGER PRIMARY KEY,
    log_group        INTEGER NOT NULL,
    name             TEXT NOT NULL,
    uid              BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    created_at       INTEGER NOT NULL,
    -- Of everything that was ever written to it; NULL before.
    first_event_at   INTEGER,
    last_event_at    INTEGER,
    last_ingested_at INTEGER,
    is_deleted       INTEGER NOT NULL DEFAULT 0
) STRICT;

-- No index on the last event, for it would be rewritten by every write: the list in that order sorts the group's streams
-- (decision 0011).
CREATE UNIQUE INDEX log_stream_by_name ON log_stream (log_group, name) WHERE is_deleted = 0;
CREATE INDEX log_stream_deleted ON log_stream (log_group) WHERE is_deleted = 1;

-- A row for everything that was written at once. Numbers count them in the order of writing.
CREATE TABLE log_chunk (
    id          INTEGER PRIMARY KEY,
    log_group   INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    uid         BLOB NOT NULL CHECK (length(uid) = 16),
    -- Of its events. They lie a day apart at most.
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    ingested_at INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    -- Bound to group, stream and chunk, and to all that stands beside it here but its number.
    sealed      BLOB NOT NULL
) STRICT;

-- With what a search asks before it opens a chunk, so that it reads no others.
CREATE INDEX log_chunk_by_first ON log_chunk (log_group, first_at, id, stream, last_at);
CREATE INDEX log_chunk_by_last ON log_chunk (log_group, last_at, id, stream, first_at, bytes);
