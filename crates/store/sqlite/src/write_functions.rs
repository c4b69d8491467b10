//! From a change of a function to rows.

use contract::{CommitError, FunctionChange, FunctionRecord, FunctionVersion, NewCode};
use rusqlite::{Connection, params};
use terms::Uid;

use crate::{failure::commit_error, scopes::ScopeNumber};

/// The revision in the WHERE clause is the guard, and it fails before anything is written.
pub(crate) fn change_function(
    connection: &Connection,
    scope: ScopeNumber,
    change: &FunctionChange,
) -> Result<(), CommitError> {
    let writing = Writing { connection, scope };
    match change {
        FunctionChange::Create { after, code } => writing.create(after, code),
        FunctionChange::Update { before, after, code } => writing.update(before, after, code.as_ref()),
        FunctionChange::Delete { before } => writing.delete(before),
    }
}

struct Writing<'a> {
    connection: &'a Connection,
    scope: ScopeNumber,
}

impl Writing<'_> {
    fn create(&self, after: &FunctionRecord, code: &NewCode) -> Result<(), CommitError> {
        let inserted = self.execute(
            "INSERT OR IGNORE INTO function (uid, scope, name, revision, details) VALUES (?, ?, ?, ?, ?)",
            params![
                after.uid.as_bytes(),
                self.scope,
                &*after.name,
                after.revision,
                json(serde_json::to_string(&after.details))?
            ],
        )?;
        if inserted == 0 {
            return Err(CommitError::NameTaken);
        }
        self.put_code(after.uid, code)?;
        after.versions().try_for_each(|version| self.put_version(after.uid, version))
    }

    fn update(
        &self,
        before: &FunctionRecord,
        after: &FunctionRecord,
        code: Option<&NewCode>,
    ) -> Result<(), CommitError> {
        let updated = self.execute(
            "UPDATE function SET revision = ?, details = ? WHERE uid = ? AND revision = ?",
            params![
                after.revision,
                json(serde_json::to_string(&after.details))?,
                after.uid.as_bytes(),
                before.revision
            ],
        )?;
        if updated == 0 {
            return Err(CommitError::Conflict);
        }
        if let Some(code) = code {
            self.put_code(after.uid, code)?;
        }
        for version in after.versions() {
            if before.numbered(version.number) != Some(version) {
                self.put_version(after.uid, version)?;
            }
        }
        for version in &before.versions {
            if after.numbered(version.number).is_none() {
                self.execute(
                    "DELETE FROM function_version WHERE function = ? AND number = ?",
                    params![after.uid.as_bytes(), number(version)],
                )?;
            }
        }
        self.forget_code(before, after)
    }

    fn delete(&self, before: &FunctionRecord) -> Result<(), CommitError> {
        let uid = before.uid.as_bytes();
        // Raised first, as the guard: what refers to the row goes before the row itself.
        let held = self.execute(
            "UPDATE function SET revision = revision + 1 WHERE uid = ? AND revision = ?",
            params![uid, before.revision],
        )?;
        if held == 0 {
            return Err(CommitError::Conflict);
        }
        self.execute("DELETE FROM function_version WHERE function = ?", params![uid])?;
        self.execute("DELETE FROM function_code WHERE function = ?", params![uid])?;
        self.execute("DELETE FROM function WHERE uid = ?", params![uid]).map(drop)
    }

    fn put_code(&self, function: Uid, code: &NewCode) -> Result<(), CommitError> {
        self.execute(
            "INSERT INTO function_code (function, sha256, sealed) VALUES (?, ?, ?)",
            params![function.as_bytes(), code.sha256, code.sealed.as_bytes()],
        )
        .map(drop)
    }

    /// What no version has any more.
    fn forget_code(&self, before: &FunctionRecord, after: &FunctionRecord) -> Result<(), CommitError> {
        for sha256 in before.codes().difference(&after.codes()) {
            self.execute(
                "DELETE FROM function_code WHERE function = ? AND sha256 = ?",
                params![after.uid.as_bytes(), sha256],
            )?;
        }
        Ok(())
    }

    fn put_version(&self, function: Uid, version: &FunctionVersion) -> Result<(), CommitError> {
        self.execute(
            "INSERT INTO function_version (function, number, code_sha256, code_bytes, details, environment) \
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (function, number) DO UPDATE \
             SET code_sha256 = excluded.code_sha256, code_bytes = excluded.code_bytes, details = excluded.details, \
             environment = excluded.environment",
            params![
                function.as_bytes(),
                number(version),
                version.code.sha256,
                version.code.bytes,
                json(serde_json::to_string(&version.configuration))?,
                version.environment.as_ref().map(contract::SealedBytes::as_bytes),
            ],
        )
        .map(drop)
    }

    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, CommitError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(commit_error)
    }
}

/// `$LATEST` is 0.
fn number(version: &FunctionVersion) -> u64 {
    version.number.unwrap_or_default()
}

fn json(written: serde_json::Result<String>) -> Result<String, CommitError> {
    written.map_err(|error| CommitError::Internal(error.to_string().into()))
}
