//! MACs under HMAC keys.

use serde_json::{Value, json};

use super::{MAC_SPECS, bytes, coded, invalid};
use crate::{house::House, kms::Fault, letters::Persona};

fn invalid_mac() -> Fault {
    Fault::silent("KMSInvalidMacException")
}

fn verifying(key: &str, algorithm: &str, message: &[u8], mac: &[u8]) -> Value {
    json!({"KeyId": key, "MacAlgorithm": algorithm, "Message": coded(message), "Mac": coded(mac)})
}

async fn mac_of(persona: Persona<'_>, key: &str, algorithm: &str, message: &[u8]) -> Vec<u8> {
    let ask = json!({"KeyId": key, "MacAlgorithm": algorithm, "Message": coded(message)});
    let answer = persona.ask_kms("GenerateMac", ask).await;
    assert_eq!(answer["KeyId"], json!(key));
    assert_eq!((&answer["MacAlgorithm"], answer.as_object().unwrap().len()), (&json!(algorithm), 3));
    bytes(&answer["Mac"])
}

#[tokio::test]
async fn a_mac_is_good_for_its_message_and_its_key_alone() {
    let house = House::open().await;
    let admin = house.admin();
    for ((spec, algorithm), length) in MAC_SPECS.into_iter().zip([28, 32, 48, 64]) {
        let (key, other) = (admin.mac_key(spec).await, admin.mac_key(spec).await);
        let mac = mac_of(admin, &key, algorithm, b"message").await;
        assert_eq!((mac.len(), &mac), (length, &mac_of(admin, &key, algorithm, b"message").await));
        let answer = admin.ask_kms("VerifyMac", verifying(&key, algorithm, b"message", &mac)).await;
        assert_eq!(answer, json!({"KeyId": key, "MacAlgorithm": algorithm, "MacValid": true}));

        assert_ne!(mac, mac_of(admin, &other, algorithm, b"message").await);
        admin.kms("VerifyMac", verifying(&other, algorithm, b"message", &mac)).await.is_kms(&invalid_mac());
        admin.kms("VerifyMac", verifying(&key, algorithm, b"messagf", &mac)).await.is_kms(&invalid_mac());
        for position in 0..mac.len() {
            let mut changed = mac.clone();
            changed[position] ^= 0x10;
            admin.kms("VerifyMac", verifying(&key, algorithm, b"message", &changed)).await.is_kms(&invalid_mac());
        }
        for length in [1, 16, mac.len() - 1] {
            let cut = verifying(&key, algorithm, b"message", &mac[..length]);
            admin.kms("VerifyMac", cut).await.is_kms(&invalid_mac());
        }
        let longer = [&*mac, &[0]].concat();
        admin.kms("VerifyMac", verifying(&key, algorithm, b"message", &longer)).await.is_kms(&invalid_mac());
    }
}

#[tokio::test]
async fn an_hmac_key_has_one_algorithm() {
    let house = House::open().await;
    let admin = house.admin();
    for (spec, algorithm) in MAC_SPECS {
        let key = admin.mac_key(spec).await;
        for (_, other) in MAC_SPECS.into_iter().filter(|(_, other)| *other != algorithm) {
            let text = format!("Algorithm {other} is incompatible with key spec {spec}.");
            let fault = Fault::new("InvalidKeyUsageException", text);
            let members = verifying(&key, other, b"message", &[0; 32]);
            admin.kms("VerifyMac", members.clone()).await.is_kms(&fault);
            admin.kms("GenerateMac", members).await.is_kms(&fault);
        }
        let text = "1 validation error detected: Value 'HMAC_SHA_1' at 'macAlgorithm' failed to satisfy constraint: \
                    Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]";
        let members = verifying(&key, "HMAC_SHA_1", b"message", &[0; 32]);
        admin.kms("GenerateMac", members).await.is_kms(&invalid(text));
    }
}

#[tokio::test]
async fn a_message_has_at_most_4096_bytes() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.mac_key("HMAC_256").await;
    let mac = mac_of(admin, &key, "HMAC_SHA_256", &[7; 4096]).await;
    admin.ask_kms("VerifyMac", verifying(&key, "HMAC_SHA_256", &[7; 4096], &mac)).await;
    for (length, rule) in [(4097, "less than or equal to 4096"), (0, "greater than or equal to 1")] {
        let members = verifying(&key, "HMAC_SHA_256", &vec![7; length], &mac);
        let fault = invalid(&format!(
            "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length {rule}"
        ));
        admin.kms("GenerateMac", members.clone()).await.is_kms(&fault);
        admin.kms("VerifyMac", members).await.is_kms(&fault);
    }
}

#[tokio::test]
async fn keys_for_macs_and_keys_for_sealing_do_not_stand_in_for_each_other() {
    let house = House::open().await;
    let admin = house.admin();
    let (sealing, mac) = (admin.sealing_key().await, admin.mac_key("HMAC_256").await);
    let wrong = |key: &str, usage: &str, operation: &str| {
        Fault::new(
            "InvalidKeyUsageException",
            format!("{key} key usage is {usage} which is not valid for {operation}."),
        )
    };
    for operation in ["GenerateMac", "VerifyMac"] {
        let members = verifying(&sealing, "HMAC_SHA_256", b"message", &[0; 32]);
        admin.kms(operation, members).await.is_kms(&wrong(&sealing, "ENCRYPT_DECRYPT", operation));
    }
    let blob = admin.seal(&sealing, "one", json!({})).await;
    let calls = [
        ("Encrypt", json!({"KeyId": mac, "Plaintext": "b25l"})),
        ("GenerateDataKey", json!({"KeyId": mac, "KeySpec": "AES_256"})),
        ("GenerateDataKeyWithoutPlaintext", json!({"KeyId": mac, "KeySpec": "AES_256"})),
        ("ReEncrypt", json!({"CiphertextBlob": coded(&blob), "DestinationKeyId": mac})),
    ];
    for (operation, members) in calls {
        admin.kms(operation, members).await.is_kms(&wrong(&mac, "GENERATE_VERIFY_MAC", operation));
    }
}
