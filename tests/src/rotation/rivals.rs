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
    let mut scheduler = stage.held_in("setSecret", Fault::Waits).await;
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
async fn rotations_at_one_host_are_served_in_order_and_nobody_comes_between_their_steps() {
    let settings = RotationSettings {
        concurrency: 4,
        concurrency_per_host: 1,
        // Shorter than what the last one waits.
        step_timeout: Duration::from_secs(2),
        ..Default::default()
    };
    let stage = Stage::open_with(settings).await;
    *stage.rotator.database.host.lock() = Some([10, 0, 0, 1].into());
    (0..3).for_each(|_| stage.rotator.fails("finishSecret", Fault::Waits));
    let names: Vec<String> = (0..30).map(|number| format!("db-{number:02}")).collect();
    for name in &names {
        stage.admin().create(name, "password-0").await;
        // There is one password for all of them here.
        stage.rotator.fails("setSecret", Fault::Nothing);
        stage.rotator.fails("testSecret", Fault::Nothing);
    }
    for name in &names {
        let rotate = json!({"SecretId": name, "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
        stage.admin().ask("RotateSecret", rotate).await;
        stage.house.turn_clock(1);
    }
    let mut scheduler = stage.house.scheduler();
    let all = async {
        let mut begun = 0;
        while begun < names.len() {
            begun += scheduler.begin_due().await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        scheduler.finish().await;
    };
    let first_three = async {
        for _ in 0..3 {
            stage.rotator.waits().await;
            tokio::time::sleep(Duration::from_millis(800)).await;
            stage.rotator.goes_on();
        }
    };
    tokio::join!(all, first_three);
    let at_host: Vec<Called> =
        stage.rotator.calls.lock().iter().filter(|call| call.step != STEPS[0]).cloned().collect();
    assert_eq!(at_host.len(), 3 * names.len());
    let served: Vec<&str> = at_host.chunks(3).map(|steps| steps[0].secret_arn.as_str()).collect();
    for steps in at_host.chunks(3) {
        assert_eq!(steps.iter().map(|call| call.step).collect::<Vec<_>>(), STEPS[1..]);
        assert!(steps.iter().all(|call| call.secret_arn == steps[0].secret_arn));
    }
    // As many as are at work at once may change places on their way to the host.
    for (place, arn) in served.iter().enumerate() {
        let asked = names.iter().position(|name| arn.contains(&format!(":{name}-"))).unwrap();
        assert!(place.abs_diff(asked) < 8, "{arn} was asked for as number {asked} and served as number {place}");
    }
    assert_eq!(stage.events().iter().filter(|name| *name == "RotationSucceeded").count(), names.len());
}

#[tokio::test]
async fn who_has_waited_for_a_host_looks_at_the_secret_anew() {
    let stage = Stage::open_with(RotationSettings { concurrency_per_host: 1, ..Default::default() }).await;
    *stage.rotator.database.host.lock() = Some([10, 0, 0, 1].into());
    stage.admin().create("waits", "password-0").await;
    let mut scheduler = stage.held_in("testSecret", Fault::Waits).await;
    let rotate = json!({"SecretId": "waits", "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
    stage.admin().ask("RotateSecret", rotate).await;
    assert_eq!(scheduler.begin_due().await.unwrap(), 1);
    let of_waiting = |call: &&Called| call.secret_arn.contains(":waits-");
    while stage.rotator.calls.lock().iter().filter(of_waiting).count() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stage.admin().ask("CancelRotateSecret", json!({"SecretId": "waits"})).await;
    stage.rotator.goes_on();
    scheduler.finish().await;
    let calls = stage.rotator.calls.lock();
    assert_eq!(calls.iter().filter(of_waiting).map(|call| call.step).collect::<Vec<_>>(), ["createSecret"]);
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
