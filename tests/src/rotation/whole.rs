//! Rotations that go well.

use serde_json::{Value, json};

use super::{
    FUNCTION,
    rotator::{Fault, STEPS, Stage},
};
use crate::{
    house::{ACCOUNT, DAY_MS, REGION, SECOND_MS},
    letters::token,
    texts::no_such_rotation,
};

#[tokio::test]
async fn a_rotation_changes_the_password_and_every_place_tells_of_it() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    let arn = admin.describe("db").await["ARN"].clone();
    for absent in ["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"] {
        assert!(admin.describe("db").await.get(absent).is_none(), "{absent}");
    }
    stage.configure(2, json!({"RotationRules": {"AutomaticallyAfterDays": 1}})).await;
    stage.house.turn_clock(SECOND_MS);
    assert_eq!(stage.rotate().await, 1);

    assert_eq!(stage.called(), STEPS);
    let calls = stage.rotator.calls.lock().clone();
    assert!(calls.iter().all(|call| call.secret_arn == arn && call.token == token(2)));
    let rotation_token = calls[0].rotation_token.clone();
    assert!(calls.iter().all(|call| call.rotation_token == rotation_token));
    assert_eq!(rotation_token.len(), 36);

    assert_eq!(admin.value("db").await, "password-1");
    assert!(stage.logs_in("AWSCURRENT").await);
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT", "AWSPENDING"]}));
    let described = admin.describe("db").await;
    assert_eq!(described["RotationEnabled"], true);
    assert_eq!(described["RotationLambdaARN"], FUNCTION);
    assert_eq!(described["RotationRules"], json!({"AutomaticallyAfterDays": 1.0}));
    assert_eq!(described["LastRotatedDate"], stage.house.now());
    // The last second of tomorrow.
    assert_eq!(described["NextRotationDate"], stage.house.today() + 2.0 * 86_400.0 - 1.0);
    let listed = admin.ask("ListSecrets", json!({})).await["SecretList"][0].clone();
    for member in ["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"] {
        assert_eq!(listed[member], described[member], "{member}");
    }

    let events: Vec<Value> =
        stage.house.trail().into_iter().filter(|record| record["eventType"] == "AwsServiceEvent").collect();
    let expected = |name: &str, event: &Value| {
        json!({
            "eventVersion": "1.11",
            "userIdentity": {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"},
            "eventTime": "2026-03-02T08:00:01Z",
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "sourceIPAddress": "secretsmanager.amazonaws.com",
            "userAgent": "secretsmanager.amazonaws.com",
            "requestParameters": null,
            "responseElements": null,
            "additionalEventData": {"SecretId": arn},
            "requestID": format!("Rotation-{}-{}", arn.as_str().unwrap(), token(2)),
            "eventID": event["eventID"],
            "readOnly": false,
            "eventType": "AwsServiceEvent",
            "managementEvent": true,
            "recipientAccountId": ACCOUNT,
            "serviceEventDetails": {"secretId": arn},
            "eventCategory": "Management",
        })
    };
    let [started, succeeded] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*started, expected("RotationStarted", started));
    assert_eq!(*succeeded, expected("RotationSucceeded", succeeded));

    let timeline = stage.timeline().await;
    let [attempt] = &timeline[..] else { panic!("{timeline:?}") };
    assert_eq!(
        (&attempt["Outcome"], &attempt["Kind"], &attempt["Number"]),
        (&json!("SUCCEEDED"), &json!("ROTATION"), &json!(1.0))
    );
    assert_eq!(attempt["EventIds"], json!([started["eventID"], succeeded["eventID"]]));
    let steps: Vec<&Value> = attempt["Steps"].as_array().unwrap().iter().map(|step| &step["Step"]).collect();
    assert_eq!(steps, STEPS);
    let requests: Vec<String> = calls.iter().map(|call| call.request.to_string()).collect();
    let told: Vec<&Value> = attempt["Steps"].as_array().unwrap().iter().map(|step| &step["RequestId"]).collect();
    assert_eq!(told, requests.iter().collect::<Vec<_>>());

    // Who has read the trail cannot write the next pending version.
    assert!(!stage.house.raw_trail().iter().any(|record| record.contains(&rotation_token)));
}

#[tokio::test]
async fn rotations_follow_each_other_and_nothing_is_left_to_do() {
    let stage = Stage::open().await;
    for number in 2..6 {
        stage.ask_to_rotate(number).await;
        assert_eq!(stage.rotate().await, 1);
        assert_eq!(stage.admin().value("db").await, format!("password-{}", number - 1));
    }
    stage.house.turn_clock(400 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    let described = stage.admin().describe("db").await;
    assert!(described.get("NextRotationDate").is_none() && described.get("RotationRules").is_none());
}

#[tokio::test]
async fn a_second_rotation_begins_while_the_first_one_is_about_to_end() {
    let stage = Stage::open().await;
    let mut scheduler = stage.held_in("finishSecret", Fault::WaitsAfter).await;
    // AWSCURRENT has moved: callers see no rotation any more.
    stage.ask_to_rotate(3).await;
    // Nobody is called twice at once.
    assert_eq!(scheduler.begin_due().await.unwrap(), 0);
    stage.rotator.goes_on();
    scheduler.finish().await;
    stage.rotate().await;
    assert_eq!(stage.outcomes().await, ["SUCCEEDED", "SUCCEEDED"]);
    assert_eq!(stage.events(), ["RotationStarted", "RotationSucceeded", "RotationStarted", "RotationSucceeded"]);
    assert!(stage.logs_in("AWSCURRENT").await);
    assert_eq!(stage.rotator.at_once_most.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_test_calls_one_step_and_leaves_no_version_behind() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    let answer = stage
        .configure(2, json!({"RotateImmediately": false, "RotationRules": {"ScheduleExpression": "rate(10 hours)", "Duration": "2h"}}))
        .await;
    assert!(answer.get("VersionId").is_none());
    // It is made with the value that is current, so that a function can log in.
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"], token(2): ["AWSPENDING"]}));
    assert!(stage.logs_in("AWSPENDING").await);
    let changed = admin.describe("db").await["LastChangedDate"].clone();
    stage.house.turn_clock(SECOND_MS);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.called(), ["testSecret"]);
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"]}));
    let versions = admin.ask("ListSecretVersionIds", json!({"SecretId": "db", "IncludeDeprecated": true})).await;
    assert_eq!(versions["Versions"].as_array().unwrap().len(), 1);
    let described = admin.describe("db").await;
    assert_eq!(described["LastChangedDate"], changed);
    assert_eq!(described["RotationEnabled"], true);
    let rules = json!({"AutomaticallyAfterDays": 1.0, "ScheduleExpression": "rate(10 hours)", "Duration": "2h"});
    assert_eq!(described["RotationRules"], rules);
    assert!(described.get("LastRotatedDate").is_none() && described.get("NextRotationDate").is_some());
    assert_eq!(stage.events(), ["TestRotationStarted", "TestRotationSucceeded"]);
    assert_eq!(stage.outcomes().await, ["SUCCEEDED"]);
    assert_eq!(admin.value("db").await, "password-0");
}

#[tokio::test]
async fn whoever_asks_for_a_test_again_because_no_answer_came_gets_the_same() {
    let stage = Stage::open().await;
    let first = stage.configure(2, json!({"RotateImmediately": false})).await;
    assert_eq!(stage.configure(2, json!({"RotateImmediately": false})).await, first);
    assert!(first.get("VersionId").is_none());
    stage.rotate().await;
    assert_eq!(stage.events(), ["TestRotationStarted", "TestRotationSucceeded"]);
}

#[tokio::test]
async fn a_test_that_fails_is_told_and_changes_nothing() {
    let stage = Stage::open().await;
    stage.rotator.fails("testSecret", Fault::Before);
    stage.configure(2, json!({"RotateImmediately": false})).await;
    stage.rotate().await;
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    assert_eq!(stage.events(), ["TestRotationStarted", "TestRotationFailed"]);
    assert_eq!(stage.outcomes().await, ["FAILED"]);
    assert_eq!(stage.admin().labels("db").await, json!({token(1): ["AWSCURRENT"]}));
    // The configuration stands.
    assert_eq!(stage.admin().describe("db").await["RotationEnabled"], true);
    stage.ask_to_rotate(3).await;
}

#[tokio::test]
async fn a_rotation_token_is_good_while_its_rotation_goes_on() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    stage.rotator.fails("setSecret", Fault::Before);
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    let rotation_token = stage.rotator.calls.lock()[0].rotation_token.clone();
    let put = |number: u32| {
        json!({
            "SecretId": "db", "ClientRequestToken": token(number), "SecretString": "password-1",
            "VersionStages": ["AWSPENDING"], "RotationToken": rotation_token,
        })
    };
    admin.ask("PutSecretValue", put(2)).await;
    // Not for another secret.
    admin.create("other", "one").await;
    let mut elsewhere = put(2);
    elsewhere["SecretId"] = json!("other");
    admin.call("PutSecretValue", elsewhere).await.is(&no_such_rotation());
    stage.house.turn_clock(2 * 60 * SECOND_MS);
    stage.rotate().await;
    admin.call("PutSecretValue", put(3)).await.is(&no_such_rotation());
}

#[tokio::test]
async fn a_secret_without_a_value_can_rotate() {
    let stage = Stage::open().await;
    let admin = stage.admin();
    admin.ask("CreateSecret", json!({"Name": "empty", "ClientRequestToken": token(1)})).await;
    stage.rotator.fails("createSecret", Fault::Nothing);
    let rotate = json!({"SecretId": "empty", "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
    admin.ask("RotateSecret", rotate).await;
    stage.rotate().await;
    // The function says that all is well where it cannot be.
    assert_eq!(admin.labels("empty").await, json!({token(2): ["AWSPENDING"]}));
}
