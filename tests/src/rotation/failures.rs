//! Rotations that go wrong: AWSCURRENT stays, the same rotation is tried again, and somebody is told.

use std::time::Duration;

use secretsmanager::RotationSettings;
use serde_json::json;

use super::rotator::{Fault, STEPS, Stage};
use crate::{
    house::{DAY_MS, HOUR_MS, SECOND_MS},
    letters::token,
    texts::rotation_not_complete,
};

const MINUTE_MS: i64 = 60 * SECOND_MS;
const SHORT: Duration = Duration::from_millis(5);

/// Fails so many times.
fn fails(stage: &Stage, step: &str, fault: Fault, times: u32) {
    (0..times).for_each(|_| stage.rotator.fails(step, fault));
}

#[tokio::test]
async fn a_step_that_fails_is_told_of_everywhere_and_the_rotation_is_tried_again() {
    for (index, step) in STEPS.iter().enumerate() {
        for fault in [Fault::Before, Fault::After] {
            let stage = Stage::open().await;
            stage.rotator.fails(step, fault);
            stage.ask_to_rotate(2).await;
            assert_eq!(stage.rotate().await, 1, "{step} {fault:?}");
            assert_eq!(stage.called(), STEPS[..=index], "{step} {fault:?}");
            assert!(stage.somebody_logs_in().await, "{step} {fault:?}");
            let has_moved = (*step, fault) == ("finishSecret", Fault::After);
            let current = if has_moved { "password-1" } else { "password-0" };
            assert_eq!(stage.admin().value("db").await, current, "{step} {fault:?}");

            let failed =
                stage.house.trail().into_iter().find(|record| record["eventName"] == "RotationFailed").unwrap();
            let text = format!("Error when executing lambda {} during {step} step", super::FUNCTION);
            assert_eq!(failed["errorMessage"], text);
            assert!(failed.get("errorCode").is_none());
            let attempt = stage.timeline().await.remove(0);
            assert_eq!((&attempt["Outcome"], &attempt["Error"]), (&json!("FAILED"), &json!("ValueError: no luck")));
            let last = attempt["Steps"].as_array().unwrap().last().unwrap();
            assert_eq!((&last["Step"], &last["Error"]), (&json!(step), &json!("ValueError: no luck")));
            assert_eq!((&last["LogGroup"], &last["LogRequestId"]), (&json!("/aws/lambda/rotate"), &json!("r-1")));

            // Not before a minute is over, and then from the first step on, with the same token.
            stage.house.turn_clock(MINUTE_MS - 1);
            assert_eq!(stage.rotate().await, 0, "{step} {fault:?}");
            stage.house.turn_clock(MINUTE_MS);
            assert_eq!(stage.rotate().await, 1, "{step} {fault:?}");
            assert_eq!(stage.called()[index + 1..], STEPS, "{step} {fault:?}");
            assert!(stage.rotator.calls.lock().iter().all(|call| call.token == token(2)));
            assert_eq!(stage.admin().value("db").await, "password-1", "{step} {fault:?}");
            assert!(stage.logs_in("AWSCURRENT").await, "{step} {fault:?}");
            assert_eq!(
                stage.events(),
                ["RotationStarted", "RotationFailed", "RotationStarted", "RotationSucceeded"],
                "{step} {fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_function_that_finishes_without_moving_awscurrent_has_failed() {
    let stage = Stage::open().await;
    stage.rotator.fails("finishSecret", Fault::Nothing);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.outcomes().await, ["FAILED"]);
    let error = stage.timeline().await[0]["Error"].clone();
    assert_eq!(error, "finishSecret ended well, and AWSCURRENT is not on the new version.");
    assert!(stage.admin().describe("db").await.get("LastRotatedDate").is_none());
    stage.house.turn_clock(2 * MINUTE_MS);
    stage.rotate().await;
    assert_eq!(stage.admin().value("db").await, "password-1");
}

#[tokio::test]
async fn after_five_attempts_a_rotation_is_stuck_until_somebody_asks_for_it() {
    let stage = Stage::open().await;
    fails(&stage, "setSecret", Fault::Before, 6);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    // At least so many minutes, and a fifth more at most.
    for minutes in [1, 5, 15, 60] {
        stage.house.turn_clock(minutes * MINUTE_MS - 1);
        assert_eq!(stage.rotate().await, 0, "{minutes}");
        stage.house.turn_clock(minutes * MINUTE_MS / 5 + 1);
        assert_eq!(stage.rotate().await, 1, "{minutes}");
    }
    assert_eq!(stage.outcomes().await, ["FAILED"; 5]);
    assert!(stage.timeline().await[4].get("NextAttemptDate").is_none());
    stage.house.turn_clock(100 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);

    // The refusal that promises an attempt, and the attempt.
    let again = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    stage.admin().call("RotateSecret", again.clone()).await.is(&rotation_not_complete());
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await.len(), 6);
    // It counts anew, so that the sixth failure is the first of its kind.
    stage.house.turn_clock(2 * MINUTE_MS);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.admin().value("db").await, "password-1");
    assert!(stage.rotator.calls.lock().iter().all(|call| call.token == token(2)));
    stage.admin().ask("RotateSecret", again).await;
}

#[tokio::test]
async fn who_asks_while_a_rotation_waits_has_it_tried_at_once() {
    let stage = Stage::open().await;
    stage.rotator.fails("createSecret", Fault::Before);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    let again = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    stage.admin().call("RotateSecret", again).await.is(&rotation_not_complete());
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await.len(), 2);
    assert_eq!(stage.admin().value("db").await, "password-1");
}

#[tokio::test]
async fn who_asks_after_the_window_has_closed_has_it_tried_at_once_as_well() {
    let stage = Stage::open().await;
    let rules = json!({"ScheduleExpression": "cron(0 10 1 * ? *)", "Duration": "3h"});
    stage.configure(2, json!({"RotationRules": rules})).await;
    stage.rotate().await;
    stage.rotator.fails("finishSecret", Fault::Before);
    while stage.rotate().await == 0 {
        stage.house.turn_clock(HOUR_MS);
    }
    assert_eq!(stage.outcomes().await, ["SUCCEEDED", "FAILED"]);
    // Nobody was there until the window had closed.
    stage.house.turn_clock(2 * DAY_MS);
    let again = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    stage.admin().call("RotateSecret", again).await.is(&rotation_not_complete());
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await, ["SUCCEEDED", "FAILED", "SUCCEEDED"]);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn attempts_of_a_scheduled_rotation_end_with_its_window() {
    let stage = Stage::open().await;
    let rules = json!({"ScheduleExpression": "cron(0 10 * * ? *)", "Duration": "1h"});
    stage.configure(2, json!({"RotationRules": rules})).await;
    stage.rotate().await;
    let next = stage.admin().describe("db").await["NextRotationDate"].clone();
    assert_eq!(next, stage.house.today() + 11.0 * 3600.0 - 1.0);
    // It opens at ten, and the rotation begins within half an hour.
    fails(&stage, "setSecret", Fault::Before, 4);
    stage.house.turn_clock(2 * HOUR_MS + 30 * MINUTE_MS);
    assert_eq!(stage.rotate().await, 1);
    stage.house.turn_clock(2 * MINUTE_MS);
    assert_eq!(stage.rotate().await, 1);
    stage.house.turn_clock(6 * MINUTE_MS);
    assert_eq!(stage.rotate().await, 1);
    // 10:38; at most eighteen minutes later, so still in the window.
    stage.house.turn_clock(18 * MINUTE_MS);
    assert_eq!(stage.rotate().await, 1);
    // The next one would come after eleven.
    stage.house.turn_clock(2 * HOUR_MS);
    assert_eq!(stage.rotate().await, 0);
    // It may lie in the past after a failure.
    assert_eq!(stage.admin().describe("db").await["NextRotationDate"], next);
    stage.house.turn_clock(22 * HOUR_MS);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.admin().value("db").await, "password-2");
    assert_eq!(stage.outcomes().await, ["SUCCEEDED", "FAILED", "FAILED", "FAILED", "FAILED", "SUCCEEDED"]);
}

#[tokio::test]
async fn a_rotator_that_is_busy_is_asked_again_and_has_not_failed() {
    let stage = Stage::open_with(RotationSettings { busy_delay: SHORT, ..Default::default() }).await;
    fails(&stage, "setSecret", Fault::Busy, 3);
    stage.ask_to_rotate(2).await;
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.called().iter().filter(|step| **step == "setSecret").count(), 4);
    assert_eq!(stage.outcomes().await, ["SUCCEEDED"]);
}

#[tokio::test]
async fn a_step_that_never_ends_is_given_up() {
    let stage = Stage::open_with(RotationSettings { step_timeout: 200 * SHORT, ..Default::default() }).await;
    stage.rotator.fails("testSecret", Fault::Waits);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    assert_eq!(stage.outcomes().await, ["FAILED"]);
    assert_eq!(stage.timeline().await[0]["Error"], "It took longer than 1s.");
}
