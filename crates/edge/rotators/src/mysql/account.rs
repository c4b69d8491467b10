//! Changing accounts. MySQL keeps passwords out of its logs by itself; MariaDB is sent what it would keep of them.

use terms::SecretBytes;

use super::{
    grants::{self, Account, quoted_name, quoted_text},
    session::MySqlSession,
    verifier::Plugin,
};
use crate::{
    database::Alternate,
    errand::Errand,
    failure::Failure,
    password::{EXCLUDED_BY_DEFAULT, PasswordRules, as_text},
};

/// What a new account has until its rights are complete: a password that nobody knows.
const UNKNOWN: PasswordRules = PasswordRules { length: 32, longest: 32, excluded: EXCLUDED_BY_DEFAULT, forbidden: "" };

/// The server, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    MariaDb,
    MySql,
    /// Before 5.7.6, which brought ALTER USER for passwords.
    OldMySql,
}

pub(super) async fn change_own_password(
    session: &mut MySqlSession,
    _: &Errand<'_>,
    password: &SecretBytes,
) -> Result<(), Failure> {
    match prepare(session).await? {
        Server::MySql => {
            let statement = format!("ALTER USER USER() IDENTIFIED BY {}", quoted_text(as_text(password)?));
            session.run(&statement, &[password]).await
        }
        Server::OldMySql => {
            let verifier = Plugin::Native.verifier(password);
            session.run(&format!("SET PASSWORD = {}", quoted_text(as_text(&verifier)?)), &[password, &verifier]).await
        }
        Server::MariaDb => {
            let plugin = known(create_user(session, "CURRENT_USER()").await?.as_deref().and_then(grants::plugin))?;
            let verifier = plugin.verifier(password);
            session.run(&format!("SET PASSWORD = {}", quoted_text(as_text(&verifier)?)), &[password, &verifier]).await
        }
    }
}

/// The other user, at every host at which the first one is. Its password comes last: until then whoever tries again begins
/// again, and what was granted once is granted again.
pub(super) async fn set_alternate(
    session: &mut MySqlSession,
    errand: &Errand<'_>,
    alternate: &Alternate<'_>,
) -> Result<(), Failure> {
    let server = prepare(session).await?;
    let Alternate { current_user, user, password, .. } = *alternate;
    let hosts = hosts(session, server, current_user).await?;
    if hosts.is_empty() {
        return Err(Failure::new(format!("the database has no user {current_user}")));
    }
    for host in &hosts {
        let (current, other) = (Account { user: current_user, host }, Account { user, host });
        let created = create_user(session, &current.quoted()).await?;
        let created = created.ok_or_else(|| Failure::new(format!("the database does not tell of {current_user}")))?;
        let unknown = errand_password(errand)?;
        let new = identified(server, &created, &unknown)?;
        session.run(&format!("CREATE USER IF NOT EXISTS {} {new}", other.quoted()), &[&unknown]).await?;
        copy_rights(session, current, other, &created).await?;
    }
    for host in &hosts {
        let other = Account { user, host };
        // One that was there before logs in as it always did.
        let created = create_user(session, &other.quoted()).await?.unwrap_or_default();
        let statement = format!("ALTER USER {} {}", other.quoted(), identified(server, &created, password)?);
        session.run(&statement, &[password]).await?;
    }
    Ok(())
}

async fn copy_rights(
    session: &mut MySqlSession,
    current: Account<'_>,
    other: Account<'_>,
    created: &str,
) -> Result<(), Failure> {
    for row in session.column(&format!("SHOW GRANTS FOR {}", current.quoted()), &[]).await? {
        let grant = grants::for_other(&String::from_utf8_lossy(&row), other);
        // Left out it might leave the other user with more than the first one has.
        let unknown = || Failure::new(format!("a row of SHOW GRANTS for {} is of no known kind", current.user));
        session.run(&grant.ok_or_else(unknown)?, &[]).await?;
    }
    let requirements = grants::requirements(created).unwrap_or(" REQUIRE NONE");
    session.run(&format!("ALTER USER {}{requirements}", other.quoted()), &[]).await?;
    if let Some(roles) = grants::default_roles(created) {
        session.run(&format!("ALTER USER {} DEFAULT ROLE {roles}", other.quoted()), &[]).await?;
    }
    Ok(())
}

/// How an account that was made so logs in, with this password.
fn identified(server: Server, created: &str, password: &SecretBytes) -> Result<String, Failure> {
    let plugin = grants::plugin(created);
    match server {
        Server::MariaDb => {
            let plugin = known(plugin)?;
            let verifier = plugin.verifier(password);
            Ok(format!("IDENTIFIED VIA {} USING {}", plugin.as_str(), quoted_text(as_text(&verifier)?)))
        }
        Server::MySql => {
            let plugin = plugin.map(|plugin| format!("WITH {} ", quoted_name(&plugin))).unwrap_or_default();
            Ok(format!("IDENTIFIED {plugin}BY {}", quoted_text(as_text(password)?)))
        }
        Server::OldMySql => Err(Failure::new("users who alternate need MySQL 5.7.6 or newer")),
    }
}

fn known(plugin: Option<String>) -> Result<Plugin, Failure> {
    let plugin = plugin.unwrap_or_default();
    Plugin::parse(&plugin).ok_or_else(|| {
        Failure::new(format!("the account logs in with {plugin:?}; mysql_native_password and ed25519 are known here"))
    })
}

/// Which server it is. Texts are quoted from here on as they are meant here, whatever the server was told.
async fn prepare(session: &mut MySqlSession) -> Result<Server, Failure> {
    session.run("SET SESSION sql_mode = ''", &[]).await?;
    let versions = session.column("SELECT VERSION()", &[]).await?;
    Ok(server(&versions.first().map(|version| String::from_utf8_lossy(version)).unwrap_or_default()))
}

fn server(version: &str) -> Server {
    if version.to_ascii_lowercase().contains("mariadb") {
        return Server::MariaDb;
    }
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < (5, 7, 6) { Server::OldMySql } else { Server::MySql }
}

async fn create_user(session: &mut MySqlSession, account: &str) -> Result<Option<String>, Failure> {
    let rows = session.column(&format!("SHOW CREATE USER {account}"), &[]).await?;
    Ok(rows.first().map(|row| String::from_utf8_lossy(row).into_owned()))
}

async fn hosts(session: &mut MySqlSession, server: Server, user: &str) -> Result<Vec<String>, Failure> {
    let only_users = if server == Server::MariaDb { " AND is_role = 'N'" } else { "" };
    let question = format!("SELECT Host FROM mysql.user WHERE User = {}{only_users}", quoted_text(user));
    let hosts = session.column(&question, &[]).await?;
    Ok(hosts.iter().map(|host| String::from_utf8_lossy(host).into_owned()).collect())
}

fn errand_password(errand: &Errand<'_>) -> Result<SecretBytes, Failure> {
    UNKNOWN
        .draw(&crate::settings::PasswordSettings::AS_USUAL, errand.entropy)
        .map_err(|error| Failure::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_by_its_version() {
        for (version, expected) in [
            ("10.11.6-MariaDB-0+deb12u1", Server::MariaDb),
            ("5.5.5-10.6.1-MariaDB-log", Server::MariaDb),
            ("8.0.36", Server::MySql),
            ("9.1.0-commercial", Server::MySql),
            ("5.7.44-log", Server::MySql),
            ("5.7.6", Server::MySql),
            ("5.7.5", Server::OldMySql),
            ("5.6.51", Server::OldMySql),
            ("", Server::OldMySql),
        ] {
            assert_eq!(server(version), expected, "{version}");
        }
    }
}
