//! Keys that cannot be used, or are not there.

use serde_json::json;

use super::{cannot_decrypt, cannot_encrypt, invalid_key, no_access};
use crate::{
    house::{ACCOUNT, DAY_MS, House, OTHER_REGION, REGION},
    kms::id_of,
    letters::{Persona, token},
    people::OTHER_ACCOUNT,
};

/// Values stay closed and nothing is sealed; everything else goes on.
async fn is_dead(admin: Persona<'_>, key: &str, secret: &str) {
    admin.try_to_read(secret).await.is(&cannot_decrypt());
    admin.try_to_put(secret, 50).await.is(&cannot_encrypt());
    let repeated = json!({"SecretId": secret, "ClientRequestToken": token(1), "SecretString": "one"});
    admin.call("PutSecretValue", repeated).await.is(&cannot_decrypt());
    let batch = admin.ask("BatchGetSecretValue", json!({"SecretIdList": [secret]})).await;
    assert_eq!(batch["Errors"][0]["ErrorCode"], "DecryptionFailure");
    admin.describe(secret).await;
    assert_eq!(admin.keys_of_versions(secret).await, json!({"1": [key]}));
    let tags = json!({"SecretId": secret, "Tags": [{"Key": "a", "Value": "b"}]});
    admin.call("TagResource", tags).await.is_empty_success();
    admin.schedule(secret).await;
    admin.ask("RestoreSecret", json!({"SecretId": secret})).await;
}

#[tokio::test]
async fn a_disabled_key_opens_and_seals_nothing_until_it_is_enabled() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    admin.kms("DisableKey", json!({"KeyId": key})).await.is_empty_success();
    is_dead(admin, &key, "db").await;
    admin.try_to_create(&key, "new", "one").await.is(&cannot_encrypt());
    admin.create("managed", "one").await;
    admin.try_to_move("managed", &key).await.is(&cannot_encrypt());
    assert_eq!(admin.describe("managed").await.get("KmsKeyId"), None);
    admin.kms("EnableKey", json!({"KeyId": key})).await.is_empty_success();
    assert_eq!(admin.value("db").await, "one");
    admin.put("db", 2, "two").await;
}

#[tokio::test]
async fn a_key_that_waits_for_its_end_opens_and_seals_nothing_until_it_is_kept_and_enabled() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7})).await;
    is_dead(admin, &key, "db").await;
    admin.try_to_create(&key, "new", "one").await.is(&cannot_encrypt());
    admin.ask_kms("CancelKeyDeletion", json!({"KeyId": key})).await;
    is_dead(admin, &key, "db").await;
    admin.kms("EnableKey", json!({"KeyId": key})).await.is_empty_success();
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn what_a_deleted_key_sealed_is_lost_and_its_secret_takes_a_new_value_under_another() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, other) = (admin.key(json!({})).await, admin.key(json!({})).await);
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": key})).await.is_empty_success();
    admin.create_under(&key, "db", "one").await;
    admin.create_under("alias/app", "by-alias", "one").await;
    admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7})).await;
    house.turn_clock(8 * DAY_MS);
    house.do_due().await;
    for house in [&house] {
        let admin = house.admin();
        is_dead(admin, &key, "db").await;
        is_dead(admin, &key, "by-alias").await;
    }
    let house = house.restart().await;
    let admin = house.admin();
    is_dead(admin, &key, "db").await;
    // As if it had never been.
    let missing = invalid_key(&format!("Key '{key}' does not exist"));
    admin.try_to_create(&key, "new", "one").await.is(&missing);
    let members = json!({
        "SecretId": "db", "ClientRequestToken": token(2), "SecretString": "two", "KmsKeyId": other,
    });
    admin.ask("UpdateSecret", members).await;
    assert_eq!(admin.value("db").await, "two");
    admin.try_to_read_version("db", 1).await.is(&cannot_decrypt());
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": [key], "2": [other]}));
}

#[tokio::test]
async fn what_names_no_usable_key_is_refused_and_changes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.open_account(OTHER_ACCOUNT).await;
    let mac = admin.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = |region: &str, account: &str| format!("arn:aws:kms:{region}:{account}:key/{id}");
    let usage = format!("{mac} key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKey.");
    for (key, refusal) in [
        (id, invalid_key(&format!("Key '{}' does not exist", arn(REGION, ACCOUNT)))),
        (&*arn(REGION, ACCOUNT), invalid_key(&format!("Key '{}' does not exist", arn(REGION, ACCOUNT)))),
        ("alias/none", invalid_key(&format!("Alias arn:aws:kms:{REGION}:{ACCOUNT}:alias/none is not found."))),
        ("none", invalid_key("Invalid keyId")),
        ("aws/secretsmanager", invalid_key("Invalid keyId")),
        ("arn:aws:s3:::bucket", invalid_key("Invalid keyId")),
        (&*arn(OTHER_REGION, ACCOUNT), invalid_key(&format!("Invalid arn {OTHER_REGION}"))),
        // Whether another account has it is nobody's business.
        (&*arn(REGION, OTHER_ACCOUNT), no_access()),
        (&*arn(REGION, "999999999999"), no_access()),
        (&*mac, invalid_key(&usage)),
        (id_of(&mac), invalid_key(&usage)),
    ] {
        admin.try_to_create(key, "new", "one").await.is(&refusal);
        admin.try_to_move("db", key).await.is(&refusal);
        let empty = json!({"Name": "new", "ClientRequestToken": token(1), "KmsKeyId": key});
        admin.call("CreateSecret", empty).await.is(&refusal);
    }
    assert_eq!(admin.call("DescribeSecret", json!({"SecretId": "new"})).await.status, 400);
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn a_rotated_key_still_opens_what_it_sealed() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "1").await;
    for number in 2..5 {
        admin.ask_kms("RotateKeyOnDemand", json!({"KeyId": key})).await;
        house.do_due().await;
        admin.put("db", number, &number.to_string()).await;
    }
    let house = house.restart().await;
    let admin = house.admin();
    for number in 1..5 {
        let answer = admin.try_to_read_version("db", number).await.json();
        assert_eq!(answer["SecretString"], number.to_string());
    }
    let keys = json!([key]);
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": keys, "2": keys, "3": keys, "4": keys}));
    // The managed key too, which AWS rotates every year.
    admin.create("managed", "one").await;
    house.turn_clock(366 * DAY_MS);
    assert!(house.do_due().await > 0);
    assert_eq!(admin.value("managed").await, "one");
    admin.put("managed", 2, "two").await;
    assert_eq!(admin.value("managed").await, "two");
}
