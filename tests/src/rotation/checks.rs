//! Checks between rotations.

use std::{sync::atomic::Ordering, time::Duration};

use secretsmanager::RotationSettings;
use serde_json::json;

use super::rotator::{Fault, STEPS, Stage};
use crate::{
    house::{DAY_MS, HOUR_MS},
    letters::token,
};

fn settings() -> RotationSettings {
    let hour = Duration::from_secs(3600);
    RotationSettings { test_interval: Some(24 * hour), check_interval: Some(6 * hour), ..Default::default() }
}

async fn rotated() -> Stage {
    let stage = Stage::open_with(settings()).await;
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    stage
}

#[tokio::test]
async fn a_function_is_called_now_and_then_to_see_that_it_can_be() {
    let stage = rotated().await;
    let described = stage.admin().describe("db").await;
    stage.house.turn_clock(6 * HOUR_MS);
    stage.rotate().await;
    assert_eq!(stage.called()[4..], ["testSecret"]);
    assert_eq!(stage.rotator.calls.lock()[4].token, token(2));
    stage.house.turn_clock(DAY_MS - 1);
    assert_eq!(stage.rotate().await, 0);
    stage.rotator.fails("testSecret", Fault::Before);
    stage.house.turn_clock(1);
    assert_eq!(stage.rotate().await, 1);
    // Nothing about the secret has changed.
    assert_eq!(stage.admin().describe("db").await, described);
    let attempts = stage.timeline().await;
    let told: Vec<_> =
        attempts[1..].iter().map(|attempt| (attempt["Kind"].clone(), attempt["Outcome"].clone())).collect();
    assert_eq!(told, [(json!("TEST"), json!("SUCCEEDED")), (json!("TEST"), json!("FAILED"))]);
    assert_eq!(stage.events()[2..], ["TestRotationSucceeded", "TestRotationFailed"]);
}

#[tokio::test]
async fn a_rotator_is_asked_whether_the_value_logs_in() {
    let stage = rotated().await;
    stage.rotator.is_built_in.store(true, Ordering::SeqCst);
    stage.house.turn_clock(6 * HOUR_MS);
    assert_eq!(stage.rotate().await, 2);
    assert_eq!(stage.called()[4..].iter().filter(|step| **step == "checkCurrent").count(), 1);
    // Somebody changes the password where it is.
    "elsewhere".clone_into(&mut stage.rotator.database.password.lock());
    stage.house.turn_clock(6 * HOUR_MS);
    assert_eq!(stage.rotate().await, 1);
    let attempts = stage.timeline().await;
    let last = attempts.last().unwrap();
    assert_eq!(
        (&last["Kind"], &last["Outcome"], &last["Error"]),
        (&json!("CHECK"), &json!("FAILED"), &json!("no login"))
    );
}

#[tokio::test]
async fn nothing_is_checked_while_it_rotates_or_after_it_was_cancelled() {
    let stage = rotated().await;
    stage.rotator.fails("createSecret", Fault::Before);
    stage.ask_to_rotate(3).await;
    stage.rotate().await;
    (0..4).for_each(|_| stage.rotator.fails("createSecret", Fault::Before));
    stage.house.turn_clock(6 * HOUR_MS);
    stage.rotate().await;
    assert!(!stage.called()[STEPS.len()..].contains(&"testSecret"));
    stage.admin().ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    let calls = stage.called().len();
    stage.house.turn_clock(10 * DAY_MS);
    stage.rotate().await;
    assert_eq!(stage.called().len(), calls);
}
