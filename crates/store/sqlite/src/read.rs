//! From rows to records. Every function here is given a connection and does its SQL; threads and caches are elsewhere.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use contract::{
    AccessDay, AccountRecord, AccountStatus, AttemptsQuery, DeploymentRecord, JobKind, JobRecord, LastUse, LogHead,
    PendingRecord, Pick, PolicyDocument, RotatingSecret, RotationAttempt, SecretRecord, Tag, UnplannedQuery, Value,
    VersionRecord, account_uid,
};
use rusqlite::{
    Connection, OptionalExtension, Result, Row,
    types::{FromSqlError, Type},
};
use seal::SealedValue;
use terms::{
    AccountId, ArnSuffix, Day, EventId, Region, Scope, SecretName, StagingLabel, Timestamp, Uid, VersionId, secret_arn,
};

use crate::scopes::ScopeNumber;

/// What `accessed_day` holds for what was never read.
pub(crate) const NEVER: i32 = i32::MIN;

/// Columns of a secret as [`secret_row`] takes them, behind the number of its row.
pub(crate) const SECRET: &str = "SELECT id, name, uid, suffix, origin_region, generation, revision, created_at, changed_at, \
     delete_at, accessed_day, description, kms_key_id, partner_type, tags, labels, resource_policy, owning_service, rotation FROM secret";

/// One secret with all its versions. The transaction makes row, labels and versions one consistent answer.
pub(crate) fn secret(
    connection: &mut Connection,
    number: ScopeNumber,
    scope: Scope,
    name: &str,
    pick: Pick<'_>,
) -> Result<Option<SecretRecord>> {
    let transaction = connection.transaction()?;
    let mut statement = transaction.prepare_cached(&secret_by_name())?;
    let found = statement.query_row((number, name), |row| SecretRow::read(row, scope)).optional()?;
    let Some(SecretRow { id, mut record, labels }) = found else { return Ok(None) };
    record.versions = versions(&transaction, id, &labels, pick)?.into_iter().map(Arc::new).collect();
    // Collecting took over the room of whole versions for pointers to them, and the record may stay in the cache.
    record.versions.shrink_to_fit();
    Ok(Some(record))
}

pub(crate) fn secret_by_id() -> String {
    format!("{SECRET} WHERE id = ?")
}

pub(crate) fn secret_by_name() -> String {
    format!("{SECRET} WHERE scope = ? AND name = ?")
}

/// A row of the table of secrets. The record has no versions yet.
pub(crate) struct SecretRow {
    pub(crate) id: i64,
    pub(crate) record: SecretRecord,
    pub(crate) labels: Labels,
}

/// Each label, and the version that has it.
pub(crate) type Labels = BTreeMap<String, String>;

impl SecretRow {
    pub(crate) fn read(row: &Row<'_>, scope: Scope) -> Result<Self> {
        let labels = parsed(15, serde_json::from_str(row.get_ref(15)?.as_str()?).ok())?;
        Ok(Self { id: row.get(0)?, record: secret_record(row, scope)?, labels })
    }
}

fn secret_record(row: &Row<'_>, scope: Scope) -> Result<SecretRecord> {
    let name = parsed(1, SecretName::parse(row.get_ref(1)?.as_str()?).ok())?;
    let suffix = parsed(3, ArnSuffix::parse(row.get_ref(3)?.as_str()?))?;
    let (tags, rotation): (Option<String>, Option<String>) = (row.get(14)?, row.get(18)?);
    Ok(SecretRecord {
        scope,
        uid: Uid::from_bytes(row.get(2)?),
        arn: secret_arn(&scope, &name, &suffix).into(),
        name,
        suffix,
        origin_region: parsed(4, Region::parse(row.get_ref(4)?.as_str()?).ok())?,
        generation: row.get(5)?,
        revision: row.get(6)?,
        created_at: Timestamp::from_millis(row.get(7)?),
        changed_at: Timestamp::from_millis(row.get(8)?),
        delete_at: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
        accessed: access_day(row.get(10)?),
        description: row.get(11)?,
        kms_key_id: row.get(12)?,
        partner_type: row.get(13)?,
        tags: tags.map(|json| parsed(14, tags_from_json(&json))).transpose()?,
        resource_policy: row.get::<_, Option<String>>(16)?.map(PolicyDocument::new),
        owning_service: row.get(17)?,
        rotation: rotation.map(|json| parsed(18, serde_json::from_str(&json).ok())).transpose()?.map(Arc::new),
        versions: Vec::new(),
    })
}

pub(crate) const VERSIONS: &str =
    "SELECT version, created_at, accessed_day, sealed IS NULL FROM version WHERE secret = ?";
pub(crate) const SEALED: &str = "SELECT sealed FROM version WHERE secret = ? AND version = ?";

fn versions(connection: &Connection, secret: i64, labels: &Labels, pick: Pick<'_>) -> Result<Vec<VersionRecord>> {
    let mut statement = connection.prepare_cached(VERSIONS)?;
    let mut rows = statement.query([secret])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        let id = VersionId::new(row.get_ref(0)?.as_str()?);
        let own = labels_of(id.as_str(), labels);
        let is_picked = matches!(pick, Pick::Version(picked) if id == *picked);
        let value = match (row.get(3)?, is_picked || !own.is_empty()) {
            (true, _) => Value::Absent,
            (false, true) => sealed(connection, secret, id.as_str())?,
            (false, false) => Value::NotLoaded,
        };
        let created_at = Timestamp::from_millis(row.get(1)?);
        versions.push(VersionRecord { id, created_at, accessed: access_day(row.get(2)?), labels: own, value });
    }
    versions.sort_unstable_by(by_age);
    Ok(versions)
}

/// Oldest first, as the contract wants them; sorted here, because SQLite would build a table to do it.
pub(crate) fn by_age(a: &VersionRecord, b: &VersionRecord) -> Ordering {
    (a.created_at, &a.id).cmp(&(b.created_at, &b.id))
}

/// Sorted, as the contract wants them.
pub(crate) fn labels_of(version: &str, labels: &Labels) -> Vec<StagingLabel> {
    let own = labels.iter().filter(|(_, holder)| **holder == version).map(|(label, _)| StagingLabel::new(label));
    let mut own: Vec<StagingLabel> = own.collect();
    own.shrink_to_fit();
    own
}

fn sealed(connection: &Connection, secret: i64, version: &str) -> Result<Value> {
    connection.prepare_cached(SEALED)?.query_row((secret, version), |row| {
        Ok(Value::Sealed(parsed(0, SealedValue::from_stored(row.get_ref(0)?.as_blob()?).ok())?))
    })
}

pub(crate) const LAST_USE: &str = "SELECT at, region, service FROM last_use WHERE id = ?";

pub(crate) fn last_use(connection: &Connection, id: &str) -> Result<Option<LastUse>> {
    let mut statement = connection.prepare_cached(LAST_USE)?;
    statement
        .query_row([id], |row| {
            Ok(LastUse {
                at: Timestamp::from_millis(row.get(0)?),
                region: parsed(1, Region::parse(row.get_ref(1)?.as_str()?).ok())?,
                service: row.get(2)?,
            })
        })
        .optional()
}

pub(crate) fn accounts(connection: &Connection) -> Result<Vec<AccountRecord>> {
    let mut statement =
        connection.prepare_cached("SELECT account, name, created_at, status, wrapped_key FROM account")?;
    let rows = statement.query_map([], |row| {
        Ok(AccountRecord {
            id: account_id(row, 0)?,
            name: row.get(1)?,
            created_at: Timestamp::from_millis(row.get(2)?),
            status: match row.get_ref(3)?.as_str()? {
                "Active" => AccountStatus::Active,
                _ => AccountStatus::Closed,
            },
            wrapped_key: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn deployment(connection: &Connection) -> Result<Option<DeploymentRecord>> {
    let sql = "SELECT uid, revision, root_key_id, custody, sealed_root_key, wrapped_key FROM deployment";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([], |row| {
        Ok(DeploymentRecord {
            uid: Uid::from_bytes(row.get(0)?),
            revision: row.get(1)?,
            root_key_id: row.get(2)?,
            custody: row.get(3)?,
            sealed_root_key: row.get(4)?,
            wrapped_key: row.get(5)?,
        })
    });
    found.optional()
}

pub(crate) fn pending_records(connection: &Connection) -> Result<Vec<PendingRecord>> {
    let mut statement = connection.prepare_cached("SELECT ticket, event, record FROM trail_pending ORDER BY ticket")?;
    let rows = statement.query_map([], |row| {
        Ok(PendingRecord {
            ticket: row.get(0)?,
            event: EventId::from_bytes(row.get(1)?),
            bytes: row.get_ref(2)?.as_blob()?.into(),
        })
    })?;
    rows.collect()
}

pub(crate) fn log_head(connection: &Connection, log_id: [u8; 16]) -> Result<Option<LogHead>> {
    let mut statement = connection.prepare_cached("SELECT sequence, mac FROM log_head WHERE log_id = ?")?;
    statement.query_row([log_id], |row| Ok(LogHead { log_id, sequence: row.get(0)?, mac: row.get(1)? })).optional()
}

pub(crate) fn revisions(connection: &Connection) -> Result<Vec<(Uid, u64)>> {
    let guarded = "SELECT uid, revision FROM secret UNION ALL SELECT uid, revision FROM kms_key \
                   UNION ALL SELECT uid, revision FROM function \
                   UNION ALL SELECT uid, revision FROM log_group WHERE is_deleted = 0 UNION ALL SELECT uid, revision FROM deployment";
    let mut statement = connection.prepare_cached(guarded)?;
    let secrets = statement.query_map([], |row| Ok((Uid::from_bytes(row.get(0)?), row.get(1)?)))?;
    let mut revisions = secrets.collect::<Result<Vec<_>>>()?;
    let mut statement = connection.prepare_cached("SELECT account, identity_revision FROM account")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let revision: u64 = row.get(1)?;
        // An account of an earlier version of the store has none until its IAM changes.
        if revision > 0 {
            revisions.push((account_uid(account_id(row, 0)?), revision));
        }
    }
    Ok(revisions)
}

pub(crate) const DUE_JOBS: &str = "SELECT kind, subject, account, region, name, due_at, fence FROM job \
     JOIN scope ON scope.id = scope WHERE due_at <= ?1 AND instr(?2, '/' || kind || '/') ORDER BY due_at LIMIT ?3";

pub(crate) fn due_jobs(
    connection: &Connection,
    kinds: &[JobKind],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<JobRecord>> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let kinds = format!("/{}/", kinds.join("/"));
    let mut statement = connection.prepare_cached(DUE_JOBS)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((now.as_millis(), kinds, limit), |row| {
        Ok(JobRecord {
            kind: parsed(0, JobKind::parse(row.get_ref(0)?.as_str()?))?,
            subject: Uid::from_bytes(row.get(1)?),
            scope: scope_of(row, 2)?,
            name: row.get(4)?,
            due_at: Timestamp::from_millis(row.get(5)?),
            fence: row.get(6)?,
        })
    })?;
    rows.collect()
}

pub(crate) const UNPLANNED: &str = "SELECT secret.id, uid, account, region, name FROM secret INDEXED BY \
     secret_rotating JOIN scope ON scope.id = scope WHERE rotation IS NOT NULL AND secret.id > ?1 AND NOT EXISTS \
     (SELECT 1 FROM job WHERE kind = ?2 AND subject = uid AND due_at <= ?3) ORDER BY secret.id LIMIT ?4";

pub(crate) fn unplanned(connection: &Connection, query: &UnplannedQuery) -> Result<Vec<RotatingSecret>> {
    let UnplannedQuery { kind, until, after, limit } = *query;
    let mut statement = connection.prepare_cached(UNPLANNED)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((after, kind.as_str(), until.as_millis(), limit), |row| {
        Ok(RotatingSecret {
            position: row.get(0)?,
            subject: Uid::from_bytes(row.get(1)?),
            scope: scope_of(row, 2)?,
            name: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// The newest first: a page is a seek. Behind an attempt that was forgotten there is none.
pub(crate) const ROTATION_ATTEMPTS: &str = "SELECT attempt FROM rotation_attempt WHERE secret = ?1 AND sequence < \
     iif(?2 IS NULL, 9223372036854775807, (SELECT sequence FROM rotation_attempt WHERE secret = ?1 AND id = ?2)) \
     ORDER BY sequence DESC LIMIT ?3";

pub(crate) fn rotation_attempts(connection: &Connection, query: &AttemptsQuery) -> Result<Vec<RotationAttempt>> {
    let AttemptsQuery { secret, after, limit } = *query;
    let mut statement = connection.prepare_cached(ROTATION_ATTEMPTS)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = after.as_ref().map(Uid::as_bytes);
    let rows = statement.query_map((secret.as_bytes(), after, limit), |row| {
        parsed(0, serde_json::from_str(row.get_ref(0)?.as_str()?).ok())
    })?;
    rows.collect()
}

pub(crate) fn secrets_count(connection: &Connection, number: ScopeNumber) -> Result<u64> {
    connection.prepare_cached("SELECT count(*) FROM secret WHERE scope = ?")?.query_row([number], |row| row.get(0))
}

pub(crate) fn labels_to_json(secret: &SecretRecord) -> String {
    let labels = secret.labels().map(|(label, version)| (label.to_string(), version.id.as_str().into()));
    serde_json::Value::Object(labels.collect()).to_string()
}

pub(crate) fn tags_to_json(tags: &[Tag]) -> String {
    let pairs: Vec<[&str; 2]> = tags.iter().map(|tag| [tag.key.as_str(), tag.value.as_str()]).collect();
    serde_json::Value::from_iter(pairs.iter().map(|pair| serde_json::Value::from_iter(pair.iter().copied())))
        .to_string()
}

fn tags_from_json(json: &str) -> Option<Arc<[Tag]>> {
    let pairs: Vec<(String, String)> = serde_json::from_str(json).ok()?;
    Some(pairs.into_iter().map(|(key, value)| Tag { key, value }).collect())
}

pub(crate) fn access_day(number: i32) -> AccessDay {
    AccessDay::on((number != NEVER).then(|| Day::from_number(number)))
}

/// A scope from its account and, in the next column, its region.
pub(crate) fn scope_of(row: &Row<'_>, column: usize) -> Result<Scope> {
    let region = column.saturating_add(1);
    let account = account_id(row, column)?;
    Ok(Scope { account, region: parsed(region, Region::parse(row.get_ref(region)?.as_str()?).ok())? })
}

pub(crate) fn account_id(row: &Row<'_>, column: usize) -> Result<AccountId> {
    parsed(column, AccountId::parse(row.get_ref(column)?.as_str()?).ok())
}

/// What we wrote and cannot read back is corruption, and named by its column only.
pub(crate) fn parsed<T>(column: usize, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(FromSqlError::InvalidType))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_survive_their_json() {
        let tags = [
            Tag { key: "Ké\"y".to_owned(), value: String::new() },
            Tag { key: "a".to_owned(), value: "\\ \u{1F511}".to_owned() },
        ];
        assert_eq!(*tags_from_json(&tags_to_json(&tags)).unwrap(), tags);
        assert_eq!(tags_from_json(&tags_to_json(&[])).unwrap().len(), 0);
    }
}
