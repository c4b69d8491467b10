//! Against a stub that speaks the protocol and keeps users as MongoDB does.

mod stub;

use serde_json::{Value, json};

use super::*;
use crate::{
    alternating_users::AlternatingUsers,
    document::SecretDocument,
    rotator::{Rotator, Versions},
    single_user::SingleUser,
    testing::{Tools, login_here},
};
use stub::Stub;

fn secret(stub: &Stub, user: &str, password: &str, more: Value) -> SecretDocument {
    login_here("mongo", stub.port, user, password, &more)
}

#[tokio::test]
async fn one_user_changes_his_own_password_by_either_mechanism() {
    for mechanisms in [["SCRAM-SHA-256", "SCRAM-SHA-1"].as_slice(), &["SCRAM-SHA-1"], &[]] {
        let stub = Stub::start(mechanisms, &[("admin", "app", "old", &["readWrite"])]).await;
        let (rotator, tools) = (SingleUser(Box::new(MongoDb)), Tools::default());
        let first = secret(&stub, "app", "old", json!({}));
        let second = tools.turn(&rotator, &first, None).await.unwrap();
        assert!(rotator.test(&tools.errand(), &first).await.is_err());
        tools.turn(&rotator, &second, None).await.unwrap();
        assert!(rotator.test(&tools.errand(), &second).await.is_err());
    }
}

#[tokio::test]
async fn users_are_looked_for_in_the_secrets_database() {
    let stub = Stub::start(&["SCRAM-SHA-256"], &[("shop", "app", "old", &["readWrite"])]).await;
    let (rotator, tools) = (SingleUser(Box::new(MongoDb)), Tools::default());
    tools.turn(&rotator, &secret(&stub, "app", "old", json!({ "dbname": "shop" })), None).await.unwrap();
    let elsewhere = secret(&stub, "app", "old", json!({}));
    assert!(rotator.test(&tools.errand(), &elsewhere).await.is_err());
}

#[tokio::test]
async fn two_users_take_turns_with_the_same_roles() {
    let users = [("shop", "app", "old", ["readWrite", "backup"].as_slice()), ("admin", "root", "rooted", &["root"])];
    let stub = Stub::start(&["SCRAM-SHA-256"], &users).await;
    let tools = Tools::default().and("arn:master", secret(&stub, "root", "rooted", json!({})));
    let rotator = AlternatingUsers(Box::new(MongoDb));
    let first = secret(&stub, "app", "old", json!({ "masterarn": "arn:master", "dbname": "shop" }));
    let second = tools.turn(&rotator, &first, None).await.unwrap();
    assert_eq!(second.text("username").as_deref(), Some("app_clone"));
    assert_eq!(stub.roles_of("shop", "app_clone"), ["readWrite", "backup"]);
    rotator.test(&tools.errand(), &first).await.unwrap();
    let third = tools.turn(&rotator, &second, None).await.unwrap();
    assert_eq!(third.text("username").as_deref(), Some("app"));
    assert!(rotator.test(&tools.errand(), &first).await.is_err());
    rotator.test(&tools.errand(), &second).await.unwrap();
}

#[tokio::test]
async fn what_a_server_refuses_is_told_without_passwords() {
    let stub = Stub::start(&["SCRAM-SHA-256"], &[("admin", "app", "old", &[])]).await;
    stub.refuses("updateUser", "not authorized on admin to execute command { updateUser: \"app\", pwd: \"xxx\" }");
    let (rotator, tools) = (SingleUser(Box::new(MongoDb)), Tools::default());
    let current = secret(&stub, "app", "old", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert!(refused.starts_with("the server refused updateUser: not authorized"), "{refused}");

    // A server that repeats what it was told.
    stub.refuses("updateUser", &format!("no: {}", versions.pending.text("password").unwrap()));
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert_eq!(refused, "the server refused updateUser: the server's words hold a password and are not shown");

    let wrong = secret(&stub, "app", "guess-canary", json!({}));
    let refused = rotator.test(&tools.errand(), &wrong).await.unwrap_err().to_string();
    assert!(refused.contains("Authentication failed") && !refused.contains("guess-canary"), "{refused}");
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_not_believed() {
    let stub = Stub::start(&["SCRAM-SHA-256"], &[("admin", "app", "old", &[])]).await;
    stub.pretends();
    let rotator = SingleUser(Box::new(MongoDb));
    let anything = secret(&stub, "app", "anything", json!({}));
    let refused = rotator.test(&Tools::default().errand(), &anything).await.unwrap_err().to_string();
    assert!(refused.contains("not the one that was meant"), "{refused}");
}

#[tokio::test]
async fn without_a_word_about_tls_both_ways_are_tried() {
    let stub = Stub::start(&["SCRAM-SHA-256"], &[("admin", "app", "old", &[])]).await;
    let rotator = SingleUser(Box::new(MongoDb));
    rotator.test(&Tools::default().errand(), &secret(&stub, "app", "old", json!({ "ssl": null }))).await.unwrap();
    let refused = rotator.test(&Tools::default().errand(), &secret(&stub, "app", "old", json!({ "ssl": true }))).await;
    assert!(refused.unwrap_err().to_string().contains("TLS"));
}
