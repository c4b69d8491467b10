//! The end of keys.

use serde_json::{Value, json};

use super::{invalid, missing, pending_deletion, service_events};
use crate::{
    house::{ACCOUNT, DAY_MS, House, OTHER_REGION, REGION},
    kms::{Fault, id_of},
    letters::Persona,
};

async fn schedule(admin: Persona<'_>, key: &str, days: u32) -> Value {
    admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": days})).await
}

/// Seconds from now.
fn in_days(house: &House, days: i64) -> f64 {
    terms::Clock::now(house.clock()).plus_days(days).as_seconds()
}

#[tokio::test]
async fn a_key_waits_for_its_end_and_may_be_kept_meanwhile() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    let range = invalid("PendingWindowInDays must be between 7 and 30");
    for days in [1, 6, 31] {
        admin.kms("ScheduleKeyDeletion", json!({"KeyId": arn, "PendingWindowInDays": days})).await.is_kms(&range);
    }
    let fault = Fault::new("KMSInvalidStateException", format!("{arn} is not pending deletion."));
    admin.kms("CancelKeyDeletion", json!({"KeyId": arn})).await.is_kms(&fault);

    let answer = admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": id_of(&arn)})).await;
    let delete_at = in_days(&house, 30);
    let expected =
        json!({"KeyId": arn, "DeletionDate": delete_at, "KeyState": "PendingDeletion", "PendingWindowInDays": 30.0});
    assert_eq!(answer, expected);
    let told = admin.key_metadata(&arn).await;
    assert_eq!((&told["KeyState"], &told["DeletionDate"]), (&json!("PendingDeletion"), &json!(delete_at)));
    for (operation, members) in [
        ("EnableKey", json!({"KeyId": arn})),
        ("DisableKey", json!({"KeyId": arn})),
        ("UpdateKeyDescription", json!({"KeyId": arn, "Description": "x"})),
        ("ScheduleKeyDeletion", json!({"KeyId": arn})),
        ("EnableKeyRotation", json!({"KeyId": arn})),
        ("DisableKeyRotation", json!({"KeyId": arn})),
        ("RotateKeyOnDemand", json!({"KeyId": arn})),
        ("TagResource", json!({"KeyId": arn, "Tags": [{"TagKey": "a", "TagValue": ""}]})),
        ("UntagResource", json!({"KeyId": arn, "TagKeys": ["a"]})),
        ("Encrypt", json!({"KeyId": arn, "Plaintext": "dGV4dA=="})),
    ] {
        admin.kms(operation, members).await.is_kms(&pending_deletion(&arn));
    }

    assert_eq!(admin.ask_kms("CancelKeyDeletion", json!({"KeyId": arn})).await, json!({"KeyId": arn}));
    assert_eq!(admin.key_state(&arn).await, "Disabled");
    house.turn_clock(31 * DAY_MS);
    assert_eq!(house.do_due().await, 0);
    admin.does("EnableKey", &arn).await;
    admin.sealed_text(&arn).await;
}

#[tokio::test]
async fn the_end_of_the_window_destroys_the_key_and_all_that_is_its() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({"Description": "to go", "Tags": [{"TagKey": "a", "TagValue": "b"}]})).await;
    admin.kms("CreateAlias", json!({"AliasName": "alias/db", "TargetKeyId": arn})).await.is_empty_success();
    admin.kms("EnableKeyRotation", json!({"KeyId": arn})).await.is_empty_success();
    let blob = admin.sealed_text(&arn).await;
    schedule(admin, &arn, 7).await;

    house.turn_clock(7 * DAY_MS - 1);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(admin.key_state(&arn).await, "PendingDeletion");
    house.turn_clock(1);
    assert_eq!(house.do_due().await, 1);
    assert_eq!(house.do_due().await, 0);
    for operation in ["DescribeKey", "CancelKeyDeletion", "GetKeyRotationStatus"] {
        admin.kms(operation, json!({"KeyId": arn})).await.is_kms(&missing(&arn));
    }
    assert_eq!(admin.kms("Decrypt", json!({"CiphertextBlob": blob})).await.status, 400);
    let aliases = admin.ask_kms("ListAliases", json!({})).await;
    assert!(!aliases.to_string().contains("alias/db"), "{aliases}");
    assert!(!admin.ask_kms("ListKeys", json!({})).await.to_string().contains(&arn));

    let events = service_events(&house, "DeleteKey");
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {"accountId": ACCOUNT, "invokedBy": "kms.amazonaws.com"},
        "eventTime": "2026-03-09T08:00:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "DeleteKey",
        "awsRegion": REGION,
        "sourceIPAddress": "kms.amazonaws.com",
        "userAgent": "kms.amazonaws.com",
        "requestParameters": null,
        "responseElements": null,
        "eventID": events[0]["eventID"],
        "readOnly": false,
        "eventType": "AwsServiceEvent",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "serviceEventDetails": {"keyId": id_of(&arn)},
        "eventCategory": "Management",
    });
    assert_eq!(events, [expected]);

    // Nothing of it is left but its id, also after a restart.
    let rows = house.rows(&[]);
    assert!(!rows.iter().any(|row| row.contains("to go") || row.contains("alias/db")), "{rows:?}");
    let house = house.restart().await;
    house.admin().kms("DescribeKey", json!({"KeyId": arn})).await.is_kms(&missing(&arn));
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_primary_key_waits_for_its_replicas() {
    let house = House::open().await;
    let admin = house.admin();
    let there = admin.in_region(OTHER_REGION);
    let arn = admin.key(json!({"MultiRegion": true})).await;
    let id = id_of(&arn);
    admin.ask_kms("ReplicateKey", json!({"KeyId": arn, "ReplicaRegion": OTHER_REGION})).await;

    let answer = schedule(admin, &arn, 10).await;
    let expected = json!({"KeyId": arn, "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": 10.0});
    assert_eq!(answer, expected);
    let told = admin.key_metadata(&arn).await;
    assert_eq!((&told["PendingDeletionWindowInDays"], told.get("DeletionDate")), (&json!(10.0), None));
    admin.kms("EnableKey", json!({"KeyId": arn})).await.is_kms(&pending_deletion(&arn));
    house.turn_clock(40 * DAY_MS);
    assert_eq!(house.do_due().await, 0);

    schedule(there, id, 7).await;
    assert_eq!(there.key_state(id).await, "PendingDeletion");
    house.turn_clock(7 * DAY_MS);
    assert_eq!(house.do_due().await, 1);
    there.kms("DescribeKey", json!({"KeyId": id})).await.is_kms(&missing(&arn.replace(REGION, OTHER_REGION)));
    let told = admin.key_metadata(&arn).await;
    let begun = (json!("PendingDeletion"), json!(in_days(&house, 10)));
    assert_eq!((told["KeyState"].clone(), told["DeletionDate"].clone()), begun);
    house.turn_clock(10 * DAY_MS);
    assert_eq!(house.do_due().await, 1);
    admin.kms("DescribeKey", json!({"KeyId": arn})).await.is_kms(&missing(&arn));
    // Of the two that went, and of the primary that was released.
    assert_eq!(service_events(&house, "DeleteKey").len(), 3);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_replica_goes_without_its_primary() {
    let house = House::open().await;
    let admin = house.admin();
    let there = admin.in_region(OTHER_REGION);
    let arn = admin.key(json!({"MultiRegion": true})).await;
    let blob = admin.sealed_text(&arn).await;
    admin.ask_kms("ReplicateKey", json!({"KeyId": arn, "ReplicaRegion": OTHER_REGION})).await;
    there.is_opened_text(&blob).await;
    schedule(there, id_of(&arn), 7).await;
    house.turn_clock(7 * DAY_MS);
    assert_eq!(house.do_due().await, 1);
    assert_eq!(admin.key_state(&arn).await, "Enabled");
    assert_eq!(admin.key_metadata(&arn).await["MultiRegionConfiguration"]["ReplicaKeys"], json!([]));
    admin.is_opened_text(&blob).await;
    // And comes again, of the material that its primary has.
    admin.ask_kms("ReplicateKey", json!({"KeyId": arn, "ReplicaRegion": OTHER_REGION})).await;
    there.is_opened_text(&blob).await;
    assert_eq!(house.close().await.audit().findings, []);
}
