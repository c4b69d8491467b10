//! From changes to rows. Every function here runs inside the writer's transaction.

use std::collections::HashMap;

use contract::{
    ATTEMPTS_KEPT, AccountRecord, Change, Commit, CommitError, DeploymentRecord, Guard, JobChange, KeyChange, LastUse,
    LogHead, Note, PendingRecord, PolicyDocument, RotationAttempt, SecretChange, SecretRecord, Value, VersionRecord,
};
use rusqlite::{Connection, OptionalExtension, params};
use terms::{AccountId, Day, Scope};

use crate::{
    failure::commit_error,
    read::{NEVER, labels_to_json, secrets_count, tags_to_json},
    scopes::{ScopeNumber, Scopes},
    versions::Counterparts,
    write_functions::change_function,
    write_identities::change_identities,
    write_keys::change_key,
    write_logs::{LogWeights, WeightChange, change_log_content, change_log_group},
};

/// How many secrets each scope holds, and how much the logs, so that quotas cost no counting. Exact, because there is one writer.
#[derive(Default)]
pub(crate) struct Counts {
    secrets: HashMap<ScopeNumber, u64>,
    logs: LogWeights,
}

/// What an applied commit leaves for the time after the transaction.
#[derive(Default)]
pub(crate) struct Applied {
    pub(crate) new_scopes: Vec<(Scope, ScopeNumber)>,
    created: Vec<ScopeNumber>,
    erased: Vec<ScopeNumber>,
    logs: WeightChange,
}

pub(crate) fn apply(
    connection: &Connection,
    scopes: &Scopes,
    counts: &mut Counts,
    commit: &Commit,
) -> Result<Applied, CommitError> {
    let mut writing = Writing { connection, scopes, applied: Applied::default() };
    for guard in &commit.guards {
        writing.check(guard, counts)?;
    }
    for change in &commit.changes {
        writing.change(change, counts)?;
    }
    for job in &commit.jobs {
        writing.job(job)?;
    }
    for record in &commit.records {
        insert_pending(connection, record).map_err(commit_error)?;
    }
    Ok(writing.applied)
}

impl Counts {
    pub(crate) fn get(&mut self, connection: &Connection, number: ScopeNumber) -> Result<u64, CommitError> {
        if let Some(count) = self.secrets.get(&number) {
            return Ok(*count);
        }
        let count = secrets_count(connection, number).map_err(commit_error)?;
        self.secrets.insert(number, count);
        Ok(count)
    }

    /// The commit was written: what it created and erased counts for the next.
    pub(crate) fn settle(&mut self, applied: &Applied) {
        for number in &applied.created {
            self.secrets.entry(*number).and_modify(|count| *count = count.saturating_add(1));
        }
        for number in &applied.erased {
            self.secrets.entry(*number).and_modify(|count| *count = count.saturating_sub(1));
        }
        self.logs.settle(applied.logs);
    }

    /// The transaction failed as a whole: count again when asked.
    pub(crate) fn forget(&mut self) {
        self.secrets.clear();
        self.logs.forget();
    }
}

struct Writing<'a> {
    connection: &'a Connection,
    scopes: &'a Scopes,
    applied: Applied,
}

impl Writing<'_> {
    fn check(&mut self, guard: &Guard, counts: &mut Counts) -> Result<(), CommitError> {
        match guard {
            Guard::Fence { kind, subject, fence } => {
                let held: Option<u64> = self.query(
                    "SELECT fence FROM job WHERE kind = ? AND subject = ?",
                    (kind.as_str(), subject.as_bytes()),
                )?;
                if held == Some(*fence) { Ok(()) } else { Err(CommitError::Conflict) }
            }
            Guard::SecretAt { scope, name, revision } => {
                let number = self.scope(*scope)?;
                let sql = "SELECT revision FROM secret WHERE scope = ? AND name = ?";
                let held: Option<u64> = self.query(sql, (number, name.as_str()))?;
                if held == Some(*revision) { Ok(()) } else { Err(CommitError::Conflict) }
            }
            Guard::SecretsBelow { scope, limit } => {
                let number = self.scope(*scope)?;
                if counts.get(self.connection, number)? < *limit { Ok(()) } else { Err(CommitError::QuotaExceeded) }
            }
        }
    }

    fn change(&mut self, change: &Change, counts: &mut Counts) -> Result<(), CommitError> {
        match change {
            Change::Secret(SecretChange::Create { after }) => self.create_secret(after),
            Change::Secret(SecretChange::Update { before, after }) => self.update_secret(before, after),
            Change::Secret(SecretChange::Erase { before }) => self.erase_secret(before),
            Change::Account(account) => self.insert_account(account),
            Change::CloseAccount(account) => self.close_account(*account),
            Change::Identity(change) => change_identities(self.connection, change),
            Change::Key(change) => {
                let (KeyChange::Create { after } | KeyChange::Update { after, .. }) = change;
                let number = self.scope(after.scope)?;
                change_key(self.connection, number, change)
            }
            Change::Function(change) => {
                let number = self.scope(change.function().scope)?;
                change_function(self.connection, number, change)
            }
            Change::LogGroup(change) => {
                let number = self.scope(change.group().scope)?;
                change_log_group(self.connection, number, change)
            }
            Change::LogContent(change) => {
                let so_far = self.applied.logs;
                self.applied.logs = change_log_content(self.connection, &mut counts.logs, so_far, change)?;
                Ok(())
            }
            Change::Deployment(deployment) => self.put_deployment(deployment),
            Change::RotationAttempt(attempt) => self.put_rotation_attempt(attempt),
        }
    }

    fn create_secret(&mut self, after: &SecretRecord) -> Result<(), CommitError> {
        let number = self.scope(after.scope)?;
        let inserted = self.execute(
            "INSERT OR IGNORE INTO secret (scope, name, uid, suffix, origin_region, generation, revision, created_at, \
             changed_at, delete_at, accessed_day, description, kms_key_id, partner_type, tags, labels, resource_policy, owning_service, rotation) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                number,
                after.name.as_str(),
                after.uid.as_bytes(),
                after.suffix.as_str(),
                after.origin_region.as_str(),
                after.generation,
                after.revision,
                after.created_at.as_millis(),
                after.changed_at.as_millis(),
                after.delete_at.map(terms::Timestamp::as_millis),
                after.accessed.day().map_or(NEVER, Day::number),
                after.description,
                after.kms_key_id,
                after.partner_type,
                after.tags.as_deref().map(tags_to_json),
                labels_to_json(after),
                after.resource_policy.as_ref().map(PolicyDocument::text),
                after.owning_service,
                rotation_to_json(after)?,
            ],
        )?;
        if inserted == 0 {
            return Err(CommitError::NameTaken);
        }
        let id = self.connection.last_insert_rowid();
        for version in &after.versions {
            self.insert_version(id, after.revision, version)?;
        }
        self.applied.created.push(number);
        Ok(())
    }

    /// Writes the difference. The revision in the WHERE clause is the guard.
    fn update_secret(&mut self, before: &SecretRecord, after: &SecretRecord) -> Result<(), CommitError> {
        let number = self.scope(before.scope)?;
        let id: i64 = self
            .query(
                "UPDATE secret SET origin_region = ?, generation = ?, revision = ?, changed_at = ?, delete_at = ?, \
                 description = ?, kms_key_id = ?, partner_type = ?, tags = ?, labels = ?, resource_policy = ?, \
                 owning_service = ?, rotation = ? \
                 WHERE scope = ? AND name = ? AND uid = ? AND revision = ? RETURNING id",
                params![
                    after.origin_region.as_str(),
                    after.generation,
                    after.revision,
                    after.changed_at.as_millis(),
                    after.delete_at.map(terms::Timestamp::as_millis),
                    after.description,
                    after.kms_key_id,
                    after.partner_type,
                    after.tags.as_deref().map(tags_to_json),
                    labels_to_json(after),
                    after.resource_policy.as_ref().map(PolicyDocument::text),
                    after.owning_service,
                    rotation_to_json(after)?,
                    number,
                    before.name.as_str(),
                    before.uid.as_bytes(),
                    before.revision,
                ],
            )?
            .ok_or(CommitError::Conflict)?;
        self.update_versions(id, before, after)
    }

    fn update_versions(&self, id: i64, before: &SecretRecord, after: &SecretRecord) -> Result<(), CommitError> {
        let mut known = Counterparts::among(&before.versions);
        for version in &after.versions {
            match known.find(version) {
                None => self.insert_version(id, after.revision, version)?,
                // Not loaded says nothing about the value: a version that lost its labels lets go of it.
                Some(old) if old.value == version.value || version.value == Value::NotLoaded => {}
                Some(_) => self.put_value(id, after.revision, version)?,
            }
        }
        let mut kept = Counterparts::among(&after.versions);
        for version in &before.versions {
            if kept.find(version).is_none() {
                let sql = "DELETE FROM version WHERE secret = ? AND version = ?";
                self.execute(sql, params![id, version.id.as_str()])?;
            }
        }
        Ok(())
    }

    fn erase_secret(&mut self, before: &SecretRecord) -> Result<(), CommitError> {
        let number = self.scope(before.scope)?;
        let sql = "SELECT id FROM secret WHERE scope = ? AND name = ? AND uid = ? AND revision = ?";
        let id: i64 = self
            .query(sql, params![number, before.name.as_str(), before.uid.as_bytes(), before.revision])?
            .ok_or(CommitError::Conflict)?;
        self.execute("DELETE FROM version WHERE secret = ?", [id])?;
        self.execute("DELETE FROM secret WHERE id = ?", [id])?;
        self.execute("DELETE FROM rotation_attempt WHERE secret = ?", [before.uid.as_bytes()])?;
        self.applied.erased.push(number);
        Ok(())
    }

    fn insert_version(&self, secret: i64, revision: u64, version: &VersionRecord) -> Result<(), CommitError> {
        let sealed = match &version.value {
            Value::Absent => None,
            Value::Sealed(sealed) => Some(sealed.as_bytes()),
            Value::NotLoaded => return Err(CommitError::Internal("a new version came without its value".into())),
        };
        self.execute(
            "INSERT INTO version (secret, version, created_at, accessed_day, value_revision, sealed) \
             VALUES (?, ?, ?, ?, ?, ?)",
            params![
                secret,
                version.id.as_str(),
                version.created_at.as_millis(),
                version.accessed.day().map_or(NEVER, Day::number),
                revision,
                sealed
            ],
        )?;
        Ok(())
    }

    /// A placeholder is filled, or a value was sealed anew under another key.
    fn put_value(&self, secret: i64, revision: u64, version: &VersionRecord) -> Result<(), CommitError> {
        let Value::Sealed(sealed) = &version.value else {
            return Err(CommitError::Internal("a version lost its value".into()));
        };
        self.execute(
            "UPDATE version SET sealed = ?, value_revision = ?, created_at = ? WHERE secret = ? AND version = ?",
            params![sealed.as_bytes(), revision, version.created_at.as_millis(), secret, version.id.as_str()],
        )?;
        Ok(())
    }

    fn insert_account(&self, account: &AccountRecord) -> Result<(), CommitError> {
        let inserted = self.execute(
            "INSERT OR IGNORE INTO account (account, name, created_at, wrapped_key) VALUES (?, ?, ?, ?)",
            params![account.id.as_str(), account.name, account.created_at.as_millis(), account.wrapped_key],
        )?;
        if inserted == 1 { Ok(()) } else { Err(CommitError::NameTaken) }
    }

    fn close_account(&self, account: AccountId) -> Result<(), CommitError> {
        let sql = "UPDATE account SET status = 'Closed' WHERE account = ? AND status = 'Active'";
        let closed = self.execute(sql, params![account.as_str()])?;
        if closed == 1 { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// A deployment has one row, and the first start makes it.
    fn put_deployment(&self, deployment: &DeploymentRecord) -> Result<(), CommitError> {
        let DeploymentRecord { uid, revision, root_key_id, custody, sealed_root_key, wrapped_key } = deployment;
        let put = if *revision == 1 {
            self.execute(
                "INSERT INTO deployment (uid, revision, root_key_id, custody, sealed_root_key, wrapped_key) \
                 SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM deployment)",
                params![uid.as_bytes(), revision, root_key_id, custody, sealed_root_key, wrapped_key],
            )?
        } else {
            self.execute(
                "UPDATE deployment SET revision = ?2, root_key_id = ?3, custody = ?4, sealed_root_key = ?5, \
                 wrapped_key = ?6 WHERE uid = ?1 AND revision = ?2 - 1",
                params![uid.as_bytes(), revision, root_key_id, custody, sealed_root_key, wrapped_key],
            )?
        };
        if put == 1 { Ok(()) } else { Err(CommitError::Conflict) }
    }

    fn put_rotation_attempt(&self, attempt: &RotationAttempt) -> Result<(), CommitError> {
        let json = serde_json::to_string(attempt).map_err(|error| CommitError::Internal(error.to_string().into()))?;
        let secret = attempt.secret.as_bytes();
        self.execute(
            "INSERT INTO rotation_attempt (secret, sequence, id, attempt) \
             SELECT ?1, coalesce(max(sequence), 0) + 1, ?2, ?3 FROM rotation_attempt WHERE secret = ?1 \
             ON CONFLICT (secret, id) DO UPDATE SET attempt = excluded.attempt",
            params![secret, attempt.id.as_bytes(), json],
        )?;
        // Only the oldest ever go, so that there are no gaps.
        let kept = i64::try_from(ATTEMPTS_KEPT).unwrap_or(i64::MAX);
        self.execute(
            "DELETE FROM rotation_attempt WHERE secret = ?1 AND sequence <= \
             (SELECT max(sequence) FROM rotation_attempt WHERE secret = ?1) - ?2",
            params![secret, kept],
        )?;
        Ok(())
    }

    fn job(&mut self, job: &JobChange) -> Result<(), CommitError> {
        match job {
            JobChange::Schedule { kind, subject, scope, name, due_at } => {
                let number = self.scope(*scope)?;
                // The fence begins at the secret's or key's revision, which never comes again: a lease from before the job was
                // cancelled stays worthless when the job comes back.
                self.execute(
                    "INSERT INTO job (kind, subject, scope, name, due_at, fence) VALUES (?1, ?2, ?3, ?4, ?5, \
                     coalesce((SELECT revision FROM secret WHERE scope = ?3 AND name = ?4 AND uid = ?2), \
                     (SELECT revision FROM kms_key WHERE uid = ?2), 0)) \
                     ON CONFLICT (kind, subject) DO UPDATE \
                     SET due_at = excluded.due_at, fence = fence + 1, leased = 0",
                    params![kind.as_str(), subject.as_bytes(), number, name, due_at.as_millis()],
                )?;
            }
            JobChange::Lease { kind, subject, until } => {
                let sql = "UPDATE job SET due_at = ?, fence = fence + 1, leased = 1 WHERE kind = ? AND subject = ?";
                self.execute(sql, params![until.as_millis(), kind.as_str(), subject.as_bytes()])?;
            }
            JobChange::Cancel { kind, subject } => {
                let sql = "DELETE FROM job WHERE kind = ? AND subject = ?";
                self.execute(sql, params![kind.as_str(), subject.as_bytes()])?;
            }
        }
        Ok(())
    }

    fn scope(&mut self, scope: Scope) -> Result<ScopeNumber, CommitError> {
        if let Some(number) = self.scopes.number(scope) {
            return Ok(number);
        }
        let number = self.scopes.number_or_insert(self.connection, scope).map_err(commit_error)?;
        self.applied.new_scopes.push((scope, number));
        Ok(number)
    }

    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, CommitError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(commit_error)
    }

    fn query<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Option<T>, CommitError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(commit_error)?;
        statement.query_row(params, |row| row.get(0)).optional().map_err(commit_error)
    }
}

fn insert_pending(connection: &Connection, record: &PendingRecord) -> rusqlite::Result<usize> {
    connection.prepare_cached("INSERT INTO trail_pending (ticket, event, record) VALUES (?, ?, ?)")?.execute(params![
        record.ticket,
        record.event.as_bytes(),
        &*record.bytes
    ])
}

pub(crate) fn note(connection: &Connection, scopes: &Scopes, note: &Note) -> rusqlite::Result<()> {
    match note {
        Note::Accessed { scope, name, secret, version, day } => {
            // A scope that was never written to holds no secrets.
            let Some(number) = scopes.number(*scope) else { return Ok(()) };
            note_access(connection, (number, name.as_str(), secret.as_bytes()), (version.as_str(), day.number()))
        }
        Note::Used { id, last_use: LastUse { at, region, service } } => connection
            .prepare_cached(
                "INSERT INTO last_use (id, at, region, service) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE \
                 SET at = excluded.at, region = excluded.region, service = excluded.service WHERE at < excluded.at",
            )?
            .execute(params![id, at.as_millis(), region.as_str(), service])
            .map(drop),
        Note::Recorded { tickets } => {
            let mut statement = connection.prepare_cached("DELETE FROM trail_pending WHERE ticket BETWEEN ? AND ?")?;
            ranges(tickets).try_for_each(|range| statement.execute(range).map(drop))
        }
        Note::LogHead(LogHead { log_id, sequence, mac }) => connection
            .prepare_cached(
                "INSERT INTO log_head (log_id, sequence, mac) VALUES (?, ?, ?) ON CONFLICT (log_id) DO UPDATE \
                 SET sequence = excluded.sequence, mac = excluded.mac WHERE sequence < excluded.sequence",
            )?
            .execute(params![log_id, sequence, mac])
            .map(drop),
    }
}

fn note_access(
    connection: &Connection,
    (scope, name, uid): (ScopeNumber, &str, &[u8; 16]),
    (version, day): (&str, i32),
) -> rusqlite::Result<()> {
    let noted: Option<i64> = connection
        .prepare_cached(
            "UPDATE secret SET accessed_day = max(accessed_day, ?) WHERE scope = ? AND name = ? AND uid = ? RETURNING id",
        )?
        .query_row((day, scope, name, uid), |row| row.get(0))
        .optional()?;
    let Some(id) = noted else { return Ok(()) };
    connection
        .prepare_cached("UPDATE version SET accessed_day = max(accessed_day, ?) WHERE secret = ? AND version = ?")?
        .execute((day, id, version))?;
    Ok(())
}

fn rotation_to_json(secret: &SecretRecord) -> Result<Option<String>, CommitError> {
    let json = secret.rotation.as_deref().map(serde_json::to_string).transpose();
    json.map_err(|error| CommitError::Internal(error.to_string().into()))
}

/// Neighbouring tickets as ranges: they are mostly handed out and settled in order.
fn ranges(tickets: &[u64]) -> impl Iterator<Item = (u64, u64)> {
    let mut sorted = tickets.to_vec();
    sorted.sort_unstable();
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for ticket in sorted {
        match ranges.last_mut() {
            Some((_, last)) if ticket <= last.saturating_add(1) => *last = ticket,
            _ => ranges.push((ticket, ticket)),
        }
    }
    ranges.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_tickets_become_ranges() {
        assert_eq!(ranges(&[3, 1, 2, 9, 7]).collect::<Vec<_>>(), [(1, 3), (7, 7), (9, 9)]);
        assert_eq!(ranges(&[]).count(), 0);
    }
}
