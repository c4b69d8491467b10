//! Nothing but a genuine ciphertext, with its own key and its own context, ever opens.

use serde_json::{Value, json};

use super::{bytes, coded, incorrect_key, invalid_ciphertext, unsealing, unusable};
use crate::{
    house::{House, OTHER_REGION},
    kms::{Fault, id_of},
    letters::Persona,
    people::{OTHER_ACCOUNT, allow, document},
};

const TEXT: &str = "correct horse battery staple, 32";

/// Where a ciphertext names its key, and where the material.
const KEY: std::ops::Range<usize> = 2..18;
const MATERIAL: std::ops::Range<usize> = 18..22;

fn context() -> Value {
    json!({"purpose": "stories", "of": "ciphertexts"})
}

/// What is told of a ciphertext that differs from a genuine one here.
fn fault_at(position: usize, caller: &str) -> Fault {
    if KEY.contains(&position) { unusable(caller, "kms:Decrypt") } else { invalid_ciphertext() }
}

fn root() -> String {
    format!("arn:aws:iam::{}:root", crate::house::ACCOUNT)
}

#[tokio::test]
async fn every_flipped_bit_of_a_ciphertext_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, TEXT, context()).await;
    let mut count = 0;
    for position in 0..blob.len() {
        for bit in 0..8 {
            let mut changed = blob.clone();
            changed[position] ^= 1 << bit;
            admin.is_refused_to_unseal(&changed, context(), &fault_at(position, &root())).await;
            count += 1;
        }
    }
    println!("{count} flipped bits of a ciphertext of {} bytes were refused", blob.len());
    assert_eq!(count, blob.len() * 8);
    assert_eq!(admin.unseal(&blob, context()).await, TEXT.as_bytes());
}

#[tokio::test]
async fn every_flipped_byte_of_a_ciphertext_is_refused_where_its_key_is_named_and_when_it_is_sealed_anew() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, TEXT, context()).await;
    for position in 0..blob.len() {
        let mut changed = blob.clone();
        changed[position] ^= 0x55;
        let is_of_key = KEY.contains(&position);
        let mut members = unsealing(&changed, context());
        members["KeyId"] = json!(key);
        let named = if is_of_key { incorrect_key() } else { invalid_ciphertext() };
        admin.kms("Decrypt", members).await.is_kms(&named);
        let members =
            json!({"CiphertextBlob": coded(&changed), "SourceEncryptionContext": context(), "DestinationKeyId": key});
        let anew = if is_of_key { unusable(&root(), "kms:ReEncryptFrom") } else { invalid_ciphertext() };
        admin.kms("ReEncrypt", members).await.is_kms(&anew);
    }
    println!("{} flipped bytes were refused by each", blob.len());
}

#[tokio::test]
async fn a_ciphertext_that_is_cut_or_longer_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, TEXT, context()).await;
    for length in 1..blob.len() {
        admin.is_refused_to_unseal(&blob[..length], context(), &invalid_ciphertext()).await;
        let tail = &blob[blob.len() - length..];
        admin.is_refused_to_unseal(tail, context(), &invalid_ciphertext()).await;
    }
    println!("{} cuts from either side were refused", blob.len() - 1);
    for more in [vec![0], vec![0xff], blob.clone()] {
        admin.is_refused_to_unseal(&[blob.clone(), more].concat(), context(), &invalid_ciphertext()).await;
    }
}

#[tokio::test]
async fn a_context_differs_by_every_letter_of_its_pairs() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, TEXT, context()).await;
    let others = [
        json!({}),
        json!({"purpose": "stories"}),
        json!({"of": "ciphertexts"}),
        json!({"Purpose": "stories", "of": "ciphertexts"}),
        json!({"purpose": "Stories", "of": "ciphertexts"}),
        json!({"purpose": "ciphertexts", "of": "stories"}),
        json!({"purpose": "stories", "of": "ciphertexts", "": ""}),
        json!({"purpose": "stories", "of": "ciphertexts", "more": "pairs"}),
        json!({"purpose": "stories ", "of": "ciphertexts"}),
        json!({"purposeof": "storiesciphertexts"}),
        json!({"purpose": "stories", "of": ""}),
    ];
    for other in others {
        admin.is_refused_to_unseal(&blob, other, &invalid_ciphertext()).await;
    }
    admin.kms("Decrypt", json!({"CiphertextBlob": coded(&blob)})).await.is_kms(&invalid_ciphertext());
    // In whatever order they stand, of which JSON's objects have two.
    let body = format!(
        r#"{{"EncryptionContext":{{"purpose":"stories","of":"ciphertexts"}},"CiphertextBlob":"{}"}}"#,
        coded(&blob)
    );
    for body in [
        body.clone(),
        body.replace(r#""purpose":"stories","of":"ciphertexts""#, r#""of":"ciphertexts","purpose":"stories""#),
    ] {
        let mut letter = crate::letters::Letter::unsigned("Decrypt", body.as_bytes());
        letter.set("x-amz-target", "TrentService.Decrypt");
        Persona { service: "kms", ..admin }.sign(&mut letter);
        let answer = house.deliver(letter).await.json();
        assert_eq!(bytes(&answer["Plaintext"]), TEXT.as_bytes());
    }
    let plain = admin.seal(&key, TEXT, json!({})).await;
    assert_eq!(admin.unseal(&plain, json!({})).await, TEXT.as_bytes());
    admin.is_refused_to_unseal(&plain, context(), &invalid_ciphertext()).await;
}

#[tokio::test]
async fn a_ciphertext_under_the_name_of_another_key_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let (one, other) = (admin.sealing_key().await, admin.sealing_key().await);
    let (of_one, of_other) = (admin.seal(&one, TEXT, context()).await, admin.seal(&other, TEXT, context()).await);
    let swapped = [&of_other[..22], &of_one[22..]].concat();
    admin.is_refused_to_unseal(&swapped, context(), &invalid_ciphertext()).await;
    for (blob, key) in [(&of_one, &other), (&of_other, &one)] {
        let mut members = unsealing(blob, context());
        members["KeyId"] = json!(key);
        admin.kms("Decrypt", members.clone()).await.is_kms(&incorrect_key());
        members["KeyId"] = json!(id_of(key));
        admin.kms("Decrypt", members).await.is_kms(&incorrect_key());
    }
    // Of two ciphertexts of one key, neither is half of the other.
    let again = admin.seal(&one, TEXT, context()).await;
    assert_ne!(again, of_one);
    for middle in [22, 38, 50, of_one.len() - 16] {
        let mixed = [&of_one[..middle], &again[middle..]].concat();
        if middle > 22 {
            admin.is_refused_to_unseal(&mixed, context(), &invalid_ciphertext()).await;
        } else {
            // The heads are the same.
            assert_eq!(mixed, again);
        }
    }
    // A key for MACs opens nothing.
    let mac = admin.mac_key("HMAC_256").await;
    let of_mac = [&of_one[..2], &key_bits(&mac), &of_one[18..]].concat();
    let usage = format!("{mac} key usage is GENERATE_VERIFY_MAC which is not valid for Decrypt.");
    admin.is_refused_to_unseal(&of_mac, context(), &Fault::new("InvalidKeyUsageException", usage)).await;
}

#[tokio::test]
async fn a_ciphertext_opens_with_the_material_that_sealed_it_and_no_other() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let mut blobs = vec![admin.seal(&key, TEXT, context()).await];
    for _ in 0..2 {
        admin.ask_kms("RotateKeyOnDemand", json!({"KeyId": key})).await;
        blobs.push(admin.seal(&key, TEXT, context()).await);
    }
    let mut materials = Vec::new();
    for (number, blob) in blobs.iter().enumerate() {
        assert_eq!(blob[MATERIAL], u32::try_from(number + 1).unwrap().to_be_bytes());
        let answer = admin.ask_kms("Decrypt", unsealing(blob, context())).await;
        assert_eq!((bytes(&answer["Plaintext"]), &answer["KeyId"]), (TEXT.as_bytes().to_vec(), &json!(key)));
        materials.push(answer["KeyMaterialId"].as_str().unwrap().to_owned());
        for other in [0, 1, 2, 3, 4, u32::MAX] {
            if other as usize != number + 1 {
                let swapped = [&blob[..18], &other.to_be_bytes(), &blob[22..]].concat();
                admin.is_refused_to_unseal(&swapped, context(), &invalid_ciphertext()).await;
            }
        }
    }
    materials.dedup();
    assert_eq!(materials.len(), 3);
    let described = admin.ask_kms("DescribeKey", json!({"KeyId": key})).await;
    assert_eq!(described["KeyMetadata"]["CurrentKeyMaterialId"], json!(materials[2]));
}

#[tokio::test]
async fn a_ciphertext_is_good_in_the_region_of_its_key_only() {
    let house = House::open().await;
    let (here, there) = (house.admin(), house.admin().in_region(OTHER_REGION));
    let key = here.sealing_key().await;
    let blob = here.seal(&key, TEXT, context()).await;
    there.is_refused_to_unseal(&blob, context(), &unusable(&root(), "kms:Decrypt")).await;
    let mut members = unsealing(&blob, context());
    members["KeyId"] = json!(key);
    let region = Fault::new("NotFoundException", format!("Invalid arn {}", crate::house::REGION));
    there.kms("Decrypt", members).await.is_kms(&region);
    let other = there.sealing_key().await;
    let swapped = [&blob[..2], &key_bits(&other), &blob[18..]].concat();
    there.is_refused_to_unseal(&swapped, context(), &invalid_ciphertext()).await;
}

#[tokio::test]
async fn a_ciphertext_of_a_multi_region_key_opens_where_the_key_has_a_replica() {
    let house = House::open().await;
    let (here, there) = (house.admin(), house.admin().in_region(OTHER_REGION));
    let key = here.key(json!({"MultiRegion": true})).await;
    let blob = here.seal(&key, TEXT, context()).await;
    there.is_refused_to_unseal(&blob, context(), &unusable(&root(), "kms:Decrypt")).await;
    here.ask_kms("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": OTHER_REGION})).await;
    let replica = key.replace(crate::house::REGION, OTHER_REGION);
    let opened = there.ask_kms("Decrypt", unsealing(&blob, context())).await;
    assert_eq!((bytes(&opened["Plaintext"]), &opened["KeyId"]), (TEXT.as_bytes().to_vec(), &json!(replica)));
    let back = there.seal(&replica, TEXT, context()).await;
    assert_eq!(here.unseal(&back, context()).await, TEXT.as_bytes());
    for position in [0, 1, 2, 17, 21, 22, 40, back.len() - 1] {
        let mut changed = back.clone();
        changed[position] ^= 1;
        here.is_refused_to_unseal(&changed, context(), &fault_at(position, &root())).await;
    }
    there.kms("DisableKey", json!({"KeyId": replica})).await.is_empty_success();
    let disabled = Fault::new("DisabledException", format!("{replica} is disabled."));
    there.is_refused_to_unseal(&blob, context(), &disabled).await;
    assert_eq!(here.unseal(&blob, context()).await, TEXT.as_bytes());
}

#[tokio::test]
async fn a_ciphertext_of_another_account_is_as_one_whose_key_is_not_there() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let theirs = owner.at(&house).user("reader", &document(allow(&["kms:*"], "*"))).await;
    let reader = theirs.at(&house);
    let key = admin.sealing_key().await;
    let blob = admin.seal(&key, TEXT, context()).await;
    let mut unknown = blob.clone();
    unknown[7] ^= 1;
    let told = unusable(&theirs.arn, "kms:Decrypt");
    let mut ids = Vec::new();
    for blob in [&blob, &unknown] {
        let answer = reader.kms("Decrypt", unsealing(blob, context())).await;
        answer.is_kms(&told);
        ids.push(answer.request_id().to_owned());
    }
    // Nor can their account ask afterwards which of the two is a key.
    let account = terms::AccountId::parse(OTHER_ACCOUNT).unwrap();
    let mut reasons = Vec::new();
    for (id, blob) in ids.iter().zip([&blob, &unknown]) {
        let decisions = house.rooms.kms.gate.told_of(account, id);
        let [decision] = decisions.as_slice() else { panic!("{} decisions", decisions.len()) };
        let key = key_id(&blob[KEY]);
        let reason = format!("{:?} {:?} {:?}", decision.resource, decision.refusal(), decision.statements());
        assert!(reason.contains(&format!("{OTHER_ACCOUNT}:key/{key}")), "{reason}");
        assert!(!reason.contains(crate::house::ACCOUNT), "{reason}");
        reasons.push(reason.replace(&key, "KEY"));
    }
    assert_eq!(reasons[0], reasons[1]);
    let records = house.whole_trail();
    let refused = records.iter().filter(|record| record["errorCode"] == "AccessDenied");
    for record in refused {
        assert_eq!((&record["requestParameters"], &record["errorMessage"]), (&Value::Null, &json!(told.text)));
    }
    // Their own key opens nothing of ours.
    let own = owner.at(&house).sealing_key().await;
    let swapped = [&blob[..2], &key_bits(&own), &blob[18..]].concat();
    reader.is_refused_to_unseal(&swapped, context(), &invalid_ciphertext()).await;
}

#[tokio::test]
async fn what_aws_sealed_is_no_ciphertext_of_ours() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.sealing_key().await;
    let ours = admin.seal(&key, TEXT, context()).await;
    let mut blobs = Vec::new();
    for start in [[0x01, 0x02, 0x02, 0x00, 0x78], [0x01, 0x02, 0x03, 0x00, 0x78]] {
        for length in [5, 64, 184, 6144] {
            let filling = (0_u8..=u8::MAX).cycle().take(length - start.len());
            blobs.push(start.into_iter().chain(filling).collect::<Vec<u8>>());
        }
        blobs.push([&start, &ours[5..]].concat());
    }
    blobs.extend([vec![0], vec![0x4b], vec![0x4b, 1], vec![0; 6144], ours[..65].to_vec()]);
    for blob in blobs {
        admin.is_refused_to_unseal(&blob, json!({}), &invalid_ciphertext()).await;
        let mut members = unsealing(&blob, json!({}));
        members["KeyId"] = json!(key);
        admin.kms("Decrypt", members).await.is_kms(&invalid_ciphertext());
    }
}

fn key_bits(arn: &str) -> Vec<u8> {
    let digits: String = id_of(arn).chars().filter(char::is_ascii_hexdigit).collect();
    let number = u128::from_str_radix(&digits, 16).unwrap();
    number.to_be_bytes().to_vec()
}

fn key_id(bits: &[u8]) -> String {
    contract::KeyId { bits: bits.try_into().unwrap(), is_multi_region: false }.to_string()
}
