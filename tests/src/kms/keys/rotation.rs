//! New material for keys.

use serde_json::json;

use super::{disabled, service_events, unsupported};
use crate::{
    house::{DAY_MS, House, OTHER_REGION, SECOND_MS},
    kms::{Fault, id_of},
};

fn after(house: &House, days: i64) -> f64 {
    terms::Clock::now(house.clock()).plus_days(days).as_seconds()
}

#[tokio::test]
async fn a_key_is_rotated_on_its_dates_and_opens_what_it_sealed_before() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    assert_eq!(admin.rotation(&arn).await, json!({"KeyId": id_of(&arn), "KeyRotationEnabled": false}));
    let first = admin.key_metadata(&arn).await["CurrentKeyMaterialId"].clone();
    let blob = admin.sealed_text(&arn).await;
    let enable = json!({"KeyId": arn, "RotationPeriodInDays": 90});
    admin.kms("EnableKeyRotation", enable.clone()).await.is_empty_success();
    let due = after(&house, 90);
    let expected = json!({
        "KeyId": id_of(&arn), "KeyRotationEnabled": true, "RotationPeriodInDays": 90.0, "NextRotationDate": due,
    });
    assert_eq!(admin.rotation(&arn).await, expected);
    // Asking again does not put the date off.
    house.turn_clock(90 * DAY_MS - 1);
    admin.kms("EnableKeyRotation", enable).await.is_empty_success();
    assert_eq!(admin.rotation(&arn).await, expected);

    assert_eq!(house.do_due().await, 0);
    house.turn_clock(1);
    assert_eq!(house.do_due().await, 1);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(admin.rotation(&arn).await["NextRotationDate"], json!(after(&house, 90)));
    let second = admin.key_metadata(&arn).await["CurrentKeyMaterialId"].clone();
    assert_ne!(first, second);
    admin.is_opened_text(&blob).await;
    let newer = admin.sealed_text(&arn).await;
    let opened = admin.ask_kms("Decrypt", json!({"CiphertextBlob": newer})).await;
    assert_eq!(opened["KeyMaterialId"], second);

    let listed = admin.ask_kms("ListKeyRotations", json!({"KeyId": arn})).await;
    let rotation = json!({
        "KeyId": id_of(&arn), "KeyMaterialId": second, "KeyMaterialState": "CURRENT", "RotationDate": house.now(),
        "RotationType": "AUTOMATIC",
    });
    assert_eq!(listed, json!({"Rotations": [rotation], "Truncated": false}));
    let all = json!({"KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL", "Limit": 1});
    let listed = admin.ask_kms("ListKeyRotations", all.clone()).await;
    let original = json!({"KeyId": id_of(&arn), "KeyMaterialId": first, "KeyMaterialState": "NON_CURRENT"});
    assert_eq!((&listed["Rotations"], &listed["Truncated"]), (&json!([original]), &json!(true)));
    let mut rest = all;
    rest["Marker"] = listed["NextMarker"].clone();
    assert_eq!(admin.ask_kms("ListKeyRotations", rest).await["Rotations"], json!([rotation]));

    let events = service_events(&house, "RotateKey");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["serviceEventDetails"], json!({"rotationType": "AUTOMATIC", "keyId": id_of(&arn)}));

    admin.does("DisableKeyRotation", &arn).await;
    admin.does("DisableKeyRotation", &arn).await;
    house.turn_clock(91 * DAY_MS);
    assert_eq!(house.do_due().await, 0);
    let house = house.restart().await;
    house.admin().is_opened_text(&blob).await;
    house.admin().is_opened_text(&newer).await;
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_key_that_is_not_enabled_is_not_rotated_and_catches_up() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    admin.kms("EnableKeyRotation", json!({"KeyId": arn, "RotationPeriodInDays": 100})).await.is_empty_success();
    admin.does("DisableKey", &arn).await;
    admin.kms("EnableKeyRotation", json!({"KeyId": arn})).await.is_kms(&disabled(&arn));
    house.turn_clock(150 * DAY_MS);
    assert_eq!(house.do_due().await, 0);
    assert_eq!(admin.rotation(&arn).await["KeyRotationEnabled"], json!(true));
    admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": arn})).await;
    assert_eq!(admin.rotation(&arn).await, json!({"KeyId": id_of(&arn), "KeyRotationEnabled": false}));
    admin.ask_kms("CancelKeyDeletion", json!({"KeyId": arn})).await;
    assert_eq!(admin.rotation(&arn).await["KeyRotationEnabled"], json!(true));

    admin.does("EnableKey", &arn).await;
    assert_eq!(house.do_due().await, 1);
    assert_eq!(admin.rotations(&arn).await, ["AUTOMATIC"]);
    assert_eq!(admin.rotation(&arn).await["NextRotationDate"], json!(after(&house, 100)));
    // Off and on again changes nothing for a key that has missed nothing.
    admin.does("DisableKey", &arn).await;
    admin.does("EnableKey", &arn).await;
    assert_eq!(house.do_due().await, 0);
}

#[tokio::test]
async fn a_key_is_rotated_on_demand_so_often_and_not_just_before_its_date() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    let blob = admin.sealed_text(&arn).await;
    admin.kms("EnableKeyRotation", json!({"KeyId": arn})).await.is_empty_success();
    let dates = admin.rotation(&arn).await;
    for _ in 0..25 {
        assert_eq!(admin.ask_kms("RotateKeyOnDemand", json!({"KeyId": arn})).await, json!({"KeyId": arn}));
    }
    let text = format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
         performed for this key: {arn}"
    );
    admin.kms("RotateKeyOnDemand", json!({"KeyId": arn})).await.is_kms(&Fault::new("LimitExceededException", text));
    assert_eq!(admin.rotations(&arn).await, ["ON_DEMAND"; 25]);
    assert_eq!(admin.rotation(&arn).await, dates);
    admin.is_opened_text(&blob).await;

    house.turn_clock(365 * DAY_MS - 1200 * SECOND_MS);
    let answer = admin.kms("RotateKeyOnDemand", json!({"KeyId": arn})).await;
    assert!(answer.text().contains("ConflictException"), "{}", answer.text());
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn only_symmetric_keys_have_rotations() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    for operation in
        ["EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus", "RotateKeyOnDemand", "ListKeyRotations"]
    {
        admin.kms(operation, json!({"KeyId": arn})).await.is_kms(&unsupported());
    }
    let bounds = "1 validation error detected: Value '89' at 'rotationPeriodInDays' failed to satisfy constraint: Member \
                  must have value greater than or equal to 90";
    let answer = admin.kms("EnableKeyRotation", json!({"KeyId": arn, "RotationPeriodInDays": 89})).await;
    answer.is_kms(&super::invalid(bounds));
}

#[tokio::test]
async fn keys_that_are_one_in_several_regions_are_rotated_together_at_their_primary() {
    let house = House::open().await;
    let admin = house.admin();
    let there = admin.in_region(OTHER_REGION);
    let arn = admin.key(json!({"MultiRegion": true})).await;
    let id = id_of(&arn);
    admin.ask_kms("ReplicateKey", json!({"KeyId": arn, "ReplicaRegion": OTHER_REGION})).await;
    admin.kms("EnableKeyRotation", json!({"KeyId": arn, "RotationPeriodInDays": 90})).await.is_empty_success();
    assert_eq!(there.rotation(id).await, admin.rotation(id).await);
    for operation in ["EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"] {
        let answer = there.kms(operation, json!({"KeyId": id})).await;
        assert!(answer.text().contains("is not a multi-region primary key."), "{}", answer.text());
    }

    // A replica is given the new material whether it may be used just now or not.
    there.does("DisableKey", id).await;
    admin.ask_kms("RotateKeyOnDemand", json!({"KeyId": arn})).await;
    house.turn_clock(90 * DAY_MS);
    assert_eq!(house.do_due().await, 1);
    there.does("EnableKey", id).await;
    assert_eq!(there.rotations(id).await, ["ON_DEMAND", "AUTOMATIC"]);
    let current = |told: serde_json::Value| told["CurrentKeyMaterialId"].clone();
    assert_eq!(current(there.key_metadata(id).await), current(admin.key_metadata(id).await));
    there.is_opened_text(&admin.sealed_text(&arn).await).await;
    admin.is_opened_text(&there.sealed_text(id).await).await;
    assert_eq!(house.close().await.audit().findings, []);
}
