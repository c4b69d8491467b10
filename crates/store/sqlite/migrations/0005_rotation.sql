-- Rotation of secrets: how each rotates, what became of each attempt, and jobs that take long.

-- JSON; NULL until rotation was first configured.
ALTER TABLE secret ADD COLUMN rotation TEXT;
-- The short name of the service that owns the secret.
ALTER TABLE secret ADD COLUMN owning_service TEXT;
-- 1 while somebody is at it, and then due_at is when they are given up. Opening the store ends all leases.
ALTER TABLE job ADD COLUMN leased INTEGER NOT NULL DEFAULT 0 CHECK (leased IN (0, 1));

CREATE TABLE rotation_attempt (
    secret     BLOB NOT NULL CHECK (length(secret) = 16),
    started_at INTEGER NOT NULL,
    id         BLOB NOT NULL CHECK (length(id) = 16),
    -- JSON.
    attempt    TEXT NOT NULL,
    PRIMARY KEY (secret, started_at, id)
) STRICT, WITHOUT ROWID;
