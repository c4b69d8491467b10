//! From a change of a key to rows.

use contract::{AliasRecord, CommitError, KeyChange, KeyId, KeyRecord};
use rusqlite::{Connection, params};
use terms::Uid;

use crate::{failure::commit_error, scopes::ScopeNumber};

/// The revision in the WHERE clause is the guard, and it fails before anything is written.
pub(crate) fn change_key(connection: &Connection, scope: ScopeNumber, change: &KeyChange) -> Result<(), CommitError> {
    let writing = Writing { connection, scope };
    match change {
        KeyChange::Create { after } => writing.create(after),
        KeyChange::Update { before, after } => writing.update(before, after),
    }
}

struct Writing<'a> {
    connection: &'a Connection,
    scope: ScopeNumber,
}

impl Writing<'_> {
    fn create(&self, after: &KeyRecord) -> Result<(), CommitError> {
        // The bits of an id are unique in the Region, in either form.
        let [of_many_regions, of_one] =
            [true, false].map(|is_multi_region| KeyId { is_multi_region, ..after.id }.to_string());
        let inserted = self.execute(
            "INSERT OR IGNORE INTO kms_key (uid, scope, key_id, revision, details) SELECT ?1, ?2, ?3, ?4, ?5 \
             WHERE NOT EXISTS (SELECT 1 FROM kms_key JOIN scope ON scope.id = scope \
             WHERE key_id IN (?6, ?7) AND region = ?8)",
            params![
                after.uid.as_bytes(),
                self.scope,
                after.id.to_string(),
                after.revision,
                details(after)?,
                of_many_regions,
                of_one,
                after.scope.region.as_str()
            ],
        )?;
        if inserted == 0 {
            return Err(CommitError::NameTaken);
        }
        self.put_new_materials(after, 0)?;
        after.aliases.iter().try_for_each(|alias| self.put_alias(after.uid, alias))?;
        self.put_grants(None, after)
    }

    fn update(&self, before: &KeyRecord, after: &KeyRecord) -> Result<(), CommitError> {
        let updated = self.execute(
            "UPDATE kms_key SET revision = ?, details = ? WHERE uid = ? AND revision = ?",
            params![after.revision, details(after)?, after.uid.as_bytes(), before.revision],
        )?;
        if updated == 0 {
            return Err(CommitError::Conflict);
        }
        let uid = after.uid;
        if after.materials.is_empty() {
            self.execute("DELETE FROM kms_material WHERE key = ?", params![uid.as_bytes()])?;
        }
        self.put_new_materials(after, before.materials.len())?;
        for alias in before.aliases.iter().filter(|alias| !after.has_alias(&alias.name)) {
            self.execute(
                "DELETE FROM kms_alias WHERE scope = ? AND name = ? AND key = ?",
                params![self.scope, alias.name, uid.as_bytes()],
            )?;
        }
        for alias in after.aliases.iter().filter(|alias| !before.aliases.contains(alias)) {
            self.put_alias(uid, alias)?;
        }
        for id in before.grants.keys().filter(|id| !after.grants.contains_key(*id)) {
            self.execute("DELETE FROM kms_grant WHERE key = ? AND grant_id = ?", params![uid.as_bytes(), id])?;
        }
        self.put_grants(Some(before), after)
    }

    /// Materials are only ever added, or all destroyed.
    fn put_new_materials(&self, key: &KeyRecord, known: usize) -> Result<(), CommitError> {
        for (place, material) in key.materials.iter().enumerate().skip(known) {
            self.execute(
                "INSERT INTO kms_material (key, number, material_id, made_at, origin, wrapped) VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    key.uid.as_bytes(),
                    i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1),
                    material.id,
                    material.made_at.as_millis(),
                    material.origin.as_str(),
                    material.wrapped,
                ],
            )?;
        }
        Ok(())
    }

    /// An alias of another key stays that key's.
    fn put_alias(&self, key: Uid, alias: &AliasRecord) -> Result<(), CommitError> {
        let put = self.execute(
            "INSERT INTO kms_alias (scope, name, key, created_at, updated_at) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (scope, name) DO UPDATE \
             SET created_at = excluded.created_at, updated_at = excluded.updated_at WHERE key = excluded.key",
            params![self.scope, alias.name, key.as_bytes(), alias.created_at.as_millis(), alias.updated_at.as_millis()],
        )?;
        if put == 1 { Ok(()) } else { Err(CommitError::NameTaken) }
    }

    fn put_grants(&self, before: Option<&KeyRecord>, after: &KeyRecord) -> Result<(), CommitError> {
        let known = |id: &String| before.and_then(|before| before.grants.get(id));
        for (id, grant) in after.grants.iter().filter(|(id, grant)| known(id) != Some(*grant)) {
            let body = serde_json::to_string(&**grant).map_err(unwritable)?;
            self.execute(
                "INSERT INTO kms_grant (key, grant_id, body) VALUES (?, ?, ?) \
                 ON CONFLICT (key, grant_id) DO UPDATE SET body = excluded.body",
                params![after.uid.as_bytes(), id, body],
            )?;
        }
        Ok(())
    }

    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, CommitError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(commit_error)
    }
}

fn details(key: &KeyRecord) -> Result<String, CommitError> {
    serde_json::to_string(&key.details).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> CommitError {
    CommitError::Internal(error.to_string().into())
}
