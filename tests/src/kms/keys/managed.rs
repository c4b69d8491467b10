//! The keys that the server manages.

use serde_json::json;

use super::{refused, service_events};
use crate::{
    house::{ACCOUNT, DAY_MS, House},
    kms::id_of,
    people::OTHER_ACCOUNT,
};

const ALIAS: &str = "alias/aws/secretsmanager";

#[tokio::test]
async fn an_account_looks_at_its_managed_key_and_changes_nothing_of_it() {
    let house = House::open().await;
    let admin = house.admin();
    let told = admin.key_metadata(ALIAS).await;
    let arn = told["Arn"].as_str().unwrap();
    assert_eq!((&told["KeyManager"], &told["KeyState"]), (&json!("AWS"), &json!("Enabled")));
    let rotation = admin.rotation(arn).await;
    assert_eq!((&rotation["KeyRotationEnabled"], &rotation["RotationPeriodInDays"]), (&json!(true), &json!(365.0)));
    assert!(admin.rotations(arn).await.is_empty());
    assert_eq!(admin.ask_kms("ListResourceTags", json!({"KeyId": arn})).await["Tags"], json!([]));

    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for (operation, members) in [
        ("DisableKey", json!({"KeyId": arn})),
        ("EnableKey", json!({"KeyId": arn})),
        ("UpdateKeyDescription", json!({"KeyId": arn, "Description": "mine"})),
        ("ScheduleKeyDeletion", json!({"KeyId": arn})),
        ("CancelKeyDeletion", json!({"KeyId": arn})),
        ("EnableKeyRotation", json!({"KeyId": arn})),
        ("DisableKeyRotation", json!({"KeyId": arn})),
        ("RotateKeyOnDemand", json!({"KeyId": arn})),
        ("TagResource", json!({"KeyId": arn, "Tags": [{"TagKey": "a", "TagValue": ""}]})),
        ("UntagResource", json!({"KeyId": arn, "TagKeys": ["a"]})),
        ("Encrypt", json!({"KeyId": arn, "Plaintext": "dGV4dA=="})),
    ] {
        admin.kms(operation, members).await.is_kms(&refused(&root, operation, arn));
    }
}

#[tokio::test]
async fn managed_keys_are_rotated_every_year_and_what_they_sealed_stays_readable() {
    let house = House::open().await;
    let admin = house.admin();
    let other = house.open_account(OTHER_ACCOUNT).await;
    admin.create("db", "hunter2").await;
    let key = admin.key_metadata(ALIAS).await["Arn"].as_str().unwrap().to_owned();

    house.turn_clock(365 * DAY_MS - 1);
    assert_eq!(house.do_due().await, 0);
    house.turn_clock(1);
    // Of two accounts in two Regions.
    assert_eq!(house.do_due().await, 4);
    assert_eq!(admin.rotations(&key).await, ["AUTOMATIC"]);
    let of_other = other.at(&house).key_metadata(ALIAS).await["Arn"].as_str().unwrap().to_owned();
    assert_eq!(other.at(&house).rotations(&of_other).await, ["AUTOMATIC"]);
    assert_eq!(admin.value("db").await, "hunter2");
    admin.put("db", 2, "hunter3").await;
    house.turn_clock(365 * DAY_MS);
    assert_eq!(house.do_due().await, 4);
    assert_eq!(admin.value("db").await, "hunter3");
    let events = service_events(&house, "RotateKey");
    assert_eq!(events.len(), 8);
    let of_key = events.iter().filter(|event| event["serviceEventDetails"]["keyId"] == id_of(&key));
    assert_eq!(of_key.count(), 2);
    assert_eq!(house.close().await.audit().findings, []);
}
