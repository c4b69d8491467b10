//! Who may: decisions are about the key that the ciphertext names, with the context and what else the request brings.

use serde_json::{Value, json};

use super::{bytes, coded, incorrect_key, unsealing, unusable};
use crate::{
    house::{ACCOUNT, House},
    kms::Fault,
    letters::Persona,
    people::{OTHER_ACCOUNT, Person, allow, allow_if, document},
};

/// As of a caller whose own policies would have had to allow it: a key's default policy leaves it to them.
fn not_allowed(person: &Person, action: &str, key: &str) -> Fault {
    let text = format!(
        "User: {} is not authorized to perform: {action} on resource: {key} because no identity-based policy allows \
         the {action} action",
        person.arn
    );
    Fault::new("AccessDeniedException", text)
}

/// A key policy: the account's own statement, and more.
fn key_policy(more: &[Value]) -> String {
    let own = json!({
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*",
        "Resource": "*",
    });
    document(Value::Array([&[own], more].concat()))
}

async fn is_allowed(persona: Persona<'_>, operation: &str, members: Value) {
    persona.ask_kms(operation, members).await;
}

#[tokio::test]
async fn the_right_to_a_key_is_the_right_to_what_it_sealed() {
    let house = House::open().await;
    let admin = house.admin();
    let (one, other) = (admin.sealing_key().await, admin.sealing_key().await);
    let (of_one, of_other) = (admin.seal(&one, "one", json!({})).await, admin.seal(&other, "two", json!({})).await);
    let reader = house.user("reader", &document(allow(&["kms:Decrypt"], &one))).await;
    let reading = reader.at(&house);
    assert_eq!(reading.unseal(&of_one, json!({})).await, b"one");
    reading.is_refused_to_unseal(&of_other, json!({}), &unusable(&reader.arn, "kms:Decrypt")).await;
    // Who names the key learns whose policy it was.
    let mut members = unsealing(&of_other, json!({}));
    members["KeyId"] = json!(other);
    reading.kms("Decrypt", members).await.is_kms(&not_allowed(&reader, "kms:Decrypt", &other));
    // Refusals come before the other key, and before everything about it.
    let mut members = unsealing(&of_one, json!({}));
    members["KeyId"] = json!(other);
    reading.kms("Decrypt", members.clone()).await.is_kms(&not_allowed(&reader, "kms:Decrypt", &other));
    admin.kms("Decrypt", members).await.is_kms(&incorrect_key());
    admin.kms("DisableKey", json!({"KeyId": other})).await.is_empty_success();
    reading.is_refused_to_unseal(&of_other, json!({}), &unusable(&reader.arn, "kms:Decrypt")).await;
    for (operation, more) in [
        ("Encrypt", json!({"Plaintext": "b25l"})),
        ("GenerateDataKey", json!({"KeySpec": "AES_256"})),
        ("GenerateDataKeyWithoutPlaintext", json!({"KeySpec": "AES_256"})),
    ] {
        let mut members = more;
        members["KeyId"] = json!(other);
        let refused = not_allowed(&reader, &format!("kms:{operation}"), &other);
        reading.kms(operation, members).await.is_kms(&refused);
    }
    let none = "because no identity-based policy allows the kms:GenerateRandom action";
    let random = reading.kms("GenerateRandom", json!({"NumberOfBytes": 8})).await.text();
    assert!(random.contains("AccessDeniedException") && random.contains(none), "{random}");
}

#[tokio::test]
async fn a_policy_may_ask_for_a_context() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let actions = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"];
    let condition = json!({
        "StringEquals": {"kms:EncryptionContext:team": "core", "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["team", "stage"]},
    });
    let member = house.user("member", &document(allow_if(&actions, &key, condition))).await;
    let contexts = [
        (json!({"team": "core"}), true),
        (json!({"team": "core", "stage": "test"}), true),
        (json!({"team": "core", "other": "pair"}), false),
        (json!({"team": "other"}), false),
        (json!({}), false),
    ];
    for (context, is_good) in contexts {
        let blob = admin.seal(&key, "one", context.clone()).await;
        let calls = [
            ("Encrypt", json!({"KeyId": key, "Plaintext": "b25l", "EncryptionContext": context})),
            ("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context})),
            (
                "GenerateDataKeyWithoutPlaintext",
                json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context}),
            ),
            ("Decrypt", unsealing(&blob, context.clone())),
        ];
        for (operation, members) in calls {
            let action = format!("kms:{operation}");
            let answer = member.at(&house).kms(operation, members).await;
            match (is_good, operation) {
                (true, _) => drop(answer.json()),
                (false, "Decrypt") => answer.is_kms(&unusable(&member.arn, &action)),
                (false, _) => answer.is_kms(&not_allowed(&member, &action, &key)),
            }
        }
    }
}

#[tokio::test]
async fn a_policy_may_ask_for_an_alias_and_for_an_algorithm() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": key})).await.is_empty_success();
    let statements = json!([
        allow_if(&["kms:Encrypt"], "*", json!({"StringEquals": {"kms:RequestAlias": "alias/app"}})),
        allow_if(&["kms:GenerateMac"], "*", json!({"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}})),
        allow_if(&["kms:VerifyMac"], "*", json!({"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_512"}})),
    ]);
    let member = house.user("member", &document(statements)).await;
    let persona = member.at(&house);
    is_allowed(persona, "Encrypt", json!({"KeyId": "alias/app", "Plaintext": "b25l"})).await;
    let by_id = persona.kms("Encrypt", json!({"KeyId": key, "Plaintext": "b25l"})).await;
    by_id.is_kms(&not_allowed(&member, "kms:Encrypt", &key));
    let members = json!({"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": "b25l", "Mac": "AAAA"});
    is_allowed(persona, "GenerateMac", members.clone()).await;
    persona.kms("VerifyMac", members).await.is_kms(&not_allowed(&member, "kms:VerifyMac", &mac));
}

#[tokio::test]
async fn sealing_anew_needs_both_rights_each_with_its_own_context() {
    let house = House::open().await;
    let admin = house.admin();
    let (old, new) = (admin.sealing_key().await, admin.sealing_key().await);
    let blob = admin.seal(&old, "one", json!({"version": "1"})).await;
    let ask = |from: &str, to: &str| {
        json!({
            "CiphertextBlob": coded(&blob), "SourceEncryptionContext": {"version": from}, "DestinationKeyId": new,
            "DestinationEncryptionContext": {"version": to},
        })
    };
    let version = |number: &str| json!({"StringEquals": {"kms:EncryptionContext:version": number}});
    let from = allow_if(&["kms:ReEncryptFrom"], &old, version("1"));
    let to = allow_if(&["kms:ReEncryptTo"], &new, version("2"));

    let taker = house.user("taker", &document(from.clone())).await;
    let giver = house.user("giver", &document(to.clone())).await;
    let both = house.user("both", &document(json!([from, to]))).await;
    let no_target = not_allowed(&taker, "kms:ReEncryptTo", &new);
    taker.at(&house).kms("ReEncrypt", ask("1", "2")).await.is_kms(&no_target);
    giver.at(&house).kms("ReEncrypt", ask("1", "2")).await.is_kms(&unusable(&giver.arn, "kms:ReEncryptFrom"));
    let answer = both.at(&house).ask_kms("ReEncrypt", ask("1", "2")).await;
    assert_eq!(admin.unseal(&bytes(&answer["CiphertextBlob"]), json!({"version": "2"})).await, b"one");
    both.at(&house).kms("ReEncrypt", ask("2", "2")).await.is_kms(&unusable(&both.arn, "kms:ReEncryptFrom"));
    both.at(&house).kms("ReEncrypt", ask("1", "1")).await.is_kms(&not_allowed(&both, "kms:ReEncryptTo", &new));
    // Nor does it open what it may seal anew.
    both.at(&house).is_refused_to_unseal(&blob, json!({"version": "1"}), &unusable(&both.arn, "kms:Decrypt")).await;

    let named = {
        let mut members = ask("2", "2");
        members["SourceKeyId"] = json!(old);
        members
    };
    both.at(&house).kms("ReEncrypt", named).await.is_kms(&not_allowed(&both, "kms:ReEncryptFrom", &old));
}

#[tokio::test]
async fn a_policy_may_ask_whether_a_key_seals_anew_what_it_sealed() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, other) = (admin.sealing_key().await, admin.sealing_key().await);
    let blob = coded(&admin.seal(&key, "one", json!({})).await);
    let condition = json!({"Bool": {"kms:ReEncryptOnSameKey": "true"}});
    let member = house.user("member", &document(allow_if(&["kms:ReEncrypt*"], "*", condition))).await;
    let persona = member.at(&house);
    is_allowed(persona, "ReEncrypt", json!({"CiphertextBlob": blob, "DestinationKeyId": key})).await;
    let refused = persona.kms("ReEncrypt", json!({"CiphertextBlob": blob, "DestinationKeyId": other})).await;
    refused.is_kms(&unusable(&member.arn, "kms:ReEncryptFrom"));
}

#[tokio::test]
async fn another_account_seals_and_opens_when_both_sides_allow() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let there = owner.at(&house);
    let actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey"];
    let able = there.user("able", &document(allow(&actions, "*"))).await;
    let idle = there.user("idle", "").await;
    let guests = json!({
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{OTHER_ACCOUNT}:root")}, "Action": actions,
        "Resource": "*",
    });
    let shared = admin.key(json!({"Policy": key_policy(&[guests])})).await;
    let blob = admin.seal(&shared, "one", json!({})).await;
    let opened = able.at(&house).ask_kms("Decrypt", unsealing(&blob, json!({}))).await;
    assert_eq!((bytes(&opened["Plaintext"]), &opened["KeyId"]), (b"one".to_vec(), &json!(shared)));
    idle.at(&house).is_refused_to_unseal(&blob, json!({}), &unusable(&idle.arn, "kms:Decrypt")).await;
    let theirs = able.at(&house).seal(&shared, "two", json!({})).await;
    assert_eq!(admin.unseal(&theirs, json!({})).await, b"two");

    // From our key to one of theirs, and not back: our account is not allowed there.
    let own = there.sealing_key().await;
    let away = json!({"CiphertextBlob": coded(&blob), "DestinationKeyId": own});
    let moved = able.at(&house).ask_kms("ReEncrypt", away).await;
    assert_eq!((&moved["SourceKeyId"], &moved["KeyId"]), (&json!(shared), &json!(own)));
    let moved = bytes(&moved["CiphertextBlob"]);
    assert_eq!(there.unseal(&moved, json!({})).await, b"one");
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    admin.is_refused_to_unseal(&moved, json!({}), &unusable(&root, "kms:Decrypt")).await;
}

#[tokio::test]
async fn a_key_policy_that_denies_is_not_told_of_to_who_names_no_key() {
    let house = House::open().await;
    let admin = house.admin();
    let reader = house.user("reader", &document(allow(&["kms:*"], "*"))).await;
    let never = json!({"Effect": "Deny", "Principal": {"AWS": reader.arn}, "Action": "kms:Decrypt", "Resource": "*"});
    let key = admin.key(json!({"Policy": key_policy(&[never])})).await;
    let blob = reader.at(&house).seal(&key, "one", json!({})).await;
    reader.at(&house).is_refused_to_unseal(&blob, json!({}), &unusable(&reader.arn, "kms:Decrypt")).await;
    let mut members = unsealing(&blob, json!({}));
    members["KeyId"] = json!(key);
    let text = format!(
        "User: {} is not authorized to perform: kms:Decrypt on resource: {key} with an explicit deny in a resource-based \
         policy",
        reader.arn
    );
    reader.at(&house).kms("Decrypt", members).await.is_kms(&Fault::new("AccessDeniedException", text));
    assert_eq!(admin.unseal(&blob, json!({})).await, b"one");
}
