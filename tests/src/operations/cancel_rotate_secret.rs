use serde_json::json;

use crate::{
    letters::token,
    rotation::{FUNCTION, Stage},
    texts::{never_configured, not_found, rotation_not_complete, scheduled},
};

#[tokio::test]
async fn rotation_is_off_and_can_be_turned_on_again_as_it_was() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 7}})).await;
    stage.rotate().await;
    let arn = admin.describe("db").await["ARN"].clone();
    let answer = admin.ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db"}));
    let described = admin.describe("db").await;
    assert_eq!(described["RotationEnabled"], false);
    assert_eq!(described["RotationLambdaARN"], FUNCTION);
    assert_eq!(described["RotationRules"], json!({"AutomaticallyAfterDays": 7.0}));
    assert!(described.get("NextRotationDate").is_none());
    assert!(described.get("LastRotatedDate").is_some());
    // Once more changes nothing.
    assert_eq!(admin.ask("CancelRotateSecret", json!({"SecretId": "db"})).await, answer);
    assert_eq!(admin.describe("db").await, described);
    stage.house.turn_clock(30 * crate::house::DAY_MS);
    assert_eq!(stage.rotate().await, 0);

    let on = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    admin.ask("RotateSecret", on).await;
    stage.rotate().await;
    let described = admin.describe("db").await;
    assert_eq!(described["RotationEnabled"], true);
    assert_eq!(described["RotationRules"], json!({"AutomaticallyAfterDays": 7.0}));
    assert!(described.get("NextRotationDate").is_some());
}

#[tokio::test]
async fn the_answer_names_the_version_that_was_being_made_and_leaves_its_label() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    stage.ask_to_rotate(2).await;
    let answer = admin.ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    assert_eq!(answer["VersionId"], token(2));
    stage.rotate().await;
    assert_eq!(stage.called(), [""; 0]);
    assert_eq!(stage.events(), ["RotationAbandoned"]);
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"], token(2): ["AWSPENDING"]}));
    // It blocks the next rotation until it is gone.
    let on = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    admin.call("RotateSecret", on.clone()).await.is(&rotation_not_complete());
    stage.rotate().await;
    assert_eq!(stage.called(), [""; 0]);
    let remove = json!({"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": token(2)});
    admin.ask("UpdateSecretVersionStage", remove).await;
    admin.ask("RotateSecret", on).await;
    stage.rotate().await;
    assert_eq!(admin.value("db").await, "password-1");
}

#[tokio::test]
async fn what_never_rotated_cannot_be_cancelled() {
    let stage = Stage::open().await;
    stage.admin().call("CancelRotateSecret", json!({"SecretId": "db"})).await.is(&never_configured());
    stage.admin().call("CancelRotateSecret", json!({"SecretId": "nothing"})).await.is(&not_found());
    stage.admin().schedule("db").await;
    stage.admin().call("CancelRotateSecret", json!({"SecretId": "db"})).await.is(&scheduled());
}
