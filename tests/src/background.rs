//! What happens with nobody asking: turning the clock, and doing what is due.

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, DAY_MS, House, REGION},
    letters::{Persona, token},
    texts::not_found,
};

async fn schedule(admin: Persona<'_>, secret: &str, days: i64) {
    admin.ask("DeleteSecret", json!({"SecretId": secret, "RecoveryWindowInDays": days})).await;
}

/// Every version of the secret, deprecated ones included.
async fn versions(admin: Persona<'_>, secret: &str) -> Vec<String> {
    let mut members = json!({"SecretId": secret, "IncludeDeprecated": true});
    let mut ids = Vec::new();
    loop {
        let page = admin.ask("ListSecretVersionIds", members.clone()).await;
        let versions = page["Versions"].as_array().unwrap().iter();
        ids.extend(versions.map(|version| version["VersionId"].as_str().unwrap().to_owned()));
        match page.get("NextToken") {
            Some(token) => members["NextToken"] = token.clone(),
            None => return ids,
        }
    }
}

/// The records of the service's own doing.
fn service_events(house: &House) -> Vec<Value> {
    house.trail().into_iter().filter(|record| record["eventType"] == "AwsServiceEvent").collect()
}

#[tokio::test]
async fn the_end_of_the_recovery_window_erases_and_the_trail_tells_of_it() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    schedule(admin, "db", 7).await;

    house.turn_clock(7 * DAY_MS - 1);
    assert_eq!(house.do_due().await, 0);
    admin.describe("db").await;
    house.turn_clock(1);
    assert_eq!(house.do_due().await, 1);
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
    admin.call("RestoreSecret", json!({"SecretId": arn})).await.is(&not_found());
    assert_eq!(house.do_due().await, 0);

    let events = service_events(&house);
    let event = &events[0];
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"},
        "eventTime": "2026-03-09T08:00:00Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "EndSecretDelete",
        "awsRegion": REGION,
        "sourceIPAddress": "secretsmanager.amazonaws.com",
        "userAgent": "secretsmanager.amazonaws.com",
        "requestParameters": null,
        "responseElements": null,
        "additionalEventData": {"SecretId": arn},
        "eventID": event["eventID"],
        "readOnly": false,
        "eventType": "AwsServiceEvent",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    });
    assert_eq!(events, [expected]);

    // The name is free, and what comes under it is another secret.
    assert_ne!(admin.create("db", "three").await, arn);
    assert_eq!(versions(admin, "db").await, [token(1)]);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_restored_secret_outlives_its_window() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    schedule(admin, "db", 7).await;
    house.turn_clock(7 * DAY_MS - 1);
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    house.turn_clock(30 * DAY_MS);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn the_window_that_was_scheduled_last_counts() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    schedule(admin, "db", 7).await;
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    schedule(admin, "db", 30).await;
    house.turn_clock(30 * DAY_MS - 1);
    house.do_due().await;
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    schedule(admin, "db", 7).await;
    house.turn_clock(7 * DAY_MS);
    house.do_due().await;
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
}

#[tokio::test]
async fn a_window_does_not_end_for_a_later_secret_of_the_same_name() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    schedule(admin, "db", 7).await;
    admin.ask("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})).await;
    admin.create("db", "two").await;
    schedule(admin, "db", 30).await;
    house.turn_clock(29 * DAY_MS);
    assert_eq!(house.do_due().await, 0);
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    assert_eq!(admin.value("db").await, "two");
}

#[tokio::test]
async fn windows_end_while_nobody_serves() {
    let house = House::open().await;
    for name in ["a", "b", "c"] {
        house.admin().create(name, "one").await;
    }
    schedule(house.admin(), "a", 7).await;
    schedule(house.admin(), "b", 30).await;
    let house = house.restart().await;
    house.turn_clock(8 * DAY_MS);
    let house = house.restart().await;
    assert_eq!(house.do_due().await, 1);
    house.admin().call("DescribeSecret", json!({"SecretId": "a"})).await.is(&not_found());
    house.admin().describe("b").await;
    assert_eq!(house.admin().value("c").await, "one");
}

#[tokio::test]
async fn two_workers_do_a_job_once() {
    let house = House::open().await;
    let admin = house.admin();
    for number in 0..5 {
        let name = format!("s{number}");
        admin.create(&name, "one").await;
        schedule(admin, &name, 7).await;
    }
    house.turn_clock(7 * DAY_MS);
    tokio::join!(house.do_due(), house.do_due(), house.do_due());
    house.do_due().await;
    assert_eq!(service_events(&house).len(), 5);
    assert_eq!(admin.ask("ListSecrets", json!({"IncludePlannedDeletion": true})).await, json!({"SecretList": []}));
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_restore_that_meets_the_end_of_the_window_wins_whole_or_loses_whole() {
    let house = House::open().await;
    let admin = house.admin();
    for number in 0..20 {
        let name = format!("s{number}");
        admin.create(&name, "one").await;
        schedule(admin, &name, 7).await;
        house.turn_clock(7 * DAY_MS);
        let (_, restored) = tokio::join!(house.do_due(), admin.call("RestoreSecret", json!({"SecretId": name})));
        house.do_due().await;
        if restored.status == 200 {
            assert_eq!(admin.value(&name).await, "one");
        } else {
            restored.is(&not_found());
            admin.call("DescribeSecret", json!({"SecretId": name})).await.is(&not_found());
        }
    }
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn unlabelled_versions_go_when_there_are_more_than_100_and_they_are_a_day_old() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "1").await;
    for number in 2..=100 {
        house.turn_clock(1);
        admin.put("db", number, &number.to_string()).await;
    }
    assert_eq!(house.do_due().await, 0);
    // A day later the old ones make room, also while the background has not come by.
    house.turn_clock(DAY_MS);
    for number in 101..=103 {
        admin.put("db", number, &number.to_string()).await;
    }
    assert_eq!(versions(admin, "db").await.len(), 103);
    let described = admin.describe("db").await;
    assert_eq!(house.do_due().await, 1);

    let expected: Vec<String> = (4..=103).map(token).collect();
    assert_eq!(versions(admin, "db").await, expected);
    assert_eq!(admin.describe("db").await, described, "nobody sees that it happened");
    assert_eq!(admin.value("db").await, "103");
    let read = admin.ask("GetSecretValue", json!({"SecretId": "db", "VersionId": token(4)})).await;
    assert_eq!(read["SecretString"], "4");

    let events = service_events(&house);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["eventName"], "SecretVersionDeletion");
    let mut removed: Vec<&str> = events[0]["additionalEventData"]["VersionIds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    removed.sort_unstable();
    assert_eq!(removed, [token(1), token(2), token(3)]);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(house.close().await.audit().findings, []);
}

/// Version 1 is deprecated, 2 to 4 are not: one more than the quota, and the oldest is a day old.
async fn with_one_version_too_many(house: &House) -> Persona<'_> {
    let admin = house.admin();
    admin.create("db", "1").await;
    for number in 2..=3 {
        house.turn_clock(1);
        admin.put("db", number, "value").await;
    }
    house.turn_clock(DAY_MS);
    admin.put("db", 4, "4").await;
    admin
}

const THREE_VERSIONS: [(&str, &str); 1] = [("quota.versions_per_secret", "3")];

#[tokio::test]
async fn trimming_waits_for_the_oldest_to_be_a_day_old_and_comes_back_for_the_rest() {
    let house = House::open_with(&THREE_VERSIONS).await;
    let admin = with_one_version_too_many(&house).await;
    assert_eq!(house.do_due().await, 1);
    assert_eq!(versions(admin, "db").await, [2, 3, 4].map(token));
    house.turn_clock(DAY_MS);
    admin.put("db", 5, "5").await;
    assert_eq!(house.do_due().await, 1);
    assert_eq!(versions(admin, "db").await, [3, 4, 5].map(token));
    assert_eq!(house.do_due().await, 0);
    assert_eq!(service_events(&house).len(), 2);
}

#[tokio::test]
async fn labelled_versions_are_never_trimmed() {
    let house = House::open_with(&[("quota.versions_per_secret", "4")]).await;
    let admin = house.admin();
    admin.create("db", "1").await;
    let blue = json!({"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": token(1)});
    admin.ask("UpdateSecretVersionStage", blue).await;
    for number in 2..=6 {
        house.turn_clock(DAY_MS);
        admin.put("db", number, "value").await;
        house.do_due().await;
    }
    assert_eq!(versions(admin, "db").await, [1, 4, 5, 6].map(token));
}

#[tokio::test]
async fn a_version_that_gains_a_label_before_the_trimming_stays_and_nothing_is_told() {
    let house = House::open_with(&THREE_VERSIONS).await;
    let admin = with_one_version_too_many(&house).await;
    for (label, number) in [("blue", 1), ("green", 2)] {
        let label = json!({"SecretId": "db", "VersionStage": label, "MoveToVersionId": token(number)});
        admin.ask("UpdateSecretVersionStage", label).await;
    }
    let described = admin.describe("db").await;
    house.turn_clock(DAY_MS);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(versions(admin, "db").await, [1, 2, 3, 4].map(token));
    assert_eq!(admin.describe("db").await, described);
    assert_eq!(service_events(&house), Vec::<Value>::new());
}

#[tokio::test]
async fn a_raised_quota_ends_the_trimming_without_a_change() {
    let house = House::open_with(&THREE_VERSIONS).await;
    let _ = with_one_version_too_many(&house).await;
    let house = house.close().await.with("quota.versions_per_secret", "100").open().await;
    let described = house.admin().describe("db").await;
    assert_eq!((house.do_due().await, house.do_due().await), (1, 0));
    assert_eq!(versions(house.admin(), "db").await, [1, 2, 3, 4].map(token));
    assert_eq!(house.admin().describe("db").await, described);
    assert_eq!(service_events(&house)[0]["eventName"], "CancelSecretVersionDelete");
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn an_erased_secret_takes_its_trimming_along() {
    let house = House::open_with(&THREE_VERSIONS).await;
    let admin = with_one_version_too_many(&house).await;
    admin.ask("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})).await;
    admin.create("db", "new").await;
    assert_eq!(house.do_due().await, 0);
    assert_eq!(admin.value("db").await, "new");
}
