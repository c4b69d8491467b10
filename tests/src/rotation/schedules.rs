//! Rotations that nobody asks for.

use serde_json::json;

use super::rotator::{Fault, STEPS, Stage};
use crate::{
    house::{DAY_MS, HOUR_MS, SECOND_MS},
    letters::token,
};

#[tokio::test]
async fn a_secret_rotates_in_each_of_its_windows() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    let rules = json!({"ScheduleExpression": "cron(0 3/12 * * ? *)", "Duration": "2h"});
    stage.configure(2, json!({"RotateImmediately": false, "RotationRules": rules})).await;
    stage.rotate().await;
    // It is eight; the next window opens at three in the afternoon.
    assert_eq!(admin.describe("db").await["NextRotationDate"], stage.house.today() + 17.0 * 3600.0 - 1.0);
    stage.house.turn_clock(7 * HOUR_MS - SECOND_MS);
    assert_eq!(stage.rotate().await, 0);
    for number in 1..5 {
        // Half an hour into the window all have begun.
        stage.house.turn_clock(HOUR_MS / 2 + SECOND_MS);
        assert_eq!(stage.rotate().await, 1, "{number}");
        assert_eq!(stage.rotate().await, 0, "{number}");
        assert_eq!(admin.value("db").await, format!("password-{number}"));
        stage.house.turn_clock(12 * HOUR_MS - HOUR_MS / 2 - SECOND_MS);
    }
    let attempts = stage.timeline().await;
    assert!(attempts[1..].iter().all(|attempt| attempt["Cause"] == "SCHEDULE" && attempt["Outcome"] == "SUCCEEDED"));
    let tokens: std::collections::BTreeSet<&str> =
        attempts.iter().map(|attempt| attempt["VersionId"].as_str().unwrap()).collect();
    assert_eq!(tokens.len(), 5);
}

#[tokio::test]
async fn an_interval_counts_from_the_last_rotation_however_that_came_about() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 10}})).await;
    stage.rotate().await;
    stage.house.turn_clock(4 * DAY_MS);
    stage.ask_to_rotate(3).await;
    stage.rotate().await;
    assert_eq!(admin.describe("db").await["NextRotationDate"], stage.house.today() + 11.0 * 86_400.0 - 1.0);
    stage.house.turn_clock(9 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 1);
}

#[tokio::test]
async fn new_rules_without_a_rotation_plan_anew() {
    let stage = Stage::open().await;
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 10}})).await;
    stage.rotate().await;
    let rules = json!({"ScheduleExpression": "cron(0 9 * * ? *)"});
    stage.configure(3, json!({"RotateImmediately": false, "RotationRules": rules})).await;
    stage.rotate().await;
    assert_eq!(stage.admin().describe("db").await["NextRotationDate"], stage.house.today() + 86_400.0 - 1.0);
    stage.house.turn_clock(HOUR_MS + HOUR_MS / 2);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(
        stage.called()[STEPS.len()..],
        ["testSecret", "createSecret", "setSecret", "testSecret", "finishSecret"]
    );
}

#[tokio::test]
async fn a_window_that_nobody_was_there_for_is_made_up_for_in_the_next_one() {
    let stage = Stage::open().await;
    let rules = json!({"ScheduleExpression": "rate(10 days)", "Duration": "3h"});
    stage.configure(2, json!({"RotationRules": rules})).await;
    stage.rotate().await;
    // The server was off until the eleventh day, at eight.
    stage.house.turn_clock(11 * DAY_MS);
    let tomorrow = stage.house.today() + 86_400.0 + 3.0 * 3600.0 - 1.0;
    assert_eq!(stage.admin().describe("db").await["NextRotationDate"], tomorrow);
    // It is looked at, and put off.
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.called().len(), 4);
    stage.house.turn_clock(16 * HOUR_MS + HOUR_MS / 2);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.called().len(), 8);
}

#[tokio::test]
async fn a_label_in_the_way_keeps_a_scheduled_rotation_from_beginning_and_is_told_of() {
    let stage = Stage::open().await;
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 1}})).await;
    stage.rotate().await;
    let put = json!({
        "SecretId": "db", "ClientRequestToken": token(5), "SecretString": "x", "VersionStages": ["AWSPENDING"],
    });
    stage.admin().ask("PutSecretValue", put).await;
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 1);
    let attempts = stage.timeline().await;
    let error = "AWSPENDING is on a version that no rotation has made. Remove the label from it.";
    assert_eq!((&attempts[1]["Outcome"], &attempts[1]["Error"]), (&json!("FAILED"), &json!(error)));
    assert_eq!(stage.called().len(), 4);
    let remove = json!({"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": token(5)});
    stage.admin().ask("UpdateSecretVersionStage", remove).await;
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await, ["SUCCEEDED", "FAILED", "SUCCEEDED"]);
}

#[tokio::test]
async fn plans_outlive_the_server() {
    let stage = Stage::open().await;
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 1}})).await;
    stage.rotate().await;
    stage.rotator.fails("createSecret", Fault::Before);
    stage.house.turn_clock(DAY_MS);
    stage.rotate().await;
    let next = stage.killed().await;
    assert_eq!(next.rotate().await, 0);
    next.house.turn_clock(120 * SECOND_MS);
    assert_eq!(next.rotate().await, 1);
    assert!(next.logs_in("AWSCURRENT").await);
    next.house.turn_clock(DAY_MS);
    assert_eq!(next.rotate().await, 1);
    assert!(next.logs_in("AWSCURRENT").await);
}
