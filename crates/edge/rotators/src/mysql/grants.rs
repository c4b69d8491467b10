//! Statements in which a server tells of a user, rewritten for another user. Names and texts in them are quoted, and in
//! quotes there may be anything.

/// A user at a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account<'a> {
    pub(super) user: &'a str,
    pub(super) host: &'a str,
}

impl Account<'_> {
    pub(super) fn quoted(self) -> String {
        format!("{}@{}", quoted_name(self.user), quoted_name(self.host))
    }
}

pub(super) fn quoted_name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// For a server that takes backslashes for escapes, which the sessions here make sure of.
pub(super) fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The row of `SHOW GRANTS` for the other user. None if it is of no known kind.
pub(super) fn for_other(row: &str, other: Account<'_>) -> Option<String> {
    if let Some(role) = row.strip_prefix("SET DEFAULT ROLE ") {
        let role = role.get(..find(role, " FOR ")?)?;
        return Some(format!("SET DEFAULT ROLE {role} FOR {}", other.quoted()));
    }
    // Of rights to everything, parts may be taken away again.
    if let Some(rest) = row.strip_prefix("REVOKE ") {
        let rights = rest.get(..find(rest, " FROM ")?)?;
        return Some(format!("REVOKE {rights} FROM {}", other.quoted()));
    }
    let rest = row.strip_prefix("GRANT ")?;
    let rights = rest.get(..find(rest, " TO ")?)?;
    // How the first one logs in, and what else belongs to the account, is not granted.
    let options = find(rest, " WITH ").and_then(|start| rest.get(start..)).unwrap_or_default();
    let option = ["GRANT OPTION", "ADMIN OPTION"].into_iter().find(|option| options.contains(option));
    let option = option.map(|option| format!(" WITH {option}")).unwrap_or_default();
    Some(format!("GRANT {rights} TO {}{option}", other.quoted()))
}

/// What `SHOW CREATE USER` says of TLS and of the account's limits, as it stands there.
pub(super) fn requirements(create_user: &str) -> Option<&str> {
    const ENDS: &[&str] = &[" PASSWORD EXPIRE", " ACCOUNT ", " PASSWORD HISTORY", " COMMENT ", " ATTRIBUTE "];
    // MariaDB says nothing of TLS where nothing is required.
    clause(create_user, " REQUIRE ", ENDS).or_else(|| clause(create_user, " WITH MAX_", ENDS))
}

/// The roles that MySQL turns on by itself.
pub(super) fn default_roles(create_user: &str) -> Option<&str> {
    let roles = clause(create_user, " DEFAULT ROLE ", &[" REQUIRE ", " WITH ", " PASSWORD EXPIRE", " ACCOUNT "])?;
    Some(roles.trim_start_matches(" DEFAULT ROLE "))
}

/// The plugin that the account logs in with, the first if there are several.
pub(super) fn plugin(create_user: &str) -> Option<String> {
    if find(create_user, " IDENTIFIED BY PASSWORD ").is_some() {
        return Some("mysql_native_password".to_owned());
    }
    let mark = [" IDENTIFIED VIA ", " IDENTIFIED WITH "].into_iter().find_map(|mark| {
        let start = find(create_user, mark)?;
        create_user.get(start + mark.len()..)
    })?;
    let name = mark.trim_start_matches(['\'', '`']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    name.get(..end).map(str::to_owned)
}

/// From a keyword to whichever of the others comes next.
fn clause<'a>(text: &'a str, begins: &str, ends: &[&str]) -> Option<&'a str> {
    let clause = text.get(find(text, begins)?..)?;
    let rest = clause.get(begins.len()..)?;
    let end = ends.iter().filter_map(|end| find(rest, end)).min().map_or(clause.len(), |end| begins.len() + end);
    clause.get(..end)
}

/// Where the keyword first stands outside of quotes.
fn find(text: &str, keyword: &str) -> Option<usize> {
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((position, character)) = characters.next() {
        match quote {
            // A doubled quote ends and begins again, which comes to the same.
            Some(open) if character == open => quote = None,
            Some('\'' | '"') if character == '\\' => {
                characters.next();
            }
            Some(_) => {}
            None if text.get(position..).is_some_and(|rest| rest.starts_with(keyword)) => return Some(position),
            None if matches!(character, '\'' | '"' | '`') => quote = Some(character),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: Account<'_> = Account { user: "app_clone", host: "%" };

    #[test]
    fn rights_are_granted_to_the_other_user() {
        for (row, expected) in [
            ("GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*0123'", "GRANT USAGE ON *.* TO `app_clone`@`%`"),
            (
                "GRANT SELECT (`a TO b`), INSERT ON `d``b`.`t` TO `app`@`%` WITH GRANT OPTION",
                "GRANT SELECT (`a TO b`), INSERT ON `d``b`.`t` TO `app_clone`@`%` WITH GRANT OPTION",
            ),
            (
                "GRANT `reader`@`%` TO `app`@`%` WITH ADMIN OPTION",
                "GRANT `reader`@`%` TO `app_clone`@`%` WITH ADMIN OPTION",
            ),
            (
                "GRANT USAGE ON *.* TO `app`@`%` REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5",
                "GRANT USAGE ON *.* TO `app_clone`@`%`",
            ),
            ("REVOKE SELECT ON `a FROM b`.* FROM `app`@`%`", "REVOKE SELECT ON `a FROM b`.* FROM `app_clone`@`%`"),
            ("SET DEFAULT ROLE `rea FOR der` FOR `app`@`%`", "SET DEFAULT ROLE `rea FOR der` FOR `app_clone`@`%`"),
        ] {
            assert_eq!(for_other(row, OTHER).as_deref(), Some(expected), "{row}");
        }
        assert_eq!(for_other("LEND SELECT ON `mysql`.* TO `app`@`%`", OTHER), None);
    }

    #[test]
    fn a_name_is_quoted_whatever_it_holds() {
        assert_eq!(Account { user: "a`b'c", host: "10.%" }.quoted(), "`a``b'c`@`10.%`");
        assert_eq!(quoted_text(r"o'b\c"), r"'o\'b\\c'");
    }

    #[test]
    fn what_belongs_to_an_account_is_found() {
        let mariadb =
            "CREATE USER `app`@`%` IDENTIFIED BY PASSWORD '* REQUIRE X509' REQUIRE SSL WITH MAX_USER_CONNECTIONS 5";
        assert_eq!(requirements(mariadb), Some(" REQUIRE SSL WITH MAX_USER_CONNECTIONS 5"));
        assert_eq!(plugin(mariadb).as_deref(), Some("mysql_native_password"));
        let ed25519 = "CREATE USER `app`@`%` IDENTIFIED VIA ed25519 USING 'x' OR unix_socket";
        assert_eq!((plugin(ed25519).as_deref(), requirements(ed25519)), (Some("ed25519"), None));

        let limited = "CREATE USER `app`@`%` IDENTIFIED BY PASSWORD '*01' WITH MAX_USER_CONNECTIONS 9";
        assert_eq!(requirements(limited), Some(" WITH MAX_USER_CONNECTIONS 9"));

        let mysql = "CREATE USER `app`@`%` IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$\\'' DEFAULT ROLE `r`@`%` \
                     REQUIRE SUBJECT '/CN=a ACCOUNT b' PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK";
        assert_eq!(plugin(mysql).as_deref(), Some("caching_sha2_password"));
        assert_eq!(requirements(mysql), Some(" REQUIRE SUBJECT '/CN=a ACCOUNT b'"));
        assert_eq!(default_roles(mysql), Some("`r`@`%`"));
    }
}
