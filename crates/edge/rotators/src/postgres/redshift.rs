//! Redshift has no roles that a user could be a member of in all versions, so that the other user of a pair gets the
//! rights of the first one by one, as AWS's function does it.

use postgres_protocol::escape::{escape_identifier, escape_literal};
use terms::SecretBytes;

use super::{PostgresSession, literal};
use crate::{database::Alternate, failure::Failure};

const DATABASE_RIGHTS: [&str; 2] = ["CREATE", "TEMPORARY"];
const SCHEMA_RIGHTS: [&str; 2] = ["CREATE", "USAGE"];
const TABLE_RIGHTS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES"];

/// The statements that make the other user with what the first may in this database.
pub(super) async fn create_with_rights(
    session: &PostgresSession,
    alternate: &Alternate<'_>,
    verifier: &SecretBytes,
) -> Result<String, Failure> {
    let user = escape_identifier(alternate.user);
    let mut statements = format!("CREATE USER {user} WITH PASSWORD {}", literal(verifier));
    for question in questions(alternate.current_user) {
        for row in session.rows(&question, &[]).await? {
            if let [right, kind, names @ ..] = row.as_slice() {
                let named: Vec<_> = names.iter().map(|name| escape_identifier(name)).collect();
                statements.push_str(&format!("; GRANT {right} ON {kind} {} TO {user}", named.join(".")));
            }
        }
    }
    Ok(statements)
}

/// Each answers with rights, the kind of thing that they are on, and its names.
fn questions(user: &str) -> Vec<String> {
    const OWN_SCHEMAS: &str = "('pg_catalog', 'information_schema', 'pg_toast', 'pg_internal')";
    let user = escape_literal(user);
    let databases = DATABASE_RIGHTS.iter().map(|right| {
        format!(
            "SELECT '{right}', 'DATABASE', current_database() \
             WHERE HAS_DATABASE_PRIVILEGE({user}, current_database(), '{right}')"
        )
    });
    let schemas = SCHEMA_RIGHTS.iter().map(|right| {
        format!(
            "SELECT '{right}', 'SCHEMA', nspname FROM pg_namespace WHERE nspname NOT IN {OWN_SCHEMAS} \
             AND nspname NOT LIKE 'pg_temp%' AND nspname NOT LIKE 'pg_toast%' \
             AND HAS_SCHEMA_PRIVILEGE({user}, nspname, '{right}')"
        )
    });
    let tables = TABLE_RIGHTS.iter().map(|right| {
        format!(
            "SELECT '{right}', 'TABLE', schemaname, tablename FROM pg_tables WHERE schemaname NOT IN {OWN_SCHEMAS} \
             AND HAS_TABLE_PRIVILEGE({user}, '\"' || REPLACE(schemaname, '\"', '\"\"') || '\".\"' || \
             REPLACE(tablename, '\"', '\"\"') || '\"', '{right}')"
        )
    });
    databases.chain(schemas).chain(tables).collect()
}
