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
