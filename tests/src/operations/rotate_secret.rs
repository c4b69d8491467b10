use std::sync::atomic::Ordering;

use secretsmanager::{RotationProfile, RotationSettings};
use serde_json::{Value, json};

use crate::{
    house::House,
    letters::{Refusal, token},
    rotation::{FUNCTION, Stage},
    texts::{
        function_not_invocable, invalid_name, invalid_parameter, no_rotation_function, not_found, not_offered,
        rotation_not_complete, rotation_token_missing, scheduled, violation, violations,
    },
};

async fn is_refused(stage: &Stage, members: Value, refusal: &Refusal) {
    let described = stage.admin().describe("db").await;
    let mut ask = json!({"SecretId": "db", "ClientRequestToken": token(2)});
    ask.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    stage.admin().call("RotateSecret", ask).await.is(refusal);
    assert_eq!(stage.admin().describe("db").await, described, "{members}");
    assert_eq!(stage.rotate().await, 0);
}

#[tokio::test]
async fn the_answer_names_the_version_that_is_about_to_be_made() {
    let stage = Stage::open().await;
    let arn = stage.admin().describe("db").await["ARN"].clone();
    assert_eq!(stage.ask_to_rotate(2).await, json!({"ARN": arn, "Name": "db", "VersionId": token(2)}));
    assert_eq!(stage.admin().labels("db").await, json!({token(1): ["AWSCURRENT"], token(2): ["AWSPENDING"]}));
    // It has no value yet, which is how functions know that they must make one.
    let pending = json!({"SecretId": "db", "VersionId": token(2), "VersionStage": "AWSPENDING"});
    stage.admin().call("GetSecretValue", pending).await.is(&crate::texts::version_not_found(&token(2)));
    let pending = json!({"SecretId": "db", "VersionStage": "AWSPENDING"});
    stage.admin().call("GetSecretValue", pending).await.is(&crate::texts::label_not_found("AWSPENDING"));
}

#[tokio::test]
async fn a_call_needs_a_token_also_for_a_secret_that_is_not_there() {
    let house = House::open().await;
    house.admin().call("RotateSecret", json!({"SecretId": "db"})).await.is(&rotation_token_missing());
    let ask = json!({"SecretId": "db", "ClientRequestToken": token(2)});
    house.admin().call("RotateSecret", ask).await.is(&not_found());
    let ask = json!({"SecretId": "no name", "ClientRequestToken": token(2)});
    house.admin().call("RotateSecret", ask).await.is(&invalid_name());
}

#[tokio::test]
async fn a_secret_rotates_by_a_function() {
    let stage = Stage::open().await;
    is_refused(&stage, json!({}), &no_rotation_function()).await;
    is_refused(&stage, json!({"RotationLambdaARN": ""}), &no_rotation_function()).await;
    let malformed = invalid_parameter(
        "Invalid rotation Lambda ARN. Ensure the ARN matches format \
         arn:aws:lambda:<region>:<account>:function:<functionName>.",
    );
    for arn in ["rotate", "arn:aws:lambda:eu-central-1:111122223333:layer:rotate"] {
        is_refused(&stage, json!({"RotationLambdaARN": arn}), &malformed).await;
    }
}

#[tokio::test]
async fn the_function_must_let_secrets_manager_call_it_and_the_caller_as_well() {
    let stage = Stage::open().await;
    stage.rotator.is_there.store(false, Ordering::SeqCst);
    is_refused(&stage, json!({"RotationLambdaARN": FUNCTION}), &function_not_invocable()).await;
    stage.rotator.is_there.store(true, Ordering::SeqCst);
    stage.rotator.is_denied.store(true, Ordering::SeqCst);
    let text = format!("111122223333 may not call {FUNCTION}");
    let denied = Refusal { code: "AccessDeniedException", text: Some(text) };
    is_refused(&stage, json!({"RotationLambdaARN": FUNCTION}), &denied).await;
    assert!(stage.house.trail_names().contains(&"RotateSecret AccessDenied".to_owned()));
    assert_eq!(stage.called(), [""; 0]);
}

#[tokio::test]
async fn schedules_are_read_before_anything_else_happens() {
    let stage = Stage::open().await;
    let cases = [
        (
            json!({"AutomaticallyAfterDays": 3, "ScheduleExpression": "rate(3 days)"}),
            "You cannot specify both rotation frequency and schedule expression together.",
        ),
        (json!({"ScheduleExpression": "rate(3 weeks)"}), "Invalid schedule expression."),
        (json!({"ScheduleExpression": "cron(0 * * * ? *)"}), "Invalid schedule expression."),
        (json!({"ScheduleExpression": "rate(3 hours)"}), "Rate in hour should be least 4 and less than 24."),
        (json!({"ScheduleExpression": "rate(0 days)"}), "Rate in day should be greater than 0 and less than 1000."),
        (json!({"AutomaticallyAfterDays": 1, "Duration": "0h"}), "Duration must be at least 1 hour, at most 24 hour."),
        (
            json!({"ScheduleExpression": "rate(4 hours)", "Duration": "5h"}),
            "Duration cannot be greater than Rate in hour.",
        ),
        (
            json!({"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "3h"}),
            "Starting hour and duration must be within a day.",
        ),
    ];
    for (rules, text) in cases {
        let members = json!({"RotationLambdaARN": FUNCTION, "RotationRules": rules});
        is_refused(&stage, members, &invalid_parameter(text)).await;
    }
    let beyond = violation(
        "'1001'",
        "rotationRules.automaticallyAfterDays",
        "Member must have value less than or equal to 1000",
    );
    let members = json!({"RotationRules": {"AutomaticallyAfterDays": 1001}});
    is_refused(&stage, members, &violations(&[beyond])).await;
}

#[tokio::test]
async fn no_partner_rotates_secrets_here() {
    let stage = Stage::open().await;
    let metadata = json!({"ExternalSecretRotationMetadata": [{"Key": "a", "Value": "b"}]});
    is_refused(&stage, metadata, &not_offered("ExternalSecretRotationMetadata")).await;
    let role = json!({"ExternalSecretRotationRoleArn": "arn:aws:iam::111122223333:role/r"});
    is_refused(&stage, role, &not_offered("ExternalSecretRotationRoleArn")).await;
}

#[tokio::test]
async fn a_secret_that_is_about_to_be_deleted_does_not_rotate() {
    let stage = Stage::open().await;
    stage.admin().schedule("db").await;
    is_refused(&stage, json!({"RotationLambdaARN": FUNCTION}), &scheduled()).await;
}

#[tokio::test]
async fn a_rotation_that_goes_on_keeps_the_next_one_out() {
    let stage = Stage::open().await;
    stage.ask_to_rotate(2).await;
    let again = json!({"SecretId": "db", "ClientRequestToken": token(3)});
    stage.admin().call("RotateSecret", again.clone()).await.is(&rotation_not_complete());
    // Also where only the schedule is to be changed.
    let rules = json!({"SecretId": "db", "ClientRequestToken": token(3), "RotateImmediately": false});
    stage.admin().call("RotateSecret", rules).await.is(&rotation_not_complete());
    stage.rotate().await;
    assert_eq!(stage.admin().ask("RotateSecret", again).await["VersionId"], token(3));
}

#[tokio::test]
async fn a_pending_version_that_somebody_made_by_hand_keeps_rotations_out() {
    let stage = Stage::open().await;
    let put = json!({
        "SecretId": "db", "ClientRequestToken": token(5), "SecretString": "x", "VersionStages": ["AWSPENDING"],
    });
    stage.admin().ask("PutSecretValue", put).await;
    is_refused(&stage, json!({"RotationLambdaARN": FUNCTION}), &rotation_not_complete()).await;
    let remove = json!({"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": token(5)});
    stage.admin().ask("UpdateSecretVersionStage", remove).await;
    stage.ask_to_rotate(2).await;
}

#[tokio::test]
async fn a_repeated_call_begins_no_second_rotation() {
    let stage = Stage::open().await;
    let first = stage.ask_to_rotate(2).await;
    assert_eq!(stage.ask_to_rotate(2).await, first);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.ask_to_rotate(2).await, first);
    assert_eq!(stage.rotate().await, 0);
    // What another call has made is not repeated.
    let arn = first["ARN"].as_str().unwrap();
    let text = format!(
        "You can't use ClientRequestToken {} because that value is already in use for a version of secret {arn}.",
        token(1)
    );
    is_refused(&stage, json!({"ClientRequestToken": token(1)}), &invalid_parameter(text)).await;
}

#[tokio::test]
async fn tags_bring_rules_and_may_ask_for_a_rotation_often_enough() {
    let rules = contract::RotationRules { automatically_after_days: Some(30), ..Default::default() };
    let profile = |value: &str, rules, maximum_days| RotationProfile {
        tag_key: "data".to_owned(),
        tag_value: Some(value.to_owned()),
        rules,
        maximum_days,
    };
    let profiles = vec![profile("cards", Some(rules), Some(90)), profile("logs", None, Some(90))];
    let stage = Stage::open_with(RotationSettings { profiles, ..Default::default() }).await;
    let tag = async |value: &str| {
        stage.admin().call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "data", "Value": value}]})).await;
    };
    let asks = |members: Value| {
        let mut ask = json!({"RotationLambdaARN": FUNCTION});
        ask.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        ask
    };
    let text = "This server's settings require that a secret with these tags rotates at least every 90 days.";
    tag("logs").await;
    is_refused(&stage, asks(json!({})), &invalid_parameter(text)).await;
    tag("cards").await;
    let seldom = json!({"RotationRules": {"AutomaticallyAfterDays": 91}});
    is_refused(&stage, asks(seldom), &invalid_parameter(text)).await;
    stage.configure(2, json!({})).await;
    assert_eq!(stage.admin().describe("db").await["RotationRules"], json!({"AutomaticallyAfterDays": 30.0}));
    stage.rotate().await;
    stage.configure(3, json!({"RotationRules": {"ScheduleExpression": "rate(90 days)"}})).await;
}
