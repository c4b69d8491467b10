//! Several that want the same at once.

use std::{sync::atomic::Ordering, time::Duration};

use secretsmanager::RotationSettings;
use serde_json::json;

use super::{
    FUNCTION,
    rotator::{Called, Fault, STEPS, Stage},
};
use crate::letters::token;

#[tokio::test]
async fn of_two_schedulers_one_makes_the_attempt() {
    for _ in 0..10 {
        let stage = Stage::open().await;
        stage.ask_to_rotate(2).await;
        let (mut one, mut other) = (stage.house.scheduler(), stage.house.scheduler());
        let (begun, also) = tokio::join!(one.begin_due(), other.begin_due());
        begun.unwrap();
        also.unwrap();
        tokio::join!(one.finish(), other.finish());
        assert_eq!(stage.called(), STEPS);
        assert_eq!(stage.outcomes().await, ["SUCCEEDED"]);
        assert_eq!(stage.events(), ["RotationStarted", "RotationSucceeded"]);
        assert!(stage.logs_in("AWSCURRENT").await);
    }
}

#[tokio::test]
async fn whoever_changes_the_secret_meanwhile_loses_nothing() {
    let stage = Stage::open().await;
    stage.rotator.fails("setSecret", Fault::Waits);
    stage.ask_to_rotate(2).await;
    let mut scheduler = stage.begin().await;
    stage.rotator.waits().await;
    let tag = json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]});
    stage.admin().call("TagResource", tag).await;
    stage.rotator.goes_on();
    let tags = async {
        for number in 0..50 {
            let tag = json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": number.to_string()}]});
            stage.admin().call("TagResource", tag).await.is_empty_success();
        }
    };
    tokio::join!(scheduler.finish(), tags);
    assert_eq!(stage.outcomes().await, ["SUCCEEDED"]);
    assert_eq!(stage.admin().describe("db").await["Tags"], json!([{"Key": "k", "Value": "49"}]));
    assert!(stage.logs_in("AWSCURRENT").await);
}

#[tokio::test]
async fn no_more_are_at_work_than_there_are_places_and_all_are_served() {
    let stage = Stage::open_with(RotationSettings { concurrency: 3, ..Default::default() }).await;
    for number in 0..20 {
        let name = format!("db-{number}");
        stage.admin().create(&name, "password-0").await;
        stage.rotator.fails("setSecret", Fault::Nothing);
        stage.rotator.fails("testSecret", Fault::Nothing);
        let rotate = json!({"SecretId": name, "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
        stage.admin().ask("RotateSecret", rotate).await;
    }
    assert_eq!(stage.rotate().await, 20);
    assert_eq!(stage.rotator.at_once_most.load(Ordering::SeqCst), 3);
    assert_eq!(stage.events().iter().filter(|name| *name == "RotationSucceeded").count(), 20);
}

#[tokio::test]
async fn who_waits_for_a_busy_rotator_keeps_nobody_from_theirs() {
    let busy_delay = Duration::from_millis(20);
    let stage = Stage::open_with(RotationSettings { concurrency: 1, busy_delay, ..Default::default() }).await;
    stage.admin().create("other", "password-0").await;
    (0..10).for_each(|_| stage.rotator.fails("createSecret", Fault::Busy));
    stage.ask_to_rotate(2).await;
    let mut scheduler = stage.begin().await;
    while stage.called().is_empty() {
        tokio::time::sleep(busy_delay / 4).await;
    }
    let rotate = json!({"SecretId": "other", "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
    stage.admin().ask("RotateSecret", rotate).await;
    while scheduler.begin_due().await.unwrap() == 0 {
        tokio::time::sleep(busy_delay / 4).await;
    }
    scheduler.finish().await;
    let calls = stage.rotator.calls.lock();
    let of_other = |call: &Called| call.secret_arn.contains(":other-");
    let of_db = |call: &Called| call.secret_arn.contains(":db-");
    assert!(calls.iter().position(of_other) < calls.iter().rposition(of_db));
    assert_eq!(stage.rotator.at_once_most.load(Ordering::SeqCst), 1);
}
