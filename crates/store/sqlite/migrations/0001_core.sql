-- Accounts, their keys and credentials; secrets with versions and labels; background jobs; the trail's insurance.
-- Times are milliseconds since 1970 in UTC and days are counted from there; both are given, never read from a clock.

-- An account in a region. Every tenant row begins with one; the number keeps indexes small.
CREATE TABLE scope (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    UNIQUE (account, region)
) STRICT;

CREATE TABLE account (
    account     TEXT PRIMARY KEY,
    created_at  INTEGER NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credential (
    access_key_id TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES account,
    created_at    INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')),
    sealed_secret BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The key under which everything else is sealed, wrapped under the root key; and where the root key is kept.
CREATE TABLE deployment (
    uid             BLOB PRIMARY KEY CHECK (length(uid) = 16),
    revision        INTEGER NOT NULL CHECK (revision > 0),
    -- Names the root key without telling anything of it.
    root_key_id     BLOB NOT NULL CHECK (length(root_key_id) = 16),
    custody         TEXT NOT NULL,
    -- NULL where custody holds the root key itself.
    sealed_root_key BLOB,
    wrapped_key     BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE kms_key (
    uid      BLOB PRIMARY KEY CHECK (length(uid) = 16),
    scope    INTEGER NOT NULL REFERENCES scope,
    key_id   TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- JSON: state, policy, tags and the like. Keys are always read whole and kept in memory.
    details  TEXT NOT NULL,
    UNIQUE (key_id, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE kms_material (
    key         BLOB NOT NULL REFERENCES kms_key,
    -- Counted from 1; ciphertexts name it.
    number      INTEGER NOT NULL CHECK (number > 0),
    material_id TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    origin      TEXT NOT NULL,
    -- Wrapped under the account's key.
    wrapped     BLOB NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE kms_alias (
    scope      INTEGER NOT NULL REFERENCES scope,
    name       TEXT NOT NULL,
    key        BLOB NOT NULL REFERENCES kms_key,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE kms_grant (
    key      BLOB NOT NULL REFERENCES kms_key,
    grant_id TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (key, grant_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    id            INTEGER PRIMARY KEY,
    scope         INTEGER NOT NULL REFERENCES scope,
    name          TEXT NOT NULL,
    uid           BLOB NOT NULL CHECK (length(uid) = 16),
    suffix        TEXT NOT NULL,
    origin_region TEXT NOT NULL,
    generation    INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    delete_at     INTEGER,
    -- The smallest 32-bit number means never.
    accessed_day  INTEGER NOT NULL,
    description   TEXT,
    kms_key_id    TEXT,
    partner_type  TEXT,
    -- JSON: [[key, value], ...]; NULL until first tagged.
    tags          TEXT,
    -- JSON: {label: version, ...}. INVARIANT (one holder): a label is a key, so it is on one version at most. In the
    -- secret's own row, because every new version moves labels and each page that a commit touches is written anew.
    labels        TEXT NOT NULL,
    UNIQUE (scope, name)
) STRICT;

-- A page of a list is a seek and never a sort, except in order of the last change: an index on it would be rewritten by
-- every new version, and cost each of them more than the rare list in that order costs (decision 0011).
CREATE INDEX secret_by_created ON secret (scope, created_at, name);
CREATE INDEX secret_by_accessed ON secret (scope, accessed_day, name);

CREATE TABLE version (
    secret         INTEGER NOT NULL REFERENCES secret,
    version        TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    accessed_day   INTEGER NOT NULL,
    -- The secret's revision that brought the value: what a replica has not seen yet.
    value_revision INTEGER NOT NULL,
    -- NULL for a rotation's placeholder. First byte: format version. AAD: ARN and version id.
    sealed         BLOB,
    PRIMARY KEY (secret, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    kind    TEXT NOT NULL,
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    scope   INTEGER NOT NULL REFERENCES scope,
    name    TEXT NOT NULL,
    due_at  INTEGER NOT NULL,
    fence   INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_by_due ON job (due_at);

-- Records of changes, in the transaction of the change, until the node's log holds them durably.
CREATE TABLE trail_pending (
    ticket INTEGER PRIMARY KEY,
    event  BLOB NOT NULL CHECK (length(event) = 16),
    record BLOB NOT NULL
) STRICT;

-- How far each log is known to reach: a shorter one has been cut.
CREATE TABLE log_head (
    log_id   BLOB PRIMARY KEY CHECK (length(log_id) = 16),
    sequence INTEGER NOT NULL,
    mac      BLOB NOT NULL
) STRICT, WITHOUT ROWID;
