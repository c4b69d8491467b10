-- The timeline of rotations in the order in which its attempts were first told. Clocks cannot tell it: two attempts may
-- begin within a millisecond, and a clock may be set back.

CREATE TABLE timeline (
    secret   BLOB NOT NULL CHECK (length(secret) = 16),
    -- Counted within the secret.
    sequence INTEGER NOT NULL,
    id       BLOB NOT NULL CHECK (length(id) = 16),
    -- JSON.
    attempt  TEXT NOT NULL,
    PRIMARY KEY (secret, sequence),
    UNIQUE (secret, id)
) STRICT, WITHOUT ROWID;

INSERT INTO timeline (secret, sequence, id, attempt)
    SELECT secret, row_number() OVER (PARTITION BY secret ORDER BY started_at, id), id, attempt FROM rotation_attempt;
DROP TABLE rotation_attempt;
ALTER TABLE timeline RENAME TO rotation_attempt;
