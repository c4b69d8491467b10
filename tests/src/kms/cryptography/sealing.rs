//! What the operations answer.

use serde_json::{Value, json};

use super::{bytes, coded, incorrect_key, invalid, invalid_ciphertext, unsealing};
use crate::{
    house::House,
    kms::{Fault, id_of},
};

/// Of an answer: which members it has, in the order of their names.
fn members(answer: &Value) -> Vec<&str> {
    answer.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn what_was_sealed_opens_by_every_name_of_its_key_and_the_answer_names_its_arn() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": key})).await.is_empty_success();
    let alias_arn = format!("{}alias/app", key.strip_suffix(&format!("key/{}", id_of(&key))).unwrap());
    for name in [id_of(&key), &key, "alias/app", &alias_arn] {
        let ask = json!({"KeyId": name, "Plaintext": coded(b"one")});
        let sealed = admin.ask_kms("Encrypt", ask).await;
        assert_eq!(members(&sealed), ["CiphertextBlob", "EncryptionAlgorithm", "KeyId"]);
        assert_eq!((&sealed["KeyId"], &sealed["EncryptionAlgorithm"]), (&json!(key), &json!("SYMMETRIC_DEFAULT")));
        for name in [Value::Null, json!(name)] {
            let ask = json!({"CiphertextBlob": sealed["CiphertextBlob"], "KeyId": name});
            let opened = admin.ask_kms("Decrypt", ask).await;
            assert_eq!(members(&opened), ["EncryptionAlgorithm", "KeyId", "KeyMaterialId", "Plaintext"]);
            assert_eq!((&opened["KeyId"], bytes(&opened["Plaintext"])), (&json!(key), b"one".to_vec()));
            let material = opened["KeyMaterialId"].as_str().unwrap();
            assert!(material.len() == 64 && material.bytes().all(|byte| byte.is_ascii_hexdigit()), "{material}");
        }
    }
}

#[tokio::test]
async fn as_much_as_aws_seals_is_sealed() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let most = "x".repeat(4096);
    let blob = admin.seal(&key, &most, json!({})).await;
    assert_eq!(admin.unseal(&blob, json!({})).await, most.as_bytes());
    let at = |member: &str, rule: &str| {
        invalid(&format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}"))
    };
    let of = |length: usize| json!({"KeyId": key, "Plaintext": coded(&vec![0; length])});
    let too_long = at("plaintext", "Member must have length less than or equal to 4096");
    admin.kms("Encrypt", of(4097)).await.is_kms(&too_long);
    let empty = at("plaintext", "Member must have length greater than or equal to 1");
    admin.kms("Encrypt", of(0)).await.is_kms(&empty);
    let cut = at("ciphertextBlob", "Member must have length less than or equal to 6144");
    admin.kms("Decrypt", unsealing(&[0x4b; 6145], json!({}))).await.is_kms(&cut);
    let empty = at("ciphertextBlob", "Member must have length greater than or equal to 1");
    admin.kms("Decrypt", unsealing(b"", json!({}))).await.is_kms(&empty);
    let missing = at("ciphertextBlob", "Member must not be null");
    admin.kms("Decrypt", json!({})).await.is_kms(&missing);
}

#[tokio::test]
async fn a_data_key_is_answered_in_the_clear_and_sealed() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let context = json!({"purpose": "data"});
    let lengths = [
        (json!({"KeySpec": "AES_256"}), 32),
        (json!({"KeySpec": "AES_128"}), 16),
        (json!({"NumberOfBytes": 1}), 1),
        (json!({"NumberOfBytes": 1024}), 1024),
    ];
    for (mut ask, length) in lengths {
        ask["KeyId"] = json!(id_of(&key));
        ask["EncryptionContext"] = context.clone();
        let first = admin.ask_kms("GenerateDataKey", ask.clone()).await;
        assert_eq!(members(&first), ["CiphertextBlob", "KeyId", "KeyMaterialId", "Plaintext"]);
        let plaintext = bytes(&first["Plaintext"]);
        assert_eq!((plaintext.len(), &first["KeyId"]), (length, &json!(key)));
        let opened = admin.ask_kms("Decrypt", unsealing(&bytes(&first["CiphertextBlob"]), context.clone())).await;
        assert_eq!((&opened["Plaintext"], &opened["KeyMaterialId"]), (&first["Plaintext"], &first["KeyMaterialId"]));
        let second = admin.ask_kms("GenerateDataKey", ask.clone()).await;
        assert!(length == 1 || second["Plaintext"] != first["Plaintext"]);

        let silent = admin.ask_kms("GenerateDataKeyWithoutPlaintext", ask).await;
        assert_eq!(members(&silent), ["CiphertextBlob", "KeyId", "KeyMaterialId"]);
        let blob = bytes(&silent["CiphertextBlob"]);
        assert_eq!(admin.unseal(&blob, context.clone()).await.len(), length);
        admin.is_refused_to_unseal(&blob, json!({}), &invalid_ciphertext()).await;
    }
}

#[tokio::test]
async fn the_length_of_a_data_key_is_told_once() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    for operation in ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
        for ask in [json!({}), json!({"KeySpec": "AES_256", "NumberOfBytes": 32})] {
            let mut ask = ask;
            ask["KeyId"] = json!(key);
            let told = invalid("Please specify either number of bytes or key spec.");
            admin.kms(operation, ask).await.is_kms(&told);
        }
        for (number, rule) in [(0, "greater than or equal to 1"), (1025, "less than or equal to 1024")] {
            let told = invalid(&format!(
                "1 validation error detected: Value '{number}' at 'numberOfBytes' failed to satisfy constraint: Member \
                 must have value {rule}"
            ));
            admin.kms(operation, json!({"KeyId": key, "NumberOfBytes": number})).await.is_kms(&told);
            admin.kms("GenerateRandom", json!({"NumberOfBytes": number})).await.is_kms(&told);
        }
        let told = invalid(
            "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must \
             satisfy enum value set: [AES_256, AES_128]",
        );
        admin.kms(operation, json!({"KeyId": key, "KeySpec": "AES_512"})).await.is_kms(&told);
    }
}

#[tokio::test]
async fn random_bytes_are_as_many_as_asked_for_and_never_the_same() {
    let house = House::open().await;
    let admin = house.admin();
    for length in [1, 12, 32, 1024] {
        let one = admin.ask_kms("GenerateRandom", json!({"NumberOfBytes": length})).await;
        assert_eq!((members(&one), bytes(&one["Plaintext"]).len()), (vec!["Plaintext"], length));
        let other = admin.ask_kms("GenerateRandom", json!({"NumberOfBytes": length})).await;
        assert!(length == 1 || one != other);
    }
    admin.kms("GenerateRandom", json!({})).await.is_kms(&invalid("NumberOfBytes is required."));
    let stored = json!({"NumberOfBytes": 8, "CustomKeyStoreId": "cks-1234567890abcdef0"});
    admin.kms("GenerateRandom", stored).await.is_kms(&Fault::silent("CustomKeyStoreNotFoundException"));
}

#[tokio::test]
async fn what_is_sealed_anew_opens_with_the_new_key_and_the_new_context_only() {
    let house = House::open().await;
    let admin = house.admin();
    let (old, new) = (admin.sealing_key().await, admin.sealing_key().await);
    let (before, after) = (json!({"version": "1"}), json!({"version": "2"}));
    let blob = admin.seal(&old, "one", before.clone()).await;
    for source in [Value::Null, json!(old)] {
        let ask = json!({
            "CiphertextBlob": coded(&blob), "SourceEncryptionContext": before, "SourceKeyId": source,
            "DestinationKeyId": id_of(&new), "DestinationEncryptionContext": after,
        });
        let answer = admin.ask_kms("ReEncrypt", ask).await;
        let expected = [
            "CiphertextBlob",
            "DestinationEncryptionAlgorithm",
            "DestinationKeyMaterialId",
            "KeyId",
            "SourceEncryptionAlgorithm",
            "SourceKeyId",
            "SourceKeyMaterialId",
        ];
        assert_eq!(members(&answer), expected);
        assert_eq!((&answer["SourceKeyId"], &answer["KeyId"]), (&json!(old), &json!(new)));
        assert_ne!(answer["SourceKeyMaterialId"], answer["DestinationKeyMaterialId"]);
        let anew = bytes(&answer["CiphertextBlob"]);
        let opened = admin.ask_kms("Decrypt", unsealing(&anew, after.clone())).await;
        assert_eq!((bytes(&opened["Plaintext"]), &opened["KeyId"]), (b"one".to_vec(), &json!(new)));
        assert_eq!(opened["KeyMaterialId"], answer["DestinationKeyMaterialId"]);
        admin.is_refused_to_unseal(&anew, before.clone(), &invalid_ciphertext()).await;
    }
    let wrong_key = json!({
        "CiphertextBlob": coded(&blob), "SourceEncryptionContext": before, "SourceKeyId": new, "DestinationKeyId": new,
    });
    admin.kms("ReEncrypt", wrong_key).await.is_kms(&incorrect_key());
    let wrong_context =
        json!({"CiphertextBlob": coded(&blob), "SourceEncryptionContext": after, "DestinationKeyId": new});
    admin.kms("ReEncrypt", wrong_context).await.is_kms(&invalid_ciphertext());

    // The same key with its newest material.
    let ask = json!({"CiphertextBlob": coded(&blob), "SourceEncryptionContext": before, "DestinationKeyId": old});
    let same = admin.ask_kms("ReEncrypt", ask.clone()).await;
    assert_eq!(same["SourceKeyMaterialId"], same["DestinationKeyMaterialId"]);
    admin.ask_kms("RotateKeyOnDemand", json!({"KeyId": old})).await;
    let rotated = admin.ask_kms("ReEncrypt", ask).await;
    assert_eq!(rotated["SourceKeyMaterialId"], same["SourceKeyMaterialId"]);
    assert_ne!(rotated["SourceKeyMaterialId"], rotated["DestinationKeyMaterialId"]);
}
