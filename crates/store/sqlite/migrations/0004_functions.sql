-- Lambda: functions, their versions, and their code.

CREATE TABLE function (
    uid      BLOB PRIMARY KEY CHECK (length(uid) = 16),
    scope    INTEGER NOT NULL REFERENCES scope,
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- JSON: aliases, policies, tags and the like. Functions are always read whole and kept in memory.
    details  TEXT NOT NULL,
    UNIQUE (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE function_version (
    function    BLOB NOT NULL REFERENCES function,
    -- 0 for $LATEST.
    number      INTEGER NOT NULL CHECK (number >= 0),
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    code_bytes  INTEGER NOT NULL,
    -- JSON.
    details     TEXT NOT NULL,
    -- Sealed. NULL where none was ever given.
    environment BLOB,
    PRIMARY KEY (function, number)
) STRICT, WITHOUT ROWID;

-- Archives, as long as a version has them. Read when a host does not have them, and never kept in memory. With a row id,
-- because they are large.
CREATE TABLE function_code (
    function BLOB NOT NULL REFERENCES function,
    sha256   BLOB NOT NULL CHECK (length(sha256) = 32),
    -- Sealed, bound to function and digest.
    sealed   BLOB NOT NULL,
    PRIMARY KEY (function, sha256)
) STRICT;
