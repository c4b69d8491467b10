//! From a change of IAM to rows.

use contract::{CommitError, CredentialRecord, CredentialStatus, Entity, EntityKey, EntityKind, IdentityChange};
use rusqlite::{Connection, params};
use terms::AccountId;

use crate::{failure::commit_error, identities::body};

/// The revision in the WHERE clause is the guard, and it fails before anything is written.
pub(crate) fn change_identities(connection: &Connection, change: &IdentityChange) -> Result<(), CommitError> {
    let account = change.account;
    let raised = execute(
        connection,
        "UPDATE account SET identity_revision = identity_revision + 1 \
         WHERE account = ? AND identity_revision = ? AND status = 'Active'",
        params![account.as_str(), change.revision],
    )?;
    if raised == 0 {
        return Err(CommitError::Conflict);
    }
    change.deletes.iter().try_for_each(|key| delete(connection, account, key))?;
    change.puts.iter().try_for_each(|entity| put(connection, account, entity))
}

fn delete(connection: &Connection, account: AccountId, key: &EntityKey) -> Result<(), CommitError> {
    let account = account.as_str();
    match key.kind {
        EntityKind::AccessKey => execute(
            connection,
            "DELETE FROM credential WHERE account = ? AND access_key_id = ?",
            params![account, key.name],
        )?,
        kind => execute(
            connection,
            "DELETE FROM identity WHERE account = ? AND kind = ? AND name = ?",
            params![account, kind.as_str(), key.name],
        )?,
    };
    Ok(())
}

fn put(connection: &Connection, account: AccountId, entity: &Entity) -> Result<(), CommitError> {
    if let Entity::AccessKey(access_key) = entity {
        return put_access_key(connection, account, access_key);
    }
    let Some(Ok(body)) = body(entity) else {
        return Err(CommitError::Internal("an entity cannot be written".into()));
    };
    let key = entity.key();
    execute(
        connection,
        "INSERT INTO identity (account, kind, name, body) VALUES (?, ?, ?, ?) \
         ON CONFLICT (account, kind, name) DO UPDATE SET body = excluded.body",
        params![account.as_str(), key.kind.as_str(), key.name, body],
    )?;
    Ok(())
}

fn put_access_key(
    connection: &Connection,
    account: AccountId,
    access_key: &CredentialRecord,
) -> Result<(), CommitError> {
    if access_key.account != account {
        return Err(CommitError::Internal("an access key of another account".into()));
    }
    let status = match access_key.status {
        CredentialStatus::Active => "Active",
        CredentialStatus::Inactive => "Inactive",
    };
    let put = execute(
        connection,
        "INSERT INTO credential (access_key_id, account, user_id, created_at, status, sealed_secret) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (access_key_id) DO UPDATE \
         SET status = excluded.status, sealed_secret = excluded.sealed_secret \
         WHERE account = excluded.account AND user_id IS excluded.user_id",
        params![
            access_key.access_key_id,
            account.as_str(),
            access_key.user,
            access_key.created_at.as_millis(),
            status,
            access_key.sealed_secret
        ],
    )?;
    // An access key stays with its owner.
    if put == 1 { Ok(()) } else { Err(CommitError::NameTaken) }
}

fn execute(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<usize, CommitError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(commit_error)
}
