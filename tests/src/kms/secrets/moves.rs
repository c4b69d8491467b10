//! A secret that goes to another key takes its labelled versions along, as far as the caller may.

use serde_json::json;

use super::{granting, no_access, of_the_account, other_key, with_keys};
use crate::{
    house::{ACCOUNT, House, REGION},
    kms::id_of,
    letters::{Persona, token},
    people::{Person, allow, document},
};

/// `db` under this key with the versions 1 to 4: one deprecated, AWSPREVIOUS, AWSCURRENT, AWSPENDING.
async fn with_history(admin: Persona<'_>, key: &str) {
    admin.create_under(key, "db", "1").await;
    admin.put("db", 2, "2").await;
    admin.put("db", 3, "3").await;
    let pending = json!({
        "SecretId": "db", "ClientRequestToken": token(4), "SecretString": "4", "VersionStages": ["AWSPENDING"],
    });
    admin.ask("PutSecretValue", pending).await;
}

async fn reads(person: &Person, house: &House, number: u32) {
    let answer = person.at(house).try_to_read_version("db", number).await.json();
    assert_eq!(answer["SecretString"], number.to_string());
}

/// Somebody who may decrypt with this key alone.
async fn reader(house: &House, name: &str, key: &str) -> Person {
    let policy = document(json!([allow(&["secretsmanager:*"], "*"), allow(&["kms:Decrypt"], key)]));
    house.user(name, &policy).await
}

#[tokio::test]
async fn labelled_versions_go_along_and_open_with_either_key() {
    let house = House::open().await;
    let admin = house.admin();
    let (old, new) = (admin.key(json!({})).await, admin.key(json!({})).await);
    with_history(admin, &old).await;
    let (of_old, of_new) = (reader(&house, "old", &old).await, reader(&house, "new", &new).await);
    of_new.at(&house).try_to_read("db").await.is(&no_access());

    admin.move_to("db", &new).await;
    let both = json!([new, old]);
    let expected = json!({"1": [old], "2": both, "3": both, "4": both});
    assert_eq!(admin.keys_of_versions("db").await, expected);
    for number in 1..=4 {
        reads(&of_old, &house, number).await;
    }
    for number in 2..=4 {
        reads(&of_new, &house, number).await;
    }
    of_new.at(&house).try_to_read_version("db", 1).await.is(&other_key());

    // What is new is under the new key alone.
    admin.put("db", 5, "5").await;
    reads(&of_new, &house, 5).await;
    of_old.at(&house).try_to_read_version("db", 5).await.is(&no_access());
    // The same move again changes nothing about the keys.
    admin.move_to("db", &new).await;
    let expected = json!({"1": [old], "2": both, "3": both, "4": both, "5": [new]});
    assert_eq!(admin.keys_of_versions("db").await, expected);
    let house = house.restart().await;
    assert_eq!(house.admin().keys_of_versions("db").await, expected);
    reads(&of_old, &house, 3).await;
    reads(&of_new, &house, 3).await;
    // The old key may go; what went along is not lost.
    house.admin().kms("DisableKey", json!({"KeyId": old})).await.is_empty_success();
    reads(&of_new, &house, 3).await;
    assert_eq!(house.admin().try_to_read_version("db", 1).await.status, 400);
}

#[tokio::test]
async fn a_new_value_and_a_new_key_come_in_one_call() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    with_history(admin, "alias/aws/secretsmanager").await;
    let members = json!({"SecretId": "db", "ClientRequestToken": token(5), "SecretString": "5", "KmsKeyId": key});
    admin.ask("UpdateSecret", members.clone()).await;
    let default = json!(["DefaultEncryptionKey"]);
    let both = json!([key, "DefaultEncryptionKey"]);
    // The version before the new one goes along; those that lost their labels to the two of them stay.
    let expected = json!({"1": default, "2": default, "3": both, "4": default, "5": [key]});
    assert_eq!(admin.keys_of_versions("db").await, expected);
    assert_eq!(admin.describe("db").await["KmsKeyId"], key);
    for number in 1..=5 {
        let answer = admin.try_to_read_version("db", number).await.json();
        assert_eq!(answer["SecretString"], number.to_string());
    }
    // Repeated, it finds everything done.
    let described = admin.describe("db").await;
    admin.ask("UpdateSecret", members).await;
    assert_eq!(admin.keys_of_versions("db").await, expected);
    assert_eq!(admin.describe("db").await["LastChangedDate"], described["LastChangedDate"]);
}

#[tokio::test]
async fn versions_stay_where_the_caller_may_not_use_both_keys() {
    let house = House::open().await;
    let admin = house.admin();
    let (old, new) = (admin.key(json!({})).await, admin.key(json!({})).await);
    let usual = &["kms:GenerateDataKey", "kms:Decrypt"];
    let more = |key: &str, actions: &[&str]| allow(actions, key);
    let cases = [
        ("no-encrypt", json!([allow(&["secretsmanager:*"], "*"), more(&old, usual), more(&new, usual)])),
        (
            "no-decrypt",
            json!([
                allow(&["secretsmanager:*"], "*"),
                more(&old, &["kms:GenerateDataKey", "kms:Encrypt"]),
                more(&new, &["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"]),
            ]),
        ),
    ];
    let of_new = reader(&house, "of-new", &new).await;
    for (name, policy) in cases {
        admin.create_under(&old, name, "one").await;
        let mover = house.user(name, &document(policy)).await;
        mover.at(&house).move_to(name, &new).await;
        assert_eq!(admin.keys_of_versions(name).await, json!({"1": [old]}), "{name}");
        assert_eq!(admin.describe(name).await["KmsKeyId"], new);
        assert_eq!(admin.value(name).await, "one");
        of_new.at(&house).try_to_read(name).await.is(&other_key());
        mover.at(&house).put(name, 2, "two").await;
        assert_eq!(of_new.at(&house).value(name).await, "two");
        assert_eq!(admin.keys_of_versions(name).await, json!({"1": [old], "2": [new]}), "{name}");
        // Somebody who may do it catches up, as long as the version has a label.
        admin.move_to(name, &new).await;
        assert_eq!(admin.keys_of_versions(name).await, json!({"1": [new, old], "2": [new]}), "{name}");
    }
    // Without the right to the new key at all, nothing moves.
    let stuck =
        house.user("stuck", &document(json!([allow(&["secretsmanager:*"], "*"), more(&old, &["kms:*"])]))).await;
    admin.create_under(&old, "db", "one").await;
    stuck.at(&house).try_to_move("db", &new).await.is(&no_access());
    assert_eq!(admin.describe("db").await["KmsKeyId"], old);
}

#[tokio::test]
async fn an_empty_key_is_the_way_back_to_the_managed_one() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    let plain = house.user("plain", &with_keys(&[])).await;
    plain.at(&house).try_to_read("db").await.is(&no_access());
    admin.move_to("db", "").await;
    assert_eq!(admin.describe("db").await.get("KmsKeyId"), None);
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": ["DefaultEncryptionKey", key]}));
    assert_eq!(plain.at(&house).value("db").await, "one");
    plain.at(&house).put("db", 2, "two").await;
    assert_eq!(admin.keys_of_versions("db").await["2"], json!(["DefaultEncryptionKey"]));
}

#[tokio::test]
async fn the_managed_key_is_never_shown_by_whatever_name_it_was_chosen() {
    let house = House::open().await;
    let admin = house.admin();
    let alias = "alias/aws/secretsmanager";
    let managed = admin.ask_kms("DescribeKey", json!({"KeyId": alias})).await["KeyMetadata"]["Arn"].clone();
    let managed = managed.as_str().unwrap();
    let alias_arn = format!("arn:aws:kms:{REGION}:{ACCOUNT}:{alias}");
    for (number, name) in [alias, &alias_arn, managed, id_of(managed)].into_iter().enumerate() {
        let secret = format!("db-{number}");
        admin.create_under(name, &secret, "one").await;
        assert_eq!(admin.describe(&secret).await.get("KmsKeyId"), None, "{name}");
        admin.move_to(&secret, name).await;
        assert_eq!(admin.describe(&secret).await.get("KmsKeyId"), None, "{name}");
        assert_eq!(admin.keys_of_versions(&secret).await, json!({"1": ["DefaultEncryptionKey"]}));
    }
}

#[tokio::test]
async fn a_value_keeps_four_keys_and_the_newest_of_them_is_the_secrets_own() {
    let house = House::open().await;
    let admin = house.admin();
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(admin.key(json!({})).await);
    }
    admin.create_under(&keys[0], "db", "one").await;
    for key in &keys[1..] {
        admin.move_to("db", key).await;
        assert_eq!(admin.value("db").await, "one");
    }
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": [keys[4], keys[3], keys[2], keys[1]]}));
    // Back to one that it has been under.
    admin.move_to("db", &keys[2]).await;
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": [keys[2], keys[4], keys[3], keys[1]]}));
    assert_eq!(admin.value("db").await, "one");
}

/// A value has as many ways in as it has keys: the first that the caller may use opens it.
#[tokio::test]
async fn a_key_that_is_denied_does_not_stand_in_the_way_of_another() {
    let house = House::open().await;
    let admin = house.admin();
    let (old, new) = (admin.key(json!({})).await, admin.key(json!({})).await);
    admin.create_under(&old, "db", "one").await;
    admin.move_to("db", &new).await;
    let user = house.user("user", &with_keys(&["kms:Decrypt"])).await;
    for key in [&new, &old] {
        assert_eq!(user.at(&house).value("db").await, "one");
        let never = json!({"Effect": "Deny", "Principal": {"AWS": user.arn}, "Action": "kms:Decrypt", "Resource": "*"});
        admin.put_key_policy(key, json!([of_the_account(), never, granting(&user.arn, &["kms:DescribeKey"])])).await;
    }
    user.at(&house).try_to_read("db").await.is(&no_access());
}
