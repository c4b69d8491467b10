//! What the trail tells: the call to Secrets Manager, and each call to KMS on its caller's behalf.

use serde_json::{Value, json};

use super::with_keys;
use crate::{
    house::{ACCOUNT, House},
    letters::token,
};

const VALUE: &str = "the canary of this story";

/// The calls to KMS that a service made, since so many of them.
fn linked(house: &House, known: usize) -> Vec<Value> {
    let invoked = |record: &Value| record["userIdentity"]["invokedBy"] == "secretsmanager.amazonaws.com";
    house.whole_trail().into_iter().filter(invoked).skip(known).collect()
}

/// `Decrypt`, with its error if it has one, and the version in its context.
fn names(records: &[Value]) -> Vec<(String, Value)> {
    let name = |record: &Value| match record.get("errorCode") {
        Some(error) => format!("{} {}", record["eventName"].as_str().unwrap(), error.as_str().unwrap()),
        None => record["eventName"].as_str().unwrap().to_owned(),
    };
    let version = |record: &Value| record["requestParameters"]["encryptionContext"]["SecretVersionId"].clone();
    records.iter().map(|record| (name(record), version(record))).collect()
}

#[tokio::test]
async fn each_call_has_its_record_and_one_for_each_use_of_the_key() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let user = house.user("user", &with_keys(&["kms:*"])).await;
    let calling = user.at(&house);
    let mut known = 0;
    let mut expect = |expected: &[(&str, Value)]| {
        let records = linked(&house, known);
        known += records.len();
        let expected: Vec<(String, Value)> =
            expected.iter().map(|(name, version)| ((*name).to_owned(), version.clone())).collect();
        assert_eq!(names(&records), expected);
        records
    };
    let trial = || json!("RequestToValidateKeyAccess");
    let arn = calling.create_under(&key, "db", VALUE).await;
    let sealed = ("GenerateDataKey", json!(token(1)));
    expect(&[("GenerateDataKey", trial()), ("Decrypt", trial()), sealed]);
    calling.value("db").await;
    let [read] = <[Value; 1]>::try_from(expect(&[("Decrypt", json!(token(1)))])).unwrap();
    let parent = house.trail().into_iter().rfind(|record| record["eventName"] == "GetSecretValue").unwrap();
    assert_eq!(read["eventSource"], "kms.amazonaws.com");
    let service = json!("secretsmanager.amazonaws.com");
    for member in [&read["userIdentity"]["invokedBy"], &read["sourceIPAddress"], &read["userAgent"]] {
        assert_eq!(*member, service);
    }
    assert_eq!(read["userIdentity"]["arn"], json!(user.arn));
    assert_eq!(parent["userIdentity"]["arn"], json!(user.arn));
    assert_eq!(parent["userIdentity"].get("invokedBy"), None);
    assert_ne!((&read["eventID"], &read["requestID"]), (&parent["eventID"], &parent["requestID"]));
    let context = json!({"SecretARN": arn, "SecretVersionId": token(1)});
    let parameters = json!({"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
    assert_eq!(read["requestParameters"], parameters);
    let resource = json!([{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]);
    assert_eq!((&read["resources"], &read["responseElements"]), (&resource, &Value::Null));

    calling.put("db", 2, VALUE).await;
    expect(&[("GenerateDataKey", json!(token(2)))]);
    calling.put("db", 2, VALUE).await;
    expect(&[("Decrypt", json!(token(2)))]);
    calling.ask("BatchGetSecretValue", json!({"SecretIdList": ["db"]})).await;
    expect(&[("Decrypt", json!(token(2)))]);
    let other = admin.key(json!({})).await;
    calling.move_to("db", &other).await;
    expect(&[
        ("GenerateDataKey", trial()),
        ("Decrypt", trial()),
        ("Decrypt", json!(token(1))),
        ("Encrypt", json!(token(1))),
        ("Decrypt", json!(token(2))),
        ("Encrypt", json!(token(2))),
    ]);
    calling.describe("db").await;
    calling.keys_of_versions("db").await;
    calling.schedule("db").await;
    expect(&[]);
    for record in house.raw_trail() {
        assert!(!record.contains(VALUE), "{record}");
    }
    // What is told stands up to the store.
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_refusal_of_the_key_is_told_by_both() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", VALUE).await;
    let user = house.user("user", &with_keys(&[])).await;
    let known = linked(&house, 0).len();
    assert_eq!(user.at(&house).try_to_read("db").await.status, 400);
    let refusals = linked(&house, known);
    assert_eq!(names(&refusals), [("Decrypt AccessDenied".to_owned(), Value::Null)]);
    let text = format!(
        "User: {} is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows \
         the kms:Decrypt action",
        user.arn
    );
    assert_eq!(refusals[0]["errorMessage"], json!(text));
    assert_eq!(refusals[0]["requestParameters"], Value::Null);
    let parent = house.trail().into_iter().next_back().unwrap();
    assert_eq!(
        (&parent["errorCode"], &parent["errorMessage"]),
        (&json!("AccessDenied"), &json!("Access to KMS is not allowed"))
    );

    admin.kms("DisableKey", json!({"KeyId": key})).await.is_empty_success();
    let known = linked(&house, 0).len();
    assert_eq!(admin.try_to_read("db").await.status, 400);
    let failures = linked(&house, known);
    assert_eq!(names(&failures), [("Decrypt DisabledException".to_owned(), json!(token(1)))]);
    assert_eq!(failures[0]["errorMessage"], json!(format!("{key} is disabled.")));
    let parent = house.trail().into_iter().next_back().unwrap();
    assert_eq!(parent["errorCode"], "DecryptionFailure");
}

/// A key of the account's own and the managed one are told alike.
#[tokio::test]
async fn the_managed_key_has_its_records_too() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", VALUE).await;
    admin.value("db").await;
    let managed = admin.ask_kms("DescribeKey", json!({"KeyId": "alias/aws/secretsmanager"})).await;
    let records = linked(&house, 0);
    let told: Vec<&str> = records.iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert_eq!(told, ["GenerateDataKey", "Decrypt", "GenerateDataKey", "Decrypt"]);
    for record in &records {
        assert_eq!(record["resources"][0]["ARN"], managed["KeyMetadata"]["Arn"]);
        assert_eq!(record["userIdentity"]["type"], "Root");
    }
}
