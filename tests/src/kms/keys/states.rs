//! Switching keys off and on, and describing them.

use serde_json::json;

use super::{disabled, refused};
use crate::{
    house::{ACCOUNT, House},
    people::{OTHER_ACCOUNT, allow, document},
};

#[tokio::test]
async fn a_disabled_key_is_not_used_until_it_is_enabled() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    let blob = admin.sealed_text(&arn).await;
    // Again and again makes no difference, and changes nothing.
    for _ in 0..2 {
        admin.does("DisableKey", &arn).await;
        let told = admin.key_metadata(&arn).await;
        assert_eq!((&told["KeyState"], &told["Enabled"]), (&json!("Disabled"), &json!(false)));
    }
    admin.kms("Decrypt", json!({"CiphertextBlob": blob})).await.is_kms(&disabled(&arn));
    admin.kms("RotateKeyOnDemand", json!({"KeyId": arn})).await.is_kms(&disabled(&arn));
    let describe = json!({"KeyId": arn, "Description": "for later"});
    admin.kms("UpdateKeyDescription", describe).await.is_empty_success();
    assert_eq!(admin.key_metadata(&arn).await["Description"], "for later");
    for _ in 0..2 {
        admin.does("EnableKey", &arn).await;
        assert_eq!(admin.key_state(&arn).await, "Enabled");
    }
    admin.is_opened_text(&blob).await;

    let told = house.whole_trail().into_iter().filter(|record| record["eventName"] == "DisableKey");
    let told: Vec<_> =
        told.map(|record| (record["requestParameters"].clone(), record["responseElements"].clone())).collect();
    assert_eq!(told[0], (json!({"keyId": arn}), json!({"keyId": arn})));
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn who_may_change_a_key_is_said_by_its_policy_and_only_within_its_account() {
    let house = House::open().await;
    let arn = house.admin().key(json!({})).await;
    let reader = house.user("reader", &document(json!([allow(&["kms:DescribeKey"], "*")]))).await;
    let changes = [
        ("EnableKey", json!({"KeyId": arn})),
        ("DisableKey", json!({"KeyId": arn})),
        ("UpdateKeyDescription", json!({"KeyId": arn, "Description": ""})),
        ("ScheduleKeyDeletion", json!({"KeyId": arn})),
        ("CancelKeyDeletion", json!({"KeyId": arn})),
        ("EnableKeyRotation", json!({"KeyId": arn})),
        ("DisableKeyRotation", json!({"KeyId": arn})),
        ("RotateKeyOnDemand", json!({"KeyId": arn})),
        ("ListKeyRotations", json!({"KeyId": arn})),
        ("TagResource", json!({"KeyId": arn, "Tags": [{"TagKey": "a", "TagValue": ""}]})),
        ("UntagResource", json!({"KeyId": arn, "TagKeys": ["a"]})),
        ("ListResourceTags", json!({"KeyId": arn})),
    ];
    for (operation, members) in &changes {
        let answer = reader.at(&house).kms(operation, members.clone()).await;
        let text = format!(
            "User: {} is not authorized to perform: kms:{operation} on resource: {arn} because no identity-based policy \
             allows the kms:{operation} action",
            reader.arn
        );
        answer.is_kms(&super::Fault::new("AccessDeniedException", text));
    }

    // Another account may look at rotation when both sides let it, and change nothing even then.
    let stranger = house.open_account(OTHER_ACCOUNT).await;
    let policy = document(json!([{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": {"AWS": [format!("arn:aws:iam::{ACCOUNT}:root"), stranger.arn]}}]));
    house.admin().kms("PutKeyPolicy", json!({"KeyId": arn, "Policy": policy})).await.is_empty_success();
    assert_eq!(stranger.at(&house).rotation(&arn).await["KeyRotationEnabled"], json!(false));
    for (operation, members) in changes {
        let answer = stranger.at(&house).kms(operation, members).await;
        answer.is_kms(&refused(&stranger.arn, operation, &arn));
    }
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn keys_are_managed_by_id_or_arn_and_not_by_alias() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    admin.kms("CreateAlias", json!({"AliasName": "alias/db", "TargetKeyId": arn})).await.is_empty_success();
    let fault = super::Fault::new("NotFoundException", "Invalid keyId 'alias/db'");
    admin.kms("DisableKey", json!({"KeyId": "alias/db"})).await.is_kms(&fault);
    assert_eq!(admin.key_state("alias/db").await, "Enabled");
}
