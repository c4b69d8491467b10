//! What the trail keeps: which key, which context, and nothing that anybody sealed, opened or signed.

use serde_json::{Value, json};

use super::{bytes, coded};
use crate::{house::House, kms::Fault};

const PLAINTEXT: &str = "canary in the coal mine";
const MESSAGE: &str = "message of a canary";

fn records(house: &House) -> Vec<Value> {
    let records = house.whole_trail().into_iter();
    records
        .filter(|record| record["eventSource"] == "kms.amazonaws.com" && record["eventName"] != "CreateKey")
        .collect()
}

#[tokio::test]
async fn each_use_of_a_key_has_its_record_without_what_it_was_used_for() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    let context = json!({"purpose": "stories"});
    let mut secrets = vec![coded(PLAINTEXT.as_bytes()), PLAINTEXT.to_owned(), coded(MESSAGE.as_bytes())];

    let sealing = json!({"KeyId": key, "Plaintext": coded(PLAINTEXT.as_bytes()), "EncryptionContext": context});
    let sealed = admin.ask_kms("Encrypt", sealing).await["CiphertextBlob"].clone();
    let opening =
        json!({"CiphertextBlob": sealed, "EncryptionContext": context, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"});
    admin.ask_kms("Decrypt", opening).await;
    let anew = json!({"CiphertextBlob": sealed, "SourceEncryptionContext": context, "DestinationKeyId": key});
    let anew = admin.ask_kms("ReEncrypt", anew).await["CiphertextBlob"].clone();
    let data = json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context});
    let data = admin.ask_kms("GenerateDataKey", data).await;
    let silent = json!({"KeyId": key, "NumberOfBytes": 64});
    let silent = admin.ask_kms("GenerateDataKeyWithoutPlaintext", silent).await;
    let random = admin.ask_kms("GenerateRandom", json!({"NumberOfBytes": 32})).await;
    let message = json!({"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": coded(MESSAGE.as_bytes())});
    let tag = admin.ask_kms("GenerateMac", message.clone()).await["Mac"].clone();
    let mut verified = message;
    verified["Mac"] = tag.clone();
    admin.ask_kms("VerifyMac", verified).await;

    let expected = [
        ("Encrypt", json!({"keyId": key, "encryptionContext": context})),
        ("Decrypt", json!({"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"})),
        ("ReEncrypt", json!({"sourceEncryptionContext": context, "destinationKeyId": key})),
        ("GenerateDataKey", json!({"keyId": key, "keySpec": "AES_256", "encryptionContext": context})),
        ("GenerateDataKeyWithoutPlaintext", json!({"keyId": key, "numberOfBytes": 64})),
        ("GenerateRandom", json!({"numberOfBytes": 32})),
        ("GenerateMac", json!({"keyId": mac, "macAlgorithm": "HMAC_SHA_256"})),
        ("VerifyMac", json!({"keyId": mac, "macAlgorithm": "HMAC_SHA_256"})),
    ];
    let records = records(&house);
    assert_eq!(records.len(), expected.len());
    for (record, (name, parameters)) in records.iter().zip(expected) {
        assert_eq!((&record["eventName"], &record["requestParameters"]), (&json!(name), &parameters));
        assert_eq!((&record["readOnly"], &record["responseElements"]), (&json!(true), &Value::Null), "{name}");
        assert!(record.get("errorCode").is_none(), "{record}");
    }
    let answered = [&sealed, &anew, &data["Plaintext"], &data["CiphertextBlob"], &silent["CiphertextBlob"], &tag];
    secrets.extend(answered.into_iter().chain([&random["Plaintext"]]).map(|value| value.as_str().unwrap().to_owned()));
    for record in house.raw_trail() {
        for secret in &secrets {
            assert!(!record.contains(secret), "{record}");
        }
    }
    // Nor does the store hold what was only passed through.
    let rows = house.rows(&[]).join("\n");
    for secret in &secrets {
        assert!(!rows.contains(secret));
    }
    assert!(!rows.contains(&format!("{:?}", bytes(&data["Plaintext"]))));
}

#[tokio::test]
async fn a_refusal_has_a_record_too_without_a_text_where_aws_sends_none() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    let blob = admin.seal(&key, PLAINTEXT, json!({})).await;
    let wrong = json!({"CiphertextBlob": coded(&blob), "KeyId": key, "EncryptionContext": {"a": "b"}});
    admin.kms("Decrypt", wrong).await.is_kms(&Fault::silent("InvalidCiphertextException"));
    let forged = json!({"KeyId": mac, "MacAlgorithm": "HMAC_SHA_256", "Message": "b25l", "Mac": "AAAA"});
    admin.kms("VerifyMac", forged).await.is_kms(&Fault::silent("KMSInvalidMacException"));
    let records = records(&house);
    let [_, opened, verified] = records.as_slice() else { panic!("{} records", records.len()) };
    assert_eq!(opened["errorCode"], "InvalidCiphertextException");
    assert_eq!(opened["requestParameters"], json!({"keyId": key, "encryptionContext": {"a": "b"}}));
    assert_eq!(verified["errorCode"], "KMSInvalidMacException");
    for record in [opened, verified] {
        assert!(record.get("errorMessage").is_none(), "{record}");
        assert_eq!((&record["readOnly"], &record["responseElements"]), (&json!(true), &Value::Null));
    }
}
