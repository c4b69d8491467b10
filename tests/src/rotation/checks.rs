//! Checks between rotations.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use contract::JobKind;
use secretsmanager::RotationSettings;
use serde_json::json;

use super::rotator::{FUNCTION, Fault, STEPS, Stage};
use crate::{
    house::{DAY_MS, HOUR_MS},
    letters::token,
};

fn settings() -> RotationSettings {
    let hour = Duration::from_secs(3600);
    RotationSettings { test_interval: Some(24 * hour), check_interval: Some(6 * hour), ..Default::default() }
}

async fn rotated() -> Stage {
    let stage = Stage::open_with(settings()).await;
    stage.ask_to_rotate(2).await;
    stage.rotate().await;
    stage
}

#[tokio::test]
async fn a_function_is_called_now_and_then_to_see_that_it_can_be() {
    let stage = rotated().await;
    let described = stage.admin().describe("db").await;
    stage.house.turn_clock(6 * HOUR_MS);
    stage.rotate().await;
    assert_eq!(stage.called()[4..], ["testSecret"]);
    assert_eq!(stage.rotator.calls.lock()[4].token, token(2));
    stage.house.turn_clock(DAY_MS - 1);
    assert_eq!(stage.rotate().await, 0);
    stage.rotator.fails("testSecret", Fault::Before);
    stage.house.turn_clock(1);
    assert_eq!(stage.rotate().await, 1);
    // Nothing about the secret has changed.
    assert_eq!(stage.admin().describe("db").await, described);
    let attempts = stage.timeline().await;
    let told: Vec<_> =
        attempts[1..].iter().map(|attempt| (attempt["Kind"].clone(), attempt["Outcome"].clone())).collect();
    assert_eq!(told, [(json!("TEST"), json!("SUCCEEDED")), (json!("TEST"), json!("FAILED"))]);
    assert_eq!(stage.events()[2..], ["TestRotationSucceeded", "TestRotationFailed"]);
}

#[tokio::test]
async fn a_rotator_is_asked_whether_the_value_logs_in() {
    let stage = rotated().await;
    stage.rotator.is_built_in.store(true, Ordering::SeqCst);
    stage.house.turn_clock(6 * HOUR_MS);
    assert_eq!(stage.rotate().await, 2);
    assert_eq!(stage.called()[4..].iter().filter(|step| **step == "checkCurrent").count(), 1);
    // Somebody changes the password where it is.
    "elsewhere".clone_into(&mut stage.rotator.database.password.lock());
    stage.house.turn_clock(6 * HOUR_MS);
    assert_eq!(stage.rotate().await, 1);
    let attempts = stage.timeline().await;
    let last = attempts.last().unwrap();
    assert_eq!(
        (&last["Kind"], &last["Outcome"], &last["Error"]),
        (&json!("CHECK"), &json!("FAILED"), &json!("no login"))
    );
}

#[tokio::test]
async fn nothing_is_checked_while_it_rotates_or_after_it_was_cancelled() {
    let stage = rotated().await;
    stage.rotator.fails("createSecret", Fault::Before);
    stage.ask_to_rotate(3).await;
    stage.rotate().await;
    (0..4).for_each(|_| stage.rotator.fails("createSecret", Fault::Before));
    stage.house.turn_clock(6 * HOUR_MS);
    stage.rotate().await;
    assert!(!stage.called()[STEPS.len()..].contains(&"testSecret"));
    stage.admin().ask("CancelRotateSecret", json!({"SecretId": "db"})).await;
    let calls = stage.called().len();
    stage.house.turn_clock(10 * DAY_MS);
    stage.rotate().await;
    assert_eq!(stage.called().len(), calls);
}

/// When checks are due, from now on, in milliseconds.
async fn planned(stage: &Stage) -> Vec<i64> {
    let (jobs, now) = (stage.house.planned(JobKind::CheckRotation).await, stage.house.clock_ms());
    jobs.iter().map(|job| job.due_at.as_millis() - now).collect()
}

/// A server that has begun, until so many checks are due in this time.
async fn begun(stage: &Stage, count: usize, within: i64) {
    let work = tokio::spawn(stage.house.scheduler().work());
    let until = Instant::now() + Duration::from_secs(20);
    while planned(stage).await.iter().filter(|due| **due <= within).count() < count {
        assert!(Instant::now() < until, "{:?}", planned(stage).await);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    work.abort();
}

#[tokio::test]
async fn what_rotated_before_checks_were_wanted_is_checked_once_the_server_has_begun_with_them() {
    // More than a page.
    const COUNT: u32 = 300;
    let stage = Stage::open().await;
    let rules = json!({"AutomaticallyAfterDays": 90});
    for number in 0..COUNT {
        stage.admin().create(&format!("s{number}"), "one").await;
        let ask = json!({
            "SecretId": format!("s{number}"), "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION,
            "RotationRules": rules, "RotateImmediately": false,
        });
        stage.admin().ask("RotateSecret", ask).await;
    }
    stage.ask_to_rotate(2).await;
    while stage.rotate().await > 0 {}
    stage.ask_to_rotate(3).await;
    stage.admin().ask("CancelRotateSecret", json!({"SecretId": "s0"})).await;
    stage.rotate().await;
    assert!(planned(&stage).await.is_empty());

    let stage = stage.killed_with(settings()).await;
    let count = COUNT as usize;
    begun(&stage, count, 6 * HOUR_MS).await;
    let due = planned(&stage).await;
    assert_eq!(due.len(), count, "one for each, but none for the one that was cancelled");
    assert!(due.iter().any(|due| *due < 2 * HOUR_MS) && due.iter().any(|due| *due > 4 * HOUR_MS), "not all at once");
    stage.house.turn_clock(6 * HOUR_MS);
    while stage.rotate().await > 0 {}
    let last = stage.timeline().await.pop().unwrap();
    assert_eq!(
        (&last["Kind"], &last["Cause"], &last["Outcome"]),
        (&json!("TEST"), &json!("SCHEDULE"), &json!("SUCCEEDED"))
    );

    // Oftener than they are planned.
    let often = RotationSettings { test_interval: Some(Duration::from_secs(60)), ..settings() };
    let stage = stage.killed_with(often).await;
    begun(&stage, count, 60_000).await;
    assert_eq!(planned(&stage).await.len(), count);
}
