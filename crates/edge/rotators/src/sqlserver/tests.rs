//! Against a stub that speaks the protocol. The statements are believed: no SQL Server was to be had.

mod stub;

use serde_json::{Value, json};

use super::*;
use crate::{
    NetworkSettings,
    alternating_users::AlternatingUsers,
    document::SecretDocument,
    rotator::{Rotator, Versions},
    single_user::SingleUser,
    testing::{Tools, login_here},
};
use stub::{State, Stub};

fn secret(stub: &Stub, user: &str, password: &str, more: Value) -> SecretDocument {
    login_here("sqlserver", stub.port, user, password, &more)
}

fn some(texts: &[&str]) -> Result<Vec<Option<String>>, String> {
    Ok(texts.iter().map(|text| Some((*text).to_owned())).collect())
}

/// A server that keeps logins, in a database that is not contained.
fn server(state: &mut State, batch: &str) -> Result<Vec<Option<String>>, String> {
    let quoted = |from: &str| {
        let (_, rest) = batch.split_once(from)?;
        Some(rest.strip_prefix("N'")?.split_once('\'')?.0.to_owned())
    };
    if batch == statements::CONTAINMENT {
        return some(&["0"]);
    }
    if batch == "SELECT @@VERSION" {
        return some(&["a stub"]);
    }
    if batch.starts_with("SELECT name FROM sys.server_principals") {
        let user = quoted("name = ").unwrap();
        return if state.passwords.iter().any(|(known, _)| *known == user) { some(&[&user]) } else { some(&[]) };
    }
    if batch.starts_with("SELECT N'ALTER ROLE ") {
        return some(&["ALTER ROLE [db_datareader] ADD MEMBER [app_clone]", "GRANT EXECUTE TO [app_clone]"]);
    }
    let (Some(password), Some((_, user))) = (quoted("PASSWORD = "), batch.split_once("LOGIN [")) else {
        return some(&[]);
    };
    let user = user.split(']').next().unwrap();
    let own = state.passwords.iter_mut().find(|(known, _)| known == user);
    if let Some(old) = quoted("OLD_PASSWORD = ")
        && own.as_ref().is_none_or(|(_, own)| *own != old)
    {
        return Err(format!("Cannot alter the login '{user}', the old password {old} is wrong."));
    }
    match own {
        Some((_, own)) => *own = password,
        None => state.passwords.push((user.to_owned(), password)),
    }
    some(&[])
}

#[tokio::test]
async fn one_user_changes_his_own_password() {
    let stub = Stub::start(&[("app", "old")], server).await;
    let (rotator, tools) = (SingleUser(Box::new(SqlServer)), Tools::default());
    let first = secret(&stub, "app", "old", json!({}));
    let second = tools.turn(&rotator, &first, None).await.unwrap();
    assert!(rotator.test(&tools.errand(), &first).await.is_err());
    tools.turn(&rotator, &second, None).await.unwrap();
    assert!(rotator.test(&tools.errand(), &second).await.is_err());
}

#[tokio::test]
async fn who_logged_in_with_the_password_before_shows_that_one_as_the_old() {
    let stub = Stub::start(&[("app", "older")], server).await;
    let (rotator, tools) = (SingleUser(Box::new(SqlServer)), Tools::default());
    let current = secret(&stub, "app", "lost", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let previous = Some(secret(&stub, "app", "older", json!({})));
    let versions = Versions { current, pending: pending.clone(), previous };
    rotator.set(&tools.errand(), &versions).await.unwrap();
    rotator.test(&tools.errand(), &pending).await.unwrap();
}

#[tokio::test]
async fn two_users_take_turns_with_the_same_rights() {
    let stub = Stub::start(&[("app", "old"), ("sa", "root")], server).await;
    let tools = Tools::default().and("arn:master", secret(&stub, "sa", "root", json!({})));
    let rotator = AlternatingUsers(Box::new(SqlServer));
    let first = secret(&stub, "app", "old", json!({ "masterarn": "arn:master", "dbname": "shop" }));
    let second = tools.turn(&rotator, &first, None).await.unwrap();
    assert_eq!(second.text("username").as_deref(), Some("app_clone"));
    rotator.test(&tools.errand(), &first).await.unwrap();
    let batches = stub.batches();
    assert!(batches.contains(&"USE [shop]".to_owned()));
    let made = batches.iter().find(|batch| batch.contains("CREATE LOGIN")).unwrap();
    let password = second.text("password").unwrap();
    assert_eq!(
        *made,
        format!(
            "SET XACT_ABORT ON; BEGIN TRANSACTION; CREATE LOGIN [app_clone] WITH PASSWORD = N'{password}'; CREATE USER \
             [app_clone] FOR LOGIN [app_clone]; ALTER ROLE [db_datareader] ADD MEMBER [app_clone]; GRANT EXECUTE TO \
             [app_clone]; COMMIT TRANSACTION"
        )
    );
}

#[tokio::test]
async fn a_right_that_cannot_be_copied_stops_before_anything_is_made() {
    let stub = Stub::start(&[("app", "old"), ("sa", "root")], |state, batch| {
        if batch.starts_with("SELECT N'ALTER ROLE ") { Ok(vec![None]) } else { server(state, batch) }
    });
    let stub = stub.await;
    let tools = Tools::default().and("arn:master", secret(&stub, "sa", "root", json!({})));
    let rotator = AlternatingUsers(Box::new(SqlServer));
    let current = secret(&stub, "app", "old", json!({ "masterarn": "arn:master", "dbname": "shop" }));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert!(refused.contains("is not copied; make app_clone by hand"), "{refused}");
    assert!(stub.batches().iter().all(|batch| !batch.contains("CREATE")));
}

#[tokio::test]
async fn a_users_own_password_is_changed_where_the_database_is_contained() {
    let stub = Stub::start(&[("app", "old")], |state, batch| {
        if batch == statements::CONTAINMENT { some(&["1"]) } else { server(state, batch) }
    });
    let stub = stub.await;
    let (rotator, tools) = (SingleUser(Box::new(SqlServer)), Tools::default());
    let current = secret(&stub, "app", "old", json!({ "dbname": "shop" }));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    rotator.set(&tools.errand(), &versions).await.unwrap();
    assert!(stub.batches().iter().any(|batch| batch.starts_with("ALTER USER [app] WITH PASSWORD = N'")));
}

#[tokio::test]
async fn a_certificate_is_verified_where_the_secret_asks_for_tls() {
    let stub = Stub::start(&[("app", "old")], server).await;
    let rotator = SingleUser(Box::new(SqlServer));
    let over_tls = secret(&stub, "app", "old", json!({ "host": "localhost", "ssl": true }));
    let refused = rotator.test(&Tools::default().errand(), &over_tls).await.unwrap_err().to_string();
    assert!(refused.contains("TLS failed"), "{refused}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, &stub.ca).unwrap();
    let trusting = Tools::new(NetworkSettings { ca_bundle: Some(path), ..NetworkSettings::default() });
    rotator.test(&trusting.errand(), &over_tls).await.unwrap();
    let elsewhere = secret(&stub, "app", "old", json!({ "ssl": true }));
    assert!(rotator.test(&trusting.errand(), &elsewhere).await.is_err(), "the certificate names localhost alone");
}

#[tokio::test]
async fn what_the_server_says_is_shown_without_passwords() {
    let stub = Stub::start(&[("app", "old-canary")], |state, batch| {
        if batch.starts_with("ALTER") { Err("no: old-canary".to_owned()) } else { server(state, batch) }
    });
    let stub = stub.await;
    let (rotator, tools) = (SingleUser(Box::new(SqlServer)), Tools::default());
    let wrong = secret(&stub, "app", "wrong-canary", json!({}));
    let refused = rotator.test(&tools.errand(), &wrong).await.unwrap_err().to_string();
    assert!(refused.contains("Login failed for user 'app'.") && !refused.contains("canary"), "{refused}");

    let current = secret(&stub, "app", "old-canary", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert!(!refused.contains("canary"), "{refused}");
}

#[tokio::test]
async fn a_server_that_repeats_the_new_password_is_not_quoted() {
    let stub = Stub::start(&[("app", "first-one")], |state, batch| {
        if batch.starts_with("ALTER") {
            Err(format!("no: {}", batch.split("OLD_").next().unwrap()))
        } else {
            server(state, batch)
        }
    });
    let stub = stub.await;
    let (rotator, tools) = (SingleUser(Box::new(SqlServer)), Tools::default());
    let current = secret(&stub, "app", "first-one", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert_eq!(refused, "the server refused a statement: the server's words hold a password and are not shown");
}

#[tokio::test]
async fn rows_without_an_end_are_not_kept() {
    let stub = Stub::start(&[("app", "old")], |_, _| Ok(vec![None; 100_001])).await;
    let (rotator, current) = (SingleUser(Box::new(SqlServer)), secret(&stub, "app", "old", json!({})));
    let refused = rotator.test(&Tools::default().errand(), &current).await.unwrap_err().to_string();
    assert!(refused.contains("more than 100000 rows"), "{refused}");
}
