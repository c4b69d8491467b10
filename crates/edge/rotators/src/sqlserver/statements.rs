//! Statements of T-SQL. A login's name and password cannot be parameters, so they are quoted here.

use terms::SecretBytes;
use zeroize::Zeroizing;

use crate::{failure::Failure, password::as_text};

/// In a database whose users are its own, a user has the password; elsewhere the server's login has it.
pub(super) const CONTAINMENT: &str =
    "SELECT CONVERT(nvarchar(10), containment) FROM sys.databases WHERE database_id = DB_ID()";

pub(super) fn change_own(
    user: &str,
    password: &SecretBytes,
    old: &SecretBytes,
    is_contained: bool,
) -> Result<Zeroizing<String>, Failure> {
    let (kind, user) = (kind(is_contained), name(user));
    let (password, old) = (text(as_text(password)?), text(as_text(old)?));
    Ok(Zeroizing::new(format!("ALTER {kind} {user} WITH PASSWORD = {} OLD_PASSWORD = {}", *password, *old)))
}

pub(super) fn change(user: &str, password: &SecretBytes, is_contained: bool) -> Result<Zeroizing<String>, Failure> {
    let (kind, user, password) = (kind(is_contained), name(user), text(as_text(password)?));
    Ok(Zeroizing::new(format!("ALTER {kind} {user} WITH PASSWORD = {}", *password)))
}

pub(super) fn make(user: &str, password: &SecretBytes, is_contained: bool) -> Result<Zeroizing<String>, Failure> {
    let (kind, user, password) = (kind(is_contained), name(user), text(as_text(password)?));
    Ok(Zeroizing::new(format!("CREATE {kind} {user} WITH PASSWORD = {}", *password)))
}

pub(super) fn make_user_of_login(user: &str) -> String {
    format!("CREATE USER {} FOR LOGIN {}", name(user), name(user))
}

pub(super) fn login_named(user: &str) -> String {
    format!("SELECT name FROM sys.server_principals WHERE name = {}", *text(user))
}

pub(super) fn user_named(user: &str) -> String {
    format!("SELECT name FROM sys.database_principals WHERE name = {}", *text(user))
}

pub(super) fn enter(database: &str) -> String {
    format!("USE {}", name(database))
}

/// Statements that give a login what another one may do to the server; nothing where that cannot be said of another.
pub(super) fn rights_on_server(of: &str, to: &str) -> String {
    format!(
        "SELECT CASE WHEN p.class = 100 THEN {granted} + {permission} + N' TO ' + {to} + {option} END \
         FROM sys.server_permissions p JOIN sys.server_principals u ON u.principal_id = p.grantee_principal_id \
         WHERE u.name = {of} AND p.permission_name <> N'CONNECT SQL'",
        granted = GRANTED,
        permission = PERMISSION,
        option = OPTION,
        to = *text(&name(to)),
        of = *text(of),
    )
}

/// The same for a user and a database, roles first.
pub(super) fn rights_in_database(of: &str, to: &str) -> String {
    format!(
        "SELECT N'ALTER ROLE ' + QUOTENAME(r.name) COLLATE DATABASE_DEFAULT + N' ADD MEMBER ' + {to} \
         FROM sys.database_role_members m JOIN sys.database_principals r ON r.principal_id = m.role_principal_id \
         JOIN sys.database_principals u ON u.principal_id = m.member_principal_id WHERE u.name = {of} \
         UNION ALL \
         SELECT {granted} + {permission} + CASE p.class \
         WHEN 0 THEN N'' \
         WHEN 1 THEN N' ON OBJECT::' + QUOTENAME(OBJECT_SCHEMA_NAME(p.major_id)) COLLATE DATABASE_DEFAULT + N'.' \
         + QUOTENAME(OBJECT_NAME(p.major_id)) COLLATE DATABASE_DEFAULT \
         + CASE WHEN p.minor_id = 0 THEN N'' \
         ELSE N' (' + QUOTENAME(COL_NAME(p.major_id, p.minor_id)) COLLATE DATABASE_DEFAULT + N')' END \
         WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(SCHEMA_NAME(p.major_id)) COLLATE DATABASE_DEFAULT \
         WHEN 6 THEN N' ON TYPE::' + (SELECT QUOTENAME(SCHEMA_NAME(t.schema_id)) COLLATE DATABASE_DEFAULT + N'.' \
         + QUOTENAME(t.name) COLLATE DATABASE_DEFAULT FROM sys.types t WHERE t.user_type_id = p.major_id) \
         END + N' TO ' + {to} + {option} \
         FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id \
         WHERE u.name = {of} AND NOT (p.class = 0 AND p.permission_name = N'CONNECT')",
        granted = GRANTED,
        permission = PERMISSION,
        option = OPTION,
        to = *text(&name(to)),
        of = *text(of),
    )
}

/// All or none.
pub(super) fn together(statements: &[Zeroizing<String>]) -> Zeroizing<String> {
    let size = statements.iter().map(|statement| statement.len() + 2).sum::<usize>();
    let mut batch = Zeroizing::new(String::with_capacity(size + 80));
    batch.push_str("SET XACT_ABORT ON; BEGIN TRANSACTION; ");
    for statement in statements {
        batch.push_str(statement);
        batch.push_str("; ");
    }
    batch.push_str("COMMIT TRANSACTION");
    batch
}

// What is unknown of a permission makes the whole text of its statement NULL.
const GRANTED: &str = "CASE p.state WHEN 'G' THEN N'GRANT ' WHEN 'W' THEN N'GRANT ' WHEN 'D' THEN N'DENY ' END";
const PERMISSION: &str = "p.permission_name COLLATE DATABASE_DEFAULT";
const OPTION: &str = "CASE p.state WHEN 'W' THEN N' WITH GRANT OPTION' ELSE N'' END";

fn kind(is_contained: bool) -> &'static str {
    if is_contained { "USER" } else { "LOGIN" }
}

/// As QUOTENAME does it.
fn name(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

fn text(text: &str) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(String::with_capacity(2 * text.len() + 3));
    quoted.push_str("N'");
    for letter in text.chars() {
        quoted.push(letter);
        if letter == '\'' {
            quoted.push('\'');
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> SecretBytes {
        SecretBytes::copy_of(text.as_bytes())
    }

    #[test]
    fn names_and_passwords_are_quoted() {
        let own = change_own("a]b'c", &bytes("n'ew]"), &bytes("o''ld"), false).unwrap();
        assert_eq!(*own, "ALTER LOGIN [a]]b'c] WITH PASSWORD = N'n''ew]' OLD_PASSWORD = N'o''''ld'");
        assert_eq!(*change("u", &bytes("p"), true).unwrap(), "ALTER USER [u] WITH PASSWORD = N'p'");
        assert_eq!(*make("u", &bytes("p"), false).unwrap(), "CREATE LOGIN [u] WITH PASSWORD = N'p'");
        assert_eq!(make_user_of_login("a]"), "CREATE USER [a]]] FOR LOGIN [a]]]");
        assert_eq!(login_named("o'neil"), "SELECT name FROM sys.server_principals WHERE name = N'o''neil'");
        // A name that becomes part of a statement that the server composes is quoted twice.
        assert!(rights_on_server("a", "b]'c").contains("N' TO ' + N'[b]]''c]'"));
    }

    #[test]
    fn a_batch_is_all_or_nothing() {
        let batch = together(&[Zeroizing::new("A".to_owned()), Zeroizing::new("B".to_owned())]);
        assert_eq!(*batch, "SET XACT_ABORT ON; BEGIN TRANSACTION; A; B; COMMIT TRANSACTION");
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_quotes(word in "\\PC{0,40}") {
            let quoted = text(&word);
            let inner = quoted.strip_prefix("N'").unwrap().strip_suffix('\'').unwrap();
            prop_assert!(!inner.replace("''", "").contains('\''));
            let bracketed = name(&word);
            let inner = bracketed.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
            prop_assert!(!inner.replace("]]", "").contains(']'));
        }
    }
}
