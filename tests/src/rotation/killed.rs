//! The server is killed while a rotation goes on. What is on the disk is all that is left, and nobody is locked out.

use serde_json::{Value, json};

use super::rotator::{Fault, STEPS, Stage};
use crate::{
    house::{DAY_MS, SECOND_MS},
    letters::token,
};

#[tokio::test]
async fn killed_before_or_after_any_step_it_goes_on_with_the_same_token_and_ends_well() {
    for step in STEPS {
        for fault in [Fault::Waits, Fault::WaitsAfter] {
            let stage = Stage::open().await;
            stage.rotator.fails(step, fault);
            stage.ask_to_rotate(2).await;
            let _scheduler = stage.begin().await;
            stage.rotator.waits().await;
            let next = stage.killed().await;
            assert!(next.somebody_logs_in().await, "{step} {fault:?}");
            next.house.turn_clock(SECOND_MS);
            assert_eq!(next.rotate().await, 1, "{step} {fault:?}");
            assert_eq!(next.called(), STEPS, "{step} {fault:?}");
            assert!(next.rotator.calls.lock().iter().all(|call| call.token == token(2)));
            assert_eq!(next.outcomes().await, ["INTERRUPTED", "SUCCEEDED"], "{step} {fault:?}");
            // Whether the password may have changed.
            let told: Vec<Value> = next.timeline().await[0]["Steps"].as_array().unwrap().clone();
            let steps: Vec<&str> = told.iter().map(|step| step["Step"].as_str().unwrap()).collect();
            let expected: &[&str] = if step == STEPS[0] { &[] } else { &STEPS[..2] };
            assert_eq!(steps, expected, "{step} {fault:?}");
            assert!(told.get(1).is_none_or(|step| step.get("DurationMillis").is_none()));
            assert!(next.logs_in("AWSCURRENT").await, "{step} {fault:?}");
            assert_eq!(next.admin().value("db").await, "password-1", "{step} {fault:?}");
            assert_eq!(next.rotate().await, 0);
            let house = std::sync::Arc::into_inner(next.house).unwrap();
            assert_eq!(house.close().await.audit().findings, []);
        }
    }
}

#[tokio::test]
async fn killed_before_its_first_attempt_it_begins_with_the_next_server() {
    let stage = Stage::open().await;
    stage.ask_to_rotate(2).await;
    let next = stage.killed().await;
    assert_eq!(next.rotate().await, 1);
    assert_eq!(next.outcomes().await, ["SUCCEEDED"]);
    assert_eq!(next.admin().value("db").await, "password-1");
}

#[tokio::test]
async fn killed_in_a_test_the_version_of_the_test_goes_all_the_same() {
    let stage = Stage::open().await;
    stage.rotator.fails("testSecret", Fault::Waits);
    stage.configure(2, json!({"RotateImmediately": false})).await;
    let _scheduler = stage.begin().await;
    stage.rotator.waits().await;
    let next = stage.killed().await;
    next.house.turn_clock(SECOND_MS);
    next.rotate().await;
    assert_eq!(next.outcomes().await, ["INTERRUPTED", "SUCCEEDED"]);
    assert_eq!(next.admin().labels("db").await, json!({token(1): ["AWSCURRENT"]}));
}

#[tokio::test]
async fn killed_again_and_again_it_is_given_up_until_somebody_asks() {
    let mut stage = Stage::open().await;
    stage.ask_to_rotate(2).await;
    for _ in 0..20 {
        stage.rotator.fails("setSecret", Fault::Waits);
        let scheduler = stage.begin().await;
        stage.rotator.waits().await;
        let next = stage.killed().await;
        drop(scheduler);
        stage = next;
        stage.house.turn_clock(SECOND_MS);
    }
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await, ["INTERRUPTED"; 20]);
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    stage.admin().call("RotateSecret", json!({"SecretId": "db", "ClientRequestToken": token(3)})).await;
    assert_eq!(stage.rotate().await, 1);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn abandoned_while_nobody_was_there_it_is_cleared_away() {
    let stage = Stage::open().await;
    stage.rotator.fails("setSecret", Fault::Waits);
    stage.ask_to_rotate(2).await;
    let _scheduler = stage.begin().await;
    stage.rotator.waits().await;
    stage.admin().put("db", 5, "password-0").await;
    let next = stage.killed().await;
    assert_eq!(next.rotate().await, 1);
    assert_eq!(next.outcomes().await, ["ABANDONED"]);
    assert_eq!(next.events(), ["RotationStarted", "RotationAbandoned"]);
    assert!(next.logs_in("AWSCURRENT").await);
}
