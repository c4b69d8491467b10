//! The timeline of a secret's rotations, as keepwell's own service tells it.

use std::sync::Arc;

use contract::{AttemptCause, AttemptKind, AttemptOutcome, AttemptStep, Change, Commit, Pick, RotationAttempt};
use keepwell::system::SystemEntropy;
use policy::Action;
use serde_json::{Value, json};
use terms::{AccountId, Clock, EventId, Region, RequestId, Scope, Uid};
use trail::{ServiceEvent, Subject};

use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION, SECOND_MS},
    letters::token,
    people::{OTHER_ACCOUNT, allow, document},
};

const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";

/// An attempt as the scheduler keeps it.
async fn keep(house: &House, secret: &str, number: u32, outcome: AttemptOutcome) {
    let room = &house.rooms.secretsmanager;
    let scope = Scope::new(AccountId::parse(ACCOUNT).unwrap(), Region::parse(REGION).unwrap());
    let found = room.store.secret(scope, secret, Pick::Labelled).await.unwrap().unwrap();
    let request = RequestId::random(&SystemEntropy);
    let action = Action::new("secretsmanager:RunRotation");
    let permit = room.gate.authorize_service(scope.account, action, &found, request).unwrap();
    let record = found.open(&permit).unwrap();
    let now = house.clock().now();
    let has_failed = outcome == AttemptOutcome::Failed;
    let step = |step: &str, error: Option<&str>| AttemptStep {
        step: step.to_owned(),
        started_at: now,
        duration_ms: Some(250),
        error: error.map(str::to_owned),
        request_id: request.to_string(),
        log_group: error.map(|_| "/aws/lambda/rotate".to_owned()),
        log_request_id: error.map(|_| request.to_string()),
    };
    let attempt = RotationAttempt {
        id: Uid::random(&SystemEntropy),
        secret: record.uid,
        secret_arn: Arc::clone(&record.arn),
        scope,
        kind: AttemptKind::Rotation,
        cause: AttemptCause::Schedule,
        number,
        token: token(number),
        function_arn: FUNCTION.into(),
        started_at: now,
        ended_at: Some(now.plus_millis(500)),
        outcome,
        error: has_failed.then(|| "no luck".to_owned()),
        next_attempt_at: has_failed.then(|| now.plus_millis(60 * SECOND_MS)),
        steps: vec![step("createSecret", None), step("setSecret", has_failed.then_some("no luck"))],
        events: vec!["e1".to_owned(), "e2".to_owned()],
    };
    let commit = Commit::under(permit).change(Change::RotationAttempt(Arc::new(attempt))).unwrap();
    let event = ServiceEvent {
        event: EventId::random(&SystemEntropy),
        at: now,
        account: scope.account,
        region: scope.region,
        source: "secretsmanager.amazonaws.com",
        name: "RotationStarted",
        data: None,
        details: None,
        request_id: None,
        error: None,
    };
    room.recorder.commit_service_event(commit, &event, None::<Subject>).await.unwrap();
}

#[tokio::test]
async fn a_secret_that_never_rotated_has_no_attempts() {
    let house = House::open().await;
    let arn = house.admin().create("db", "one").await;
    let told = house.admin().keepwell("ListRotationAttempts", json!({"SecretId": "db"})).await.json();
    assert_eq!(told, json!({"ARN": arn, "Name": "db", "IsStuck": false, "Attempts": []}));
}

#[tokio::test]
async fn attempts_are_listed_with_their_steps_the_newest_first() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let began = house.now();
    keep(&house, "db", 1, AttemptOutcome::Failed).await;
    house.turn_clock(60 * SECOND_MS);
    keep(&house, "db", 2, AttemptOutcome::Succeeded).await;
    let told = house.admin().keepwell("ListRotationAttempts", json!({"SecretId": "db"})).await.json();
    let [second, first] = &told["Attempts"].as_array().unwrap()[..] else { panic!("{told}") };
    assert_eq!((&second["Number"], &second["Outcome"]), (&json!(2.0), &json!("SUCCEEDED")));
    assert!(second.get("Error").is_none() && second.get("NextAttemptDate").is_none());
    let mut first = first.clone();
    let request = first["Steps"][0]["RequestId"].take();
    assert_eq!(first["Steps"][1]["RequestId"].take(), request);
    assert_eq!(first["Steps"][1]["LogRequestId"].take(), request);
    let expected = json!({
        "Kind": "ROTATION", "Cause": "SCHEDULE", "Number": 1.0, "VersionId": token(1), "FunctionARN": FUNCTION,
        "StartedDate": began, "EndedDate": began + 0.5, "Outcome": "FAILED", "Error": "no luck",
        "NextAttemptDate": began + 60.0, "EventIds": ["e1", "e2"],
        "Steps": [
            {"Step": "createSecret", "StartedDate": began, "DurationMillis": 250.0, "RequestId": null},
            {"Step": "setSecret", "StartedDate": began, "DurationMillis": 250.0, "RequestId": null, "Error": "no luck",
             "LogGroup": "/aws/lambda/rotate", "LogRequestId": null},
        ],
    });
    assert_eq!(rounded(first), rounded(expected));
}

/// Milliseconds, so that fractions which were added up compare.
fn rounded(mut value: Value) -> Value {
    fn round(value: &mut Value) {
        match value {
            Value::Number(number) => *value = json!((number.as_f64().unwrap() * 1000.0).round()),
            Value::Array(values) => values.iter_mut().for_each(round),
            Value::Object(members) => members.values_mut().for_each(round),
            _ => {}
        }
    }
    round(&mut value);
    value
}

#[tokio::test]
async fn pages_follow_each_other_and_a_token_serves_for_its_secret_alone() {
    let house = House::open().await;
    for name in ["db", "other"] {
        house.admin().create(name, "one").await;
    }
    for number in 1..=5 {
        // Within the same millisecond.
        keep(&house, "db", number, AttemptOutcome::Succeeded).await;
    }
    let (mut seen, mut request) = (Vec::new(), json!({"SecretId": "db", "MaxResults": 2}));
    loop {
        let page = house.admin().keepwell("ListRotationAttempts", request.clone()).await.json();
        let numbers = page["Attempts"].as_array().unwrap().iter().map(|attempt| attempt["Number"].as_f64().unwrap());
        seen.extend(numbers);
        let Some(token) = page.get("NextToken") else { break };
        request["NextToken"] = token.clone();
        let foreign = json!({"SecretId": "other", "NextToken": token});
        let refused = house.admin().keepwell("ListRotationAttempts", foreign).await;
        assert!(refused.text().contains("InvalidNextTokenException"), "{}", refused.text());
    }
    assert_eq!(seen, [5.0, 4.0, 3.0, 2.0, 1.0]);
}

#[tokio::test]
async fn it_takes_the_right_to_ask_and_the_right_to_see_the_secret() {
    let house = House::open().await;
    let arn = house.admin().create("db", "one").await;
    let (ask, describe) = ("keepwell:ListRotationAttempts", "secretsmanager:DescribeSecret");
    for (name, actions, is_let_in) in
        [("asker", &[ask][..], false), ("seer", &[describe], false), ("both", &[ask, describe], true)]
    {
        let person = house.user(name, &document(json!([allow(actions, &arn)]))).await;
        let answer = person.at(&house).keepwell("ListRotationAttempts", json!({"SecretId": "db"})).await;
        assert_eq!(answer.status == 200, is_let_in, "{name}: {}", answer.text());
    }
    let missing = house.admin().keepwell("ListRotationAttempts", json!({"SecretId": "none"})).await;
    assert!(missing.text().contains("ResourceNotFoundException"));
    let elsewhere = house.admin().in_region(OTHER_REGION);
    let missing = elsewhere.keepwell("ListRotationAttempts", json!({"SecretId": arn})).await;
    assert!(missing.text().contains("ResourceNotFoundException"));
    let root = house.open_account(OTHER_ACCOUNT).await;
    let foreign = root.at(&house).keepwell("ListRotationAttempts", json!({"SecretId": arn})).await;
    assert!(foreign.text().contains("InvalidParameterException"));
}
