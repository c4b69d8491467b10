//! Making keys, and finding them again.

use serde_json::{Value, json};

use super::{super::Fault, invalid};
use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION},
    kms::id_of,
    people::{allow, allow_if, document},
};

/// Refused by the caller's own policies, before there is a key.
fn refused(caller: &str, action: &str) -> Fault {
    let text = format!(
        "User: {caller} is not authorized to perform: kms:{action} because no identity-based policy allows the \
         kms:{action} action"
    );
    Fault::new("AccessDeniedException", text)
}

#[tokio::test]
async fn a_new_key_is_told_in_full() {
    let house = House::open().await;
    let admin = house.admin();
    let told = admin.ask_kms("CreateKey", json!({})).await["KeyMetadata"].clone();
    let arn = told["Arn"].as_str().unwrap();
    let material = told["CurrentKeyMaterialId"].as_str().unwrap();
    assert_eq!(arn, format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{}", told["KeyId"].as_str().unwrap()));
    assert!(material.len() == 64 && material.bytes().all(|byte| byte.is_ascii_hexdigit()), "{material}");
    let expected = json!({
        "AWSAccountId": ACCOUNT,
        "KeyId": id_of(arn),
        "Arn": arn,
        "CreationDate": house.now(),
        "Enabled": true,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": false,
        "CurrentKeyMaterialId": material,
    });
    assert_eq!(told, expected);
    assert_eq!(admin.key_metadata(id_of(arn)).await, expected);

    let hmac = json!({"KeySpec": "HMAC_384", "KeyUsage": "GENERATE_VERIFY_MAC", "Description": "sums"});
    let told = admin.ask_kms("CreateKey", hmac).await["KeyMetadata"].clone();
    let of = |member: &str| told[member].clone();
    assert_eq!((of("MacAlgorithms"), of("Description")), (json!(["HMAC_SHA_384"]), json!("sums")));
    assert_eq!((of("EncryptionAlgorithms"), of("CurrentKeyMaterialId")), (Value::Null, Value::Null));
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_key_of_several_regions_begins_as_a_primary() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({"MultiRegion": true})).await;
    let id = id_of(&arn);
    assert!(id.starts_with("mrk-") && id.len() == 36, "{id}");
    let told = admin.key_metadata(&arn).await;
    let expected = json!({
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": arn, "Region": REGION},
        "ReplicaKeys": [],
    });
    assert_eq!((&told["MultiRegion"], &told["MultiRegionConfiguration"]), (&json!(true), &expected));
    let elsewhere = admin.in_region(OTHER_REGION).kms("DescribeKey", json!({"KeyId": id})).await;
    elsewhere.is_kms(&super::missing(&arn.replace(REGION, OTHER_REGION)));
}

#[tokio::test]
async fn keys_are_listed_by_the_page_and_the_managed_one_is_among_them() {
    let house = House::open().await;
    let admin = house.admin();
    let mut made = vec![admin.key_metadata("alias/aws/secretsmanager").await["Arn"].as_str().unwrap().to_owned()];
    for _ in 0..4 {
        made.push(admin.key(json!({})).await);
    }
    made.push(admin.key(json!({"MultiRegion": true})).await);
    made.sort();

    let mut listed = Vec::new();
    let mut members = json!({"Limit": 4});
    loop {
        let page = admin.ask_kms("ListKeys", members.clone()).await;
        let keys = page["Keys"].as_array().unwrap();
        assert_eq!(page["Truncated"], json!(keys.len() == 4));
        for key in keys {
            assert_eq!(id_of(key["KeyArn"].as_str().unwrap()), key["KeyId"]);
            listed.push(key["KeyArn"].as_str().unwrap().to_owned());
        }
        match page.get("NextMarker") {
            Some(marker) => members["Marker"] = marker.clone(),
            None => break,
        }
    }
    listed.sort();
    assert_eq!(listed, made);
    let of_others = admin.ask_kms("ListKeys", json!({"ResourceOwners": ["OTHER_ACCOUNTS_VIA_RAM"]})).await;
    assert_eq!(of_others, json!({"Keys": [], "Truncated": false}));
    let of_all = admin.ask_kms("ListKeys", json!({"ResourceOwners": ["SELF", "OTHER_ACCOUNTS_VIA_RAM"]})).await;
    assert_eq!(of_all["Keys"].as_array().unwrap().len(), made.len());
    let stale = admin.kms("ListKeys", json!({"Marker": "AAAA"})).await;
    stale.is_kms(&Fault::new("InvalidMarkerException", "The marker is not valid."));
}

#[tokio::test]
async fn what_is_not_served_or_does_not_fit_is_refused() {
    let house = House::open().await;
    let unsupported =
        |what: &str| Fault::new("UnsupportedOperationException", format!("{what} is not supported by this server."));
    let tags = |count: usize| {
        let tags: Vec<Value> = (0..count).map(|n| json!({"TagKey": format!("k{n}"), "TagValue": ""})).collect();
        json!({"Tags": tags})
    };
    for (members, fault) in [
        (json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}), unsupported("KeySpec RSA_2048")),
        (json!({"Origin": "EXTERNAL"}), unsupported("Origin EXTERNAL")),
        (json!({"CustomKeyStoreId": "cks-1"}), unsupported("CustomKeyStoreId")),
        (json!({"XksKeyId": "x"}), unsupported("XksKeyId")),
        (
            json!({"KeySpec": "HMAC_256"}),
            invalid("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."),
        ),
        (
            json!({"KeyUsage": "GENERATE_VERIFY_MAC"}),
            invalid("KeyUsage GENERATE_VERIFY_MAC is not compatible with KeySpec SYMMETRIC_DEFAULT"),
        ),
        (tags(51), Fault::new("TagException", "Too many tags")),
        (
            json!({"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}),
            Fault::new("TagException", "Tags beginning with aws: are reserved"),
        ),
    ] {
        house.admin().kms("CreateKey", members).await.is_kms(&fault);
    }
}

#[tokio::test]
async fn who_may_make_keys_is_said_by_their_own_policies_alone() {
    let house = House::open().await;
    let nobody = house.user("nobody", "").await;
    nobody.at(&house).kms("CreateKey", json!({})).await.is_kms(&refused(&nobody.arn, "CreateKey"));
    nobody.at(&house).kms("ListKeys", json!({})).await.is_kms(&refused(&nobody.arn, "ListKeys"));

    let narrow = json!({"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": "AWS_KMS"}, "Bool": {"kms:MultiRegion": false, "kms:BypassPolicyLockoutSafetyCheck": false}});
    let maker = house.user("maker", &document(json!([allow_if(&["kms:CreateKey"], "*", narrow)]))).await;
    maker.at(&house).key(json!({})).await;
    for members in [
        json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
        json!({"MultiRegion": true}),
        json!({"BypassPolicyLockoutSafetyCheck": true}),
    ] {
        maker.at(&house).kms("CreateKey", members).await.is_kms(&refused(&maker.arn, "CreateKey"));
    }
}

#[tokio::test]
async fn tags_of_a_new_key_need_a_right_of_their_own() {
    let house = House::open().await;
    let tagged = json!({"Tags": [{"TagKey": "team", "TagValue": "core"}]});
    let maker = house.user("maker", &document(json!([allow(&["kms:CreateKey"], "*")]))).await;
    maker.at(&house).kms("CreateKey", tagged.clone()).await.is_kms(&refused(&maker.arn, "TagResource"));
    maker.at(&house).key(json!({})).await;

    let rights = json!([
        allow_if(&["kms:CreateKey"], "*", json!({"StringEquals": {"aws:RequestTag/team": "core"}})),
        allow_if(
            &["kms:TagResource"],
            &format!("arn:aws:kms:*:{ACCOUNT}:key/*"),
            json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}})
        ),
    ]);
    let tagger = house.user("tagger", &document(rights)).await;
    let arn = tagger.at(&house).key(tagged).await;
    let told = house.admin().ask_kms("ListResourceTags", json!({"KeyId": arn})).await;
    assert_eq!(told["Tags"], json!([{"TagKey": "team", "TagValue": "core"}]));
    tagger.at(&house).kms("CreateKey", json!({})).await.is_kms(&refused(&tagger.arn, "CreateKey"));
    let more = json!({"Tags": [{"TagKey": "team", "TagValue": "core"}, {"TagKey": "cost", "TagValue": "1"}]});
    tagger.at(&house).kms("CreateKey", more).await.is_kms(&refused(&tagger.arn, "TagResource"));
}
