//! What every operation looks at before it does anything: states, algorithms, dry runs, tokens and recipients.

use serde_json::{Value, json};

use super::{coded, incorrect_key, invalid, invalid_ciphertext, unusable, would_have_succeeded};
use crate::{
    house::{ACCOUNT, House},
    kms::Fault,
    letters::Persona,
    people::document,
};

/// A good request of every operation that uses a key, with what it is to be refused for.
async fn requests(admin: Persona<'_>, sealing: &str, mac: &str) -> Vec<(&'static str, Value)> {
    let blob = coded(&admin.seal(sealing, "one", json!({})).await);
    let message = json!({"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": "b25l"});
    let tag = admin.ask_kms("GenerateMac", message.clone()).await["Mac"].clone();
    let mut verified = message.clone();
    verified["Mac"] = tag;
    vec![
        ("Encrypt", json!({"KeyId": sealing, "Plaintext": "b25l"})),
        ("Decrypt", json!({"CiphertextBlob": blob})),
        ("Decrypt", json!({"CiphertextBlob": blob, "KeyId": sealing})),
        ("ReEncrypt", json!({"CiphertextBlob": blob, "DestinationKeyId": sealing})),
        ("GenerateDataKey", json!({"KeyId": sealing, "KeySpec": "AES_256"})),
        ("GenerateDataKeyWithoutPlaintext", json!({"KeyId": sealing, "NumberOfBytes": 8})),
        ("GenerateMac", message),
        ("VerifyMac", verified),
    ]
}

fn with(mut members: Value, name: &str, value: Value) -> Value {
    members[name] = value;
    members
}

#[tokio::test]
async fn a_disabled_key_and_one_that_is_to_be_deleted_do_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let (sealing, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    let requests = requests(admin, &sealing, &mac).await;
    let key_of = |operation: &str| if operation.ends_with("Mac") { &mac } else { &sealing };
    for key in [&sealing, &mac] {
        admin.kms("DisableKey", json!({"KeyId": key})).await.is_empty_success();
    }
    for (operation, members) in &requests {
        let fault = Fault::new("DisabledException", format!("{} is disabled.", key_of(operation)));
        admin.kms(operation, members.clone()).await.is_kms(&fault);
        admin.kms(operation, with(members.clone(), "DryRun", json!(true))).await.is_kms(&fault);
    }
    for key in [&sealing, &mac] {
        admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": key})).await;
    }
    for (operation, members) in &requests {
        let text = format!("{} is pending deletion.", key_of(operation));
        let fault = Fault::new("KMSInvalidStateException", text);
        admin.kms(operation, members.clone()).await.is_kms(&fault);
    }
    for key in [&sealing, &mac] {
        admin.ask_kms("CancelKeyDeletion", json!({"KeyId": key})).await;
        admin.kms("EnableKey", json!({"KeyId": key})).await.is_empty_success();
    }
    for (operation, members) in requests {
        admin.ask_kms(operation, members).await;
    }
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_answers_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let (sealing, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    for (operation, members) in requests(admin, &sealing, &mac).await {
        admin.kms(operation, with(members.clone(), "DryRun", json!(true))).await.is_kms(&would_have_succeeded());
        admin.ask_kms(operation, with(members, "DryRun", json!(false))).await;
    }
    let blob = coded(&admin.seal(&sealing, "one", json!({"a": "b"})).await);
    let wrong = json!({"CiphertextBlob": blob, "DryRun": true});
    admin.kms("Decrypt", wrong.clone()).await.is_kms(&invalid_ciphertext());
    admin.kms("ReEncrypt", with(wrong, "DestinationKeyId", json!(sealing))).await.is_kms(&invalid_ciphertext());
    let other = admin.sealing_key().await;
    let wrong = json!({"CiphertextBlob": blob, "KeyId": other, "DryRun": true});
    admin.kms("Decrypt", wrong).await.is_kms(&incorrect_key());
    let wrong = json!({"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": "b25l", "Mac": "AAAA", "DryRun": true});
    admin.kms("VerifyMac", wrong).await.is_kms(&Fault::silent("KMSInvalidMacException"));
    let nobody = house.user("nobody", "").await;
    let refused =
        nobody.at(&house).kms("Encrypt", json!({"KeyId": sealing, "Plaintext": "b25l", "DryRun": true})).await;
    assert!(refused.text().contains("is not authorized to perform: kms:Encrypt"), "{}", refused.text());
}

#[tokio::test]
async fn a_dry_run_may_pass_over_the_ciphertext() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let ignoring = json!({"DryRun": true, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]});
    let named = with(ignoring.clone(), "KeyId", json!(key));
    admin.kms("Decrypt", named.clone()).await.is_kms(&would_have_succeeded());
    admin.kms("Decrypt", with(named.clone(), "CiphertextBlob", json!("AAAA"))).await.is_kms(&would_have_succeeded());
    let anew = with(with(ignoring.clone(), "SourceKeyId", json!(key)), "DestinationKeyId", json!(key));
    admin.kms("ReEncrypt", anew).await.is_kms(&would_have_succeeded());
    let nobody = house.user("nobody", "").await;
    let refused = nobody.at(&house).kms("Decrypt", named.clone()).await;
    assert!(refused.text().contains("is not authorized to perform: kms:Decrypt"), "{}", refused.text());
    let keyless = invalid("A key must be specified to ignore the ciphertext.");
    admin.kms("Decrypt", ignoring).await.is_kms(&keyless);
    let wet = with(named, "DryRun", json!(false));
    admin.kms("Decrypt", wet).await.is_kms(&invalid("DryRunModifiers can only be specified with DryRun."));
}

#[tokio::test]
async fn a_symmetric_key_has_one_algorithm() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = coded(&admin.seal(&key, "one", json!({})).await);
    for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"] {
        let text = format!("Algorithm {algorithm} is incompatible with key spec SYMMETRIC_DEFAULT.");
        let fault = Fault::new("InvalidKeyUsageException", text);
        let calls = [
            ("Encrypt", json!({"KeyId": key, "Plaintext": "b25l", "EncryptionAlgorithm": algorithm})),
            ("Decrypt", json!({"CiphertextBlob": blob, "EncryptionAlgorithm": algorithm})),
            (
                "ReEncrypt",
                json!({"CiphertextBlob": blob, "DestinationKeyId": key, "SourceEncryptionAlgorithm": algorithm}),
            ),
            (
                "ReEncrypt",
                json!({"CiphertextBlob": blob, "DestinationKeyId": key, "DestinationEncryptionAlgorithm": algorithm}),
            ),
        ];
        for (operation, members) in calls {
            admin.kms(operation, members).await.is_kms(&fault);
        }
    }
    let named = json!({"KeyId": key, "Plaintext": "b25l", "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"});
    admin.ask_kms("Encrypt", named).await;
}

#[tokio::test]
async fn what_is_for_an_enclave_is_not_answered_in_the_clear() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = coded(&admin.seal(&key, "one", json!({})).await);
    let recipient = json!({"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "AAAA"});
    let fault = Fault::new("UnsupportedOperationException", "Recipient is not supported by this server.");
    let calls = [
        ("Decrypt", json!({"CiphertextBlob": blob})),
        ("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})),
        ("GenerateRandom", json!({"NumberOfBytes": 8})),
    ];
    for (operation, members) in calls {
        for recipient in [recipient.clone(), json!({})] {
            admin.kms(operation, with(members.clone(), "Recipient", recipient)).await.is_kms(&fault);
        }
    }
}

#[tokio::test]
async fn a_grant_token_that_is_none_of_ours_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let (sealing, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    for (operation, members) in requests(admin, &sealing, &mac).await {
        for token in ["x", "AQpANmU4YjMyZWEtNDZlZS00"] {
            let answer = admin.kms(operation, with(members.clone(), "GrantTokens", json!([token]))).await.text();
            assert!(answer.starts_with(r#"{"__type":"InvalidGrantTokenException""#), "{operation}: {answer}");
        }
        admin.ask_kms(operation, with(members, "GrantTokens", json!([]))).await;
    }
}

#[tokio::test]
async fn a_context_has_its_measure() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let whole = json!({"key": "v".repeat(8189)});
    let blob = admin.seal(&key, "one", whole.clone()).await;
    assert_eq!(admin.unseal(&blob, whole).await, b"one");
    let fault = invalid("The encryption context must not be larger than 8192 bytes.");
    let large = json!({"key": "v".repeat(8190)});
    let calls = [
        ("Encrypt", json!({"KeyId": key, "Plaintext": "b25l", "EncryptionContext": large})),
        ("Decrypt", json!({"CiphertextBlob": coded(&blob), "EncryptionContext": large})),
        ("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": large})),
        (
            "ReEncrypt",
            json!({"CiphertextBlob": coded(&blob), "DestinationKeyId": key, "DestinationEncryptionContext": large}),
        ),
    ];
    for (operation, members) in calls {
        admin.kms(operation, members).await.is_kms(&fault);
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_told_of_by_name_alone() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, "one", json!({})).await;
    let missing = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:{}:{ACCOUNT}:key/{missing}", crate::house::REGION);
    let fault = Fault::new("NotFoundException", format!("Key '{arn}' does not exist"));
    let calls = [
        ("Encrypt", json!({"KeyId": missing, "Plaintext": "b25l"})),
        ("Decrypt", json!({"CiphertextBlob": coded(&blob), "KeyId": missing})),
        ("GenerateDataKey", json!({"KeyId": missing, "KeySpec": "AES_256"})),
        ("ReEncrypt", json!({"CiphertextBlob": coded(&blob), "DestinationKeyId": missing})),
        ("GenerateMac", json!({"KeyId": missing, "MacAlgorithm": "HMAC_SHA_256", "Message": "b25l"})),
    ];
    for (operation, members) in calls {
        admin.kms(operation, members).await.is_kms(&fault);
    }
    // The ciphertext comes before the name.
    let unreadable = json!({"CiphertextBlob": "AAAA", "KeyId": missing});
    admin.kms("Decrypt", unreadable).await.is_kms(&invalid_ciphertext());
}

#[tokio::test]
async fn the_key_of_secrets_seals_nothing_for_anybody_directly() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let almighty = house.user("almighty", &document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))).await;
    for persona in [admin, almighty.at(&house)] {
        for (operation, more) in
            [("Encrypt", json!({"Plaintext": "b25l"})), ("GenerateDataKey", json!({"KeySpec": "AES_256"}))]
        {
            let answer = persona.kms(operation, with(more, "KeyId", json!("alias/aws/secretsmanager"))).await;
            let text = answer.text();
            let reason = format!("because no resource-based policy allows the kms:{operation} action");
            assert!(text.contains("AccessDeniedException") && text.contains(&reason), "{text}");
        }
    }
    // Nor is what names it opened.
    let described = admin.ask_kms("DescribeKey", json!({"KeyId": "alias/aws/secretsmanager"})).await;
    let id = described["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let bits = u128::from_str_radix(&id.replace('-', ""), 16).unwrap().to_be_bytes();
    let own = admin.sealing_key().await;
    let blob = admin.seal(&own, "one", json!({})).await;
    let swapped = [&blob[..2], &bits, &blob[18..]].concat();
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    admin.is_refused_to_unseal(&swapped, json!({}), &unusable(&root, "kms:Decrypt")).await;
}
