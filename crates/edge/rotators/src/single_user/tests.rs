use serde_json::json;

use super::*;
use crate::testing::{FakeDatabase, Tools, document};

fn secret(password: &str) -> SecretDocument {
    document(&json!({"engine": "fake", "host": "db", "username": "app", "password": password}))
}

fn versions(current: &str, pending: &str, previous: Option<&str>) -> Versions {
    Versions { current: secret(current), pending: secret(pending), previous: previous.map(secret) }
}

/// With this password in the database.
async fn set(database: &FakeDatabase, versions: &Versions) -> Result<(), String> {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = SingleUser(Box::new(database.clone()));
    rotator.set(&tools.errand(), versions).await.map_err(|failure| failure.to_string())
}

#[tokio::test]
async fn the_pending_value_is_the_current_one_with_another_password() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = SingleUser(Box::new(FakeDatabase::default()));
    let current = document(
        &json!({"engine": "aurora-fake", "host": "db", "username": "app", "password": "old", "port": "7", "note": [1]}),
    );
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let (mut expected, new) = (current.clone(), pending.required_secret("password").unwrap());
    assert_eq!(new.len(), 32);
    expected.set_text("password", &new);
    assert_eq!(pending, expected);
}

#[tokio::test]
async fn whichever_password_the_database_has_the_pending_one_is_set() {
    for known in ["current", "pending", "previous"] {
        let database = FakeDatabase::with(&[("app", known)]);
        set(&database, &versions("current", "pending", Some("previous"))).await.unwrap();
        assert_eq!(database.password("app").as_deref(), Some("pending"), "{known}");
    }
}

#[tokio::test]
async fn nobody_logs_in_with_a_password_that_is_none_of_the_three() {
    let nobody =
        "Unable to log into database with previous, current, or pending secret of secret arn arn: wrong password";
    for previous in [None, Some("previous")] {
        let database = FakeDatabase::with(&[("app", "another")]);
        assert_eq!(set(&database, &versions("current", "pending", previous)).await.unwrap_err(), nobody);
        assert_eq!(database.password("app").as_deref(), Some("another"));
    }
}

#[tokio::test]
async fn another_user_or_host_is_not_changed() {
    let database = FakeDatabase::with(&[("app", "current")]);
    let mut other = versions("current", "pending", None);
    other.pending.set_text("username", &terms::SecretBytes::copy_of(b"root"));
    let refused = set(&database, &other).await.unwrap_err();
    assert_eq!(refused, "Attempting to modify user root other than current user app");

    let mut other = versions("current", "pending", None);
    other.pending.set_text("host", &terms::SecretBytes::copy_of(b"elsewhere"));
    let refused = set(&database, &other).await.unwrap_err();
    assert_eq!(refused, "Attempting to modify user for host elsewhere other than current host db");

    let mut other = versions("wrong", "pending", Some("current"));
    other.previous.as_mut().unwrap().set_text("username", &terms::SecretBytes::copy_of(b"root"));
    let refused = set(&database, &other).await.unwrap_err();
    assert_eq!(refused, "Attempting to modify user app other than previous valid user root");
    assert_eq!(database.password("app").as_deref(), Some("current"));
}

#[tokio::test]
async fn a_channel_that_is_not_to_be_had_makes_way_for_the_next_one() {
    let database = FakeDatabase::with(&[("app", "pending")]);
    set(&database, &versions("current", "pending", None)).await.unwrap();
    let channels: Vec<_> = database.logins.lock().iter().map(|(_, channel)| *channel).collect();
    assert_eq!(channels, [crate::tls::Channel::Tls, crate::tls::Channel::Plain]);
}

#[tokio::test]
async fn a_value_that_does_not_log_in_fails_the_test() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = SingleUser(Box::new(FakeDatabase::with(&[("app", "right")])));
    rotator.test(&tools.errand(), &secret("right")).await.unwrap();
    let refused = rotator.test(&tools.errand(), &secret("wrong")).await.unwrap_err().to_string();
    assert_eq!(refused, "Unable to log into database with pending secret of secret ARN arn: wrong password");
}

#[tokio::test]
async fn it_is_told_which_value_does_not_log_in() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let rotator = SingleUser(Box::new(FakeDatabase::default()));
    for (secret_arn, token, expected) in [
        ("arn", "token", "Unable to log into database with pending secret of secret ARN arn: wrong password"),
        ("arn", "", "Unable to log into database with current secret of secret ARN arn: wrong password"),
        ("", "", "Unable to log into database with these values: wrong password"),
    ] {
        let errand = Errand { secret_arn, token, ..tools.errand() };
        assert_eq!(rotator.test(&errand, &secret("wrong")).await.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn it_is_told_whether_the_password_may_have_changed() {
    let tools = Tools::new(crate::NetworkSettings::default());
    let failure = async |database: &FakeDatabase| {
        let rotator = SingleUser(Box::new(database.clone()));
        let failed = rotator.set(&tools.errand(), &versions("current", "pending", None)).await.unwrap_err();
        facades::StepFailed::from(failed).may_have_changed
    };
    assert!(!failure(&FakeDatabase::with(&[("app", "another")])).await);
    assert!(failure(&FakeDatabase::with(&[("app", "current")]).losing_answers()).await);
}

#[tokio::test]
async fn a_rotation_that_does_not_end_well_is_undone() {
    let tools = Tools::new(crate::NetworkSettings::default());
    for known in ["pending", "current"] {
        let database = FakeDatabase::with(&[("app", known)]);
        let rotator = SingleUser(Box::new(database.clone()));
        rotator.undo(&tools.errand(), &versions("current", "pending", None)).await.unwrap();
        assert_eq!(database.password("app").as_deref(), Some("current"), "{known}");
    }
    let database = FakeDatabase::with(&[("app", "another")]);
    let rotator = SingleUser(Box::new(database.clone()));
    let failure = rotator.undo(&tools.errand(), &versions("current", "pending", None)).await.unwrap_err();
    assert_eq!(failure.to_string(), "Unable to log into database with current or pending secret: wrong password");
}
