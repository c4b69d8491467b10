//! Rotations that have changed the password, and do not come to their end: rotators of the server's own have the current one
//! log in again.

use std::{sync::atomic::Ordering, time::Duration};

use secretsmanager::RotationSettings;
use serde_json::json;

use super::rotator::{Fault, STEPS, Stage};
use crate::{house::DAY_MS, letters::token};

async fn of_own_rotator() -> Stage {
    of_own_rotator_with(RotationSettings::default()).await
}

async fn of_own_rotator_with(settings: RotationSettings) -> Stage {
    let stage = Stage::open_with(settings).await;
    stage.rotator.is_built_in.store(true, Ordering::SeqCst);
    stage
}

/// Until setSecret is done, and nothing after it.
async fn set(stage: &Stage) -> secretsmanager::Scheduler {
    let scheduler = stage.held_in("setSecret", Fault::WaitsAfter).await;
    assert!(!stage.logs_in("AWSCURRENT").await);
    scheduler
}

#[tokio::test]
async fn while_a_rotation_waits_for_its_next_attempt_the_current_password_logs_in() {
    for step in ["setSecret", "testSecret", "finishSecret"] {
        let stage = of_own_rotator().await;
        stage.rotator.fails(step, if step == "setSecret" { Fault::After } else { Fault::Before });
        stage.ask_to_rotate(2).await;
        assert_eq!(stage.rotate().await, 1);
        assert_eq!(stage.outcomes().await, ["FAILED"]);
        assert_eq!(stage.called().last(), Some(&"undoSecret"), "{step}");
        assert!(stage.logs_in("AWSCURRENT").await, "{step}");
        let steps = stage.timeline().await[0]["Steps"].as_array().unwrap().clone();
        assert_eq!(steps.last().unwrap()["Step"], "undoSecret");
        stage.house.turn_clock(DAY_MS);
        assert_eq!(stage.rotate().await, 1);
        assert_eq!(stage.outcomes().await, ["FAILED", "SUCCEEDED"]);
        assert!(stage.logs_in("AWSCURRENT").await, "{step}");
        assert_eq!(stage.admin().value("db").await, "password-1");
    }
}

#[tokio::test]
async fn a_rotation_that_is_ended_from_outside_is_undone() {
    let remove = json!({"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": token(2)});
    let by_hand = json!({"SecretId": "db", "ClientRequestToken": token(5), "SecretString": "password-by-hand"});
    for (operation, ask) in [
        ("CancelRotateSecret", json!({"SecretId": "db"})),
        ("UpdateSecretVersionStage", remove),
        ("PutSecretValue", by_hand),
    ] {
        let stage = of_own_rotator().await;
        let mut scheduler = set(&stage).await;
        stage.admin().ask(operation, ask).await;
        stage.rotator.goes_on();
        scheduler.finish().await;
        assert_eq!(stage.called(), ["createSecret", "setSecret", "undoSecret"], "{operation}");
        assert_eq!(stage.outcomes().await, ["ABANDONED"], "{operation}");
        assert!(stage.logs_in("AWSCURRENT").await, "{operation}");
    }
}

#[tokio::test]
async fn what_could_not_be_undone_is_once_more_when_nobody_tries_again() {
    let stage = of_own_rotator().await;
    stage.rotator.fails("testSecret", Fault::Before);
    stage.rotator.fails("undoSecret", Fault::Before);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert!(!stage.logs_in("AWSCURRENT").await);
    stage.admin().ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    assert_eq!(stage.rotate().await, 1);
    assert!(stage.logs_in("AWSCURRENT").await);
    assert_eq!(stage.events(), ["RotationStarted", "RotationFailed", "RotationAbandoned"]);
}

#[tokio::test]
async fn what_has_arrived_is_not_undone() {
    let stage = of_own_rotator().await;
    stage.rotator.fails("finishSecret", Fault::After);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.called(), STEPS);
    assert_eq!(stage.admin().value("db").await, "password-1");
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn nothing_is_undone_while_whoever_finishes_may_be_at_it_still() {
    let settings = RotationSettings { step_timeout: Duration::from_secs(1), ..Default::default() };
    let stage = of_own_rotator_with(settings).await;
    stage.rotator.fails("finishSecret", Fault::Waits);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.outcomes().await, ["FAILED"]);
    assert_eq!(stage.called(), STEPS);
}

#[tokio::test]
async fn nothing_is_undone_before_it_is_done() {
    let stage = of_own_rotator().await;
    stage.rotator.fails("createSecret", Fault::After);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.called(), ["createSecret"]);
}

#[tokio::test]
async fn nothing_is_undone_where_nobody_could_log_in_to_change_it() {
    let stage = of_own_rotator().await;
    stage.rotator.fails("setSecret", Fault::Before);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.called(), ["createSecret", "setSecret"]);
}

#[tokio::test]
async fn functions_are_not_asked_to_undo() {
    let stage = Stage::open().await;
    stage.rotator.fails("testSecret", Fault::Before);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.called(), ["createSecret", "setSecret", "testSecret"]);
    assert!(stage.logs_in("AWSPENDING").await);
}
