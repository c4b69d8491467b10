-- IAM: users, groups, roles, policies and what hangs from them; accounts that can be named and closed; resource policies.

ALTER TABLE account ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN status TEXT NOT NULL DEFAULT 'Active' CHECK (status IN ('Active', 'Closed'));
-- Raised by every change of the account's IAM. A change is committed only against the revision that it read.
ALTER TABLE account ADD COLUMN identity_revision INTEGER NOT NULL DEFAULT 0;

-- Absent for keys of the account's root user.
ALTER TABLE credential ADD COLUMN user_id TEXT;
CREATE INDEX credential_by_account ON credential (account);

-- One row an entity. An account's are always read together and kept in memory, so no query looks into a body.
CREATE TABLE identity (
    account TEXT NOT NULL REFERENCES account,
    kind    TEXT NOT NULL,
    -- Unique in its kind whatever its case, so it is kept folded.
    name    TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (account, kind, name)
) STRICT, WITHOUT ROWID;

-- Access keys, and roles by their id. Bookkeeping: lost in a crash without harm.
CREATE TABLE last_use (
    id      TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    region  TEXT NOT NULL,
    service TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE secret ADD COLUMN resource_policy TEXT;
