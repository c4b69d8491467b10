//! Bringing the schema up to date.

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "core", sql: include_str!("../migrations/0001_core.sql") },
    Migration { number: 2, name: "identities", sql: include_str!("../migrations/0002_identities.sql") },
    Migration { number: 3, name: "logs", sql: include_str!("../migrations/0003_logs.sql") },
    Migration { number: 4, name: "functions", sql: include_str!("../migrations/0004_functions.sql") },
    Migration { number: 5, name: "rotation", sql: include_str!("../migrations/0005_rotation.sql") },
    Migration { number: 6, name: "timeline", sql: include_str!("../migrations/0006_timeline.sql") },
    Migration { number: 7, name: "rotating", sql: include_str!("../migrations/0007_rotating.sql") },
];

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("migration {number} ({name}) was applied with another text than this version of keepwell carries")]
    Changed { number: i64, name: &'static str },
    #[error("the store was written by a newer keepwell: it has migration {0}, which this version does not know")]
    FromTheFuture(i64),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), MigrationError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT",
    )?;
    let newest: i64 = connection.query_row("SELECT coalesce(max(number), 0) FROM migration", [], |row| row.get(0))?;
    if newest > MIGRATIONS.last().map_or(0, |migration| migration.number) {
        return Err(MigrationError::FromTheFuture(newest));
    }
    MIGRATIONS.iter().try_for_each(|migration| apply(connection, migration))
}

fn apply(connection: &mut Connection, migration: &Migration) -> Result<(), MigrationError> {
    let Migration { number, name, sql } = migration;
    let sha256 = hex::encode(digest(&SHA256, sql.as_bytes()));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let applied: Option<String> = transaction
        .query_row("SELECT sha256 FROM migration WHERE number = ?", [number], |row| row.get(0))
        .optional()?;
    match applied {
        Some(applied) if applied == sha256 => Ok(()),
        Some(_) => Err(MigrationError::Changed { number: *number, name }),
        None => {
            transaction.execute_batch(sql)?;
            transaction.execute("INSERT INTO migration VALUES (?, ?, ?)", (number, name, sha256))?;
            Ok(transaction.commit()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let count: i64 = connection.query_row("SELECT count(*) FROM migration", [], |row| row.get(0)).unwrap();
        assert_eq!(count, i64::try_from(MIGRATIONS.len()).unwrap());
    }

    #[test]
    fn a_timeline_that_was_told_before_keeps_its_order() {
        let connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().take(5).for_each(|migration| connection.execute_batch(migration.sql).unwrap());
        for (secret, started_at, id) in [(1_u8, 30, 1_u8), (1, 10, 2), (2, 20, 3), (1, 20, 4)] {
            let row = ([secret; 16], started_at, [id; 16], id.to_string());
            connection.execute("INSERT INTO rotation_attempt VALUES (?, ?, ?, ?)", row).unwrap();
        }
        connection.execute_batch(MIGRATIONS[5].sql).unwrap();
        let mut statement =
            connection.prepare("SELECT attempt, sequence FROM rotation_attempt ORDER BY secret, sequence").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let rows: Vec<(String, i64)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows, [("2", 1), ("4", 2), ("1", 3), ("3", 1)].map(|(id, sequence)| (id.to_owned(), sequence)));
    }

    #[test]
    fn an_edited_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE migration SET sha256 = 'other'", []).unwrap();
        assert!(matches!(migrate(&mut connection), Err(MigrationError::Changed { number: 1, .. })));
    }

    #[test]
    fn a_newer_store_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("INSERT INTO migration VALUES (99, 'later', '')", []).unwrap();
        assert!(matches!(migrate(&mut connection), Err(MigrationError::FromTheFuture(99))));
    }
}
