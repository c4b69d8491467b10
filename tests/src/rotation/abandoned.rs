//! Rotations that are ended from outside.

use serde_json::json;

use super::{
    FUNCTION,
    rotator::{Fault, Stage},
};
use crate::{
    house::{DAY_MS, SECOND_MS},
    letters::{Refusal, token},
};

/// With a rotation under `token(2)` that has failed in setSecret.
async fn stuck() -> Stage {
    let stage = Stage::open().await;
    stage.rotator.fails("setSecret", Fault::Before);
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 7}})).await;
    stage.rotate().await;
    stage
}

#[tokio::test]
async fn a_value_put_by_hand_ends_a_rotation_that_waits() {
    for operation in ["PutSecretValue", "UpdateSecret"] {
        let stage = stuck().await;
        let admin = stage.admin();
        let value = json!({"SecretId": "db", "ClientRequestToken": token(5), "SecretString": "password-0"});
        admin.ask(operation, value).await;
        assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(5): ["AWSCURRENT"]}));
        assert_eq!(stage.rotate().await, 1);
        assert_eq!(stage.events(), ["RotationStarted", "RotationFailed", "RotationAbandoned"], "{operation}");
        let calls = stage.called().len();
        stage.house.turn_clock(DAY_MS);
        assert_eq!(stage.rotate().await, 0);
        assert_eq!(stage.called().len(), calls);
        // Nothing is in the way of the next one.
        stage.ask_to_rotate(3).await;
        stage.rotate().await;
        assert_eq!(admin.labels("db").await[token(3)], json!(["AWSCURRENT", "AWSPENDING"]));
    }
}

#[tokio::test]
async fn the_next_rotation_need_not_wait_until_the_abandoned_one_is_cleared_away() {
    let stage = stuck().await;
    stage.admin().put("db", 5, "password-0").await;
    stage.ask_to_rotate(3).await;
    stage.rotate().await;
    let events = ["RotationStarted", "RotationFailed", "RotationAbandoned", "RotationStarted", "RotationSucceeded"];
    assert_eq!(stage.events(), events);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn a_value_put_by_hand_counts_as_a_rotation_for_intervals() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 7}})).await;
    stage.rotate().await;
    let rotated = admin.describe("db").await["LastRotatedDate"].clone();
    stage.house.turn_clock(3 * DAY_MS);
    admin.put("db", 5, "password-1").await;
    let described = admin.describe("db").await;
    assert_eq!(described["NextRotationDate"], stage.house.today() + 8.0 * 86_400.0 - 1.0);
    assert_eq!(described["LastRotatedDate"], rotated);
    stage.house.turn_clock(5 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    stage.house.turn_clock(2 * DAY_MS);
    assert_eq!(stage.rotate().await, 1);
    // A label of one's own is no new value.
    let described = admin.describe("db").await["NextRotationDate"].clone();
    stage.house.turn_clock(DAY_MS);
    let label =
        json!({"SecretId": "db", "ClientRequestToken": token(6), "SecretString": "x", "VersionStages": ["mine"]});
    admin.ask("PutSecretValue", label).await;
    assert_eq!(admin.describe("db").await["NextRotationDate"], described);
}

#[tokio::test]
async fn a_rotation_whose_label_is_taken_away_ends_before_its_next_step() {
    let stage = Stage::open().await;
    let mut scheduler = stage.held_in("createSecret", Fault::WaitsAfter).await;
    let remove = json!({"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": token(2)});
    stage.admin().ask("UpdateSecretVersionStage", remove).await;
    stage.rotator.goes_on();
    scheduler.finish().await;
    assert_eq!(stage.called(), ["createSecret"]);
    assert_eq!(stage.outcomes().await, ["ABANDONED"]);
    assert_eq!(stage.events(), ["RotationStarted", "RotationAbandoned"]);
    assert_eq!(stage.admin().value("db").await, "password-0");
    stage.ask_to_rotate(3).await;
    stage.rotate().await;
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn a_cancelled_rotation_ends_before_its_next_step() {
    let stage = Stage::open().await;
    let mut scheduler = stage.held_in("createSecret", Fault::WaitsAfter).await;
    let answer = stage.admin().ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    assert_eq!(answer["VersionId"], token(2));
    stage.rotator.goes_on();
    scheduler.finish().await;
    assert_eq!(stage.called(), ["createSecret"]);
    assert_eq!(stage.outcomes().await, ["ABANDONED"]);
    assert_eq!(stage.rotate().await, 0);
}

#[tokio::test]
async fn a_new_rotation_waits_until_nobody_is_at_work_on_the_abandoned_one() {
    let stage = Stage::open().await;
    let mut scheduler = stage.held_in("setSecret", Fault::Waits).await;
    stage.admin().put("db", 5, "password-0").await;
    stage.house.turn_clock(SECOND_MS);
    stage.ask_to_rotate(3).await;
    assert_eq!(stage.outcomes().await, ["ABANDONED"]);
    assert_eq!(scheduler.begin_due().await.unwrap(), 0);
    stage.rotator.goes_on();
    scheduler.finish().await;
    assert_eq!(scheduler.begin_due().await.unwrap(), 1);
    scheduler.finish().await;
    assert_eq!(stage.outcomes().await, ["ABANDONED", "SUCCEEDED"]);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn a_secret_that_is_deleted_stops_rotating_and_goes_on_when_it_is_restored() {
    let stage = stuck().await;
    let admin = stage.admin();
    admin.schedule("db").await;
    assert_eq!(stage.rotate().await, 0);
    stage.house.turn_clock(10 * DAY_MS);
    let calls = stage.called().len();
    assert_eq!(stage.rotate().await, 0);
    assert_eq!(stage.called().len(), calls);
    // At once, and not in the next window.
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await, ["FAILED", "SUCCEEDED"]);
    assert_eq!(admin.labels("db").await[token(2)], json!(["AWSCURRENT", "AWSPENDING"]));
}

#[tokio::test]
async fn a_rotation_in_whose_middle_the_secret_is_deleted_goes_on_when_it_is_restored() {
    let stage = Stage::open().await;
    let mut scheduler = stage.held_in("setSecret", Fault::WaitsAfter).await;
    stage.admin().schedule("db").await;
    stage.rotator.goes_on();
    scheduler.finish().await;
    assert_eq!(stage.rotate().await, 0);
    stage.admin().ask("RestoreSecret", json!({"SecretId": "db"})).await;
    assert_eq!(stage.timeline().await[0]["Error"], "The secret is scheduled for deletion.");
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.outcomes().await, ["FAILED", "SUCCEEDED"]);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn nobody_makes_a_version_current_that_has_no_value() {
    let stage = Stage::open().await;
    stage.rotator.fails("createSecret", Fault::Nothing);
    stage.rotator.fails("setSecret", Fault::Nothing);
    stage.rotator.fails("testSecret", Fault::Nothing);
    stage.rotator.fails("finishSecret", Fault::Nothing);
    stage.ask_to_rotate(2).await;
    let stage_move = json!({
        "SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": token(2), "RemoveFromVersionId": token(1),
    });
    let refused = stage.admin().call("UpdateSecretVersionStage", stage_move).await;
    let text = format!("You can't move staging label AWSCURRENT to version {} because it has no value.", token(2));
    refused.is(&Refusal { code: "InvalidParameterException", text: Some(text) });
    stage.rotate().await;
    assert_eq!(stage.outcomes().await, ["FAILED"]);
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn a_secret_that_is_erased_in_the_middle_of_a_rotation_is_gone() {
    let stage = Stage::open().await;
    stage.rotator.fails("setSecret", Fault::Before);
    let gone = json!({"Name": "gone", "ClientRequestToken": token(1), "SecretString": "password-0"});
    stage.admin().ask("CreateSecret", gone).await;
    let rotate = json!({"SecretId": "gone", "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
    stage.admin().ask("RotateSecret", rotate).await;
    stage.rotate().await;
    stage.admin().ask("DeleteSecret", json!({"SecretId": "gone", "ForceDeleteWithoutRecovery": true})).await;
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 0);
}
