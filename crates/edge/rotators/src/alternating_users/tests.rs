use serde_json::json;

use super::*;
use crate::testing::{FakeDatabase, Tools, document};

fn secret(user: &str, password: &str) -> SecretDocument {
    document(&json!({
        "engine": "fake", "host": "db", "username": user, "password": password, "masterarn": "arn:master"
    }))
}

async fn set(database: &FakeDatabase, current: SecretDocument, pending: SecretDocument) -> Result<(), String> {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = AlternatingUsers(Box::new(database.clone()));
    let versions = Versions { current, pending, previous: None };
    rotator.set(&tools.errand(), &versions).await.map_err(|failure| failure.to_string())
}

#[tokio::test]
async fn users_take_turns() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = AlternatingUsers(Box::new(FakeDatabase::default()));
    let first = secret("app", "old");
    let second = rotator.create(&tools.errand(), &first).await.unwrap();
    assert_eq!(second.text("username").as_deref(), Some("app_clone"));
    let third = rotator.create(&tools.errand(), &second).await.unwrap();
    assert_eq!(third.text("username").as_deref(), Some("app"));
    assert_ne!(second.text("password"), third.text("password"));
}

#[tokio::test]
async fn a_name_that_would_become_too_long_is_refused() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = AlternatingUsers(Box::new(FakeDatabase::default()));
    let refused = rotator.create(&tools.errand(), &secret("a_long_name", "old")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Unable to clone user, username length with _clone appended would exceed 16 characters"
    );
}

#[tokio::test]
async fn a_secret_without_a_superuser_is_refused_before_anything_is_made() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = AlternatingUsers(Box::new(FakeDatabase::default()));
    let mut current = secret("app", "old");
    current.remove("masterarn");
    let refused = rotator.create(&tools.errand(), &current).await.unwrap_err();
    assert_eq!(refused.to_string(), "masterarn key is missing from secret JSON");
}

#[tokio::test]
async fn who_cannot_log_in_as_the_current_user_gets_no_superuser() {
    let database = FakeDatabase::with(&[("app", "right")]);
    let refused = set(&database, secret("app", "wrong"), secret("app_clone", "new")).await.unwrap_err();
    assert_eq!(refused, "Unable to log into database using current credentials for secret arn: wrong password");
    assert_eq!(database.password("app_clone"), None);
}

#[tokio::test]
async fn only_the_other_user_of_the_pair_is_changed() {
    let database = FakeDatabase::with(&[("app", "right")]);
    let refused = set(&database, secret("app", "right"), secret("root", "new")).await.unwrap_err();
    assert_eq!(refused, "Attempting to modify user root other than current user or clone app");
}

#[tokio::test]
async fn what_is_set_already_is_not_set_again() {
    let database = FakeDatabase::with(&[("app_clone", "new")]);
    set(&database, secret("app", "gone"), secret("app_clone", "new")).await.unwrap();
}

/// The users `app` and `chief` are at the database, and the second is a superuser.
async fn set_with_master(
    master: serde_json::Value,
    current: serde_json::Value,
    pending: serde_json::Value,
) -> (FakeDatabase, Result<(), String>) {
    let users = ["app", "chief", "chief_clone", "CHIEF_clone"].map(|user| (user, "right"));
    let database = FakeDatabase::with(&users);
    let with = |base: serde_json::Value, more: serde_json::Value| {
        let mut base = base;
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document(&base)
    };
    let secret = |user: &str, password: &str| json!({ "engine": "fake", "host": "db", "username": user, "password": password, "masterarn": "arn:master" });
    let tools = Tools::default().and("arn:master", with(secret("chief", "right"), master));
    let rotator = AlternatingUsers(Box::new(database.clone()));
    let (current, pending) = (with(secret("app", "right"), current), with(secret("app_clone", "new"), pending));
    let versions = Versions { current, pending, previous: None };
    let result = rotator.set(&tools.errand(), &versions).await.map_err(|failure| failure.to_string());
    (database, result)
}

#[tokio::test]
async fn a_superuser_is_sent_to_his_own_server_alone() {
    let (database, set) = set_with_master(json!({}), json!({}), json!({})).await;
    set.unwrap();
    assert_eq!(database.password("app_clone").as_deref(), Some("new"));
    // The usual port is one of 1; names of hosts know no case.
    set_with_master(json!({ "port": 1, "host": "DB" }), json!({}), json!({ "port": "1" })).await.1.unwrap();

    for (master, current, pending, expected) in [
        (json!({ "port": 2 }), json!({}), json!({}), "Current database port 1 is not the port 2 of master"),
        (json!({}), json!({ "port": 2 }), json!({ "port": 2 }), "Current database port 2 is not the port 1 of master"),
        (json!({}), json!({}), json!({ "port": 2 }), "Current database port 2 is not the port 1 of master"),
        (
            json!({ "host": "db.example" }),
            json!({}),
            json!({}),
            "Current database host db is not the same host as/rds replica of master db.example",
        ),
    ] {
        let (database, refused) = set_with_master(master, current, pending).await;
        assert_eq!(refused.unwrap_err(), expected);
        assert!(database.logins.lock().iter().all(|(user, _)| user != "chief"), "{expected}");
    }
}

#[tokio::test]
async fn a_superuser_changes_no_password_of_his_own() {
    for (current, pending) in [("chief", "chief_clone"), ("chief_clone", "chief"), ("CHIEF_clone", "CHIEF")] {
        let (database, refused) =
            set_with_master(json!({}), json!({ "username": current }), json!({ "username": pending })).await;
        let refused = refused.unwrap_err();
        assert!(refused.contains(" is the master user, whose password is changed by"), "{refused}");
        assert_eq!(database.password("chief").as_deref(), Some("right"));
        assert_eq!(database.password("chief_clone").as_deref(), Some("right"));
    }
}
