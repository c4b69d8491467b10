//! What the trail tells of each call: the fields of a CloudTrail record, and nothing that is secret.

use std::{collections::HashSet, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use secretsmanager::{Operation, RotationSettings};
use serde_json::{Value, json};

use crate::{
    house::{ACCESS_KEY_ID, ACCOUNT, DAY_MS, House, REGION, SECRET_ACCESS_KEY},
    letters::{Answer, Persona, token},
    rotation::{FUNCTION, Willing},
    texts::{denied, not_found},
};

/// A record as it must be. Ids come from the answer and from the record itself.
fn expected(operation: &str, is_read_only: bool, parameters: Value, response: Value, seen: &Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": ACCOUNT,
            "arn": format!("arn:aws:iam::{ACCOUNT}:root"),
            "accountId": ACCOUNT,
            "accessKeyId": ACCESS_KEY_ID,
        },
        "eventTime": "2026-03-02T08:00:00Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": operation,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.40",
        "userAgent": "aws-cli/2.27.0",
        "requestParameters": parameters,
        "responseElements": response,
        "requestID": seen["requestID"],
        "eventID": seen["eventID"],
        "readOnly": is_read_only,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    })
}

#[tokio::test]
async fn every_operation_leaves_its_record() {
    let house = House::open_with_rotation(Arc::new(Willing), RotationSettings::default()).await;
    let admin = house.admin();
    let mut answers: Vec<Answer> = Vec::new();
    let mut call = async |operation: &'static str, members: Value| {
        let answer = admin.call(operation, members).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        answers.push(answer.clone());
        answer
    };
    let tags = json!([{"Key": "team", "Value": "core"}]);
    let create = json!({
        "Name": "db", "ClientRequestToken": token(1), "Description": "primary", "Tags": tags, "SecretString": "one",
        "KmsKeyId": "alias/aws/secretsmanager", "ForceOverwriteReplicaSecret": false,
    });
    let arn = call("CreateSecret", create).await.json()["ARN"].clone();
    let put = json!({
        "SecretId": "db", "ClientRequestToken": token(2), "SecretBinary": "dHdv", "VersionStages": ["AWSPENDING"],
    });
    call("PutSecretValue", put).await;
    let stage = json!({
        "SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": token(2), "RemoveFromVersionId": token(1),
    });
    call("UpdateSecretVersionStage", stage).await;
    let update = json!({
        "SecretId": "db", "ClientRequestToken": token(3), "SecretString": "three", "Description": "d", "KmsKeyId": "",
    });
    call("UpdateSecret", update).await;
    call("GetSecretValue", json!({"SecretId": "db", "VersionId": token(3), "VersionStage": "AWSCURRENT"})).await;
    call("DescribeSecret", json!({"SecretId": "db"})).await;
    call("ListSecretVersionIds", json!({"SecretId": "db", "IncludeDeprecated": true, "MaxResults": 5})).await;
    let filters = json!([{"Key": "name", "Values": ["d"]}]);
    call("ListSecrets", json!({"Filters": filters, "MaxResults": 5, "SortBy": "name"})).await;
    call("GetRandomPassword", json!({"PasswordLength": 8, "ExcludeCharacters": "abc", "IncludeSpace": true})).await;
    call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})).await;
    call("UntagResource", json!({"SecretId": "db", "TagKeys": ["k"]})).await;
    let policy =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    call("ValidateResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": policy})).await;
    let put_policy = json!({"SecretId": "db", "ResourcePolicy": policy, "BlockPublicPolicy": true});
    call("PutResourcePolicy", put_policy).await;
    call("GetResourcePolicy", json!({"SecretId": "db", "PolicyName": "default"})).await;
    call("ListResourcePolicies", json!({"SecretId": "db", "MaxResults": 5})).await;
    call("DeleteResourcePolicy", json!({"SecretId": "db"})).await;
    call("DeleteSecret", json!({"SecretId": "db", "RecoveryWindowInDays": 7})).await;
    call("RestoreSecret", json!({"SecretId": "db"})).await;
    let rotate = json!({
        "SecretId": "db", "ClientRequestToken": token(4), "RotationLambdaARN": FUNCTION,
        "RotationRules": {"AutomaticallyAfterDays": 5, "Duration": "2h"}, "RotateImmediately": true,
    });
    call("RotateSecret", rotate).await;
    call("CancelRotateSecret", json!({"SecretId": "db"})).await;
    call("BatchGetSecretValue", json!({"SecretIdList": ["db"]})).await;

    let changed = json!({"arn": arn});
    let valued = |number: u32| json!({"arn": arn, "versionId": token(number)});
    let scheduled = json!({"arn": arn, "name": "db", "deletionDate": house.now() + 7.0 * 86_400.0});
    let lower_tags = json!([{"key": "team", "value": "core"}]);
    let lower_filters = json!([{"key": "name", "values": ["d"]}]);
    let rows = [
        (
            "CreateSecret",
            false,
            json!({
                "name": "db", "clientRequestToken": token(1), "description": "primary", "tags": lower_tags,
                "kmsKeyId": "alias/aws/secretsmanager", "forceOverwriteReplicaSecret": false,
            }),
            valued(1),
        ),
        (
            "PutSecretValue",
            false,
            json!({"secretId": "db", "clientRequestToken": token(2), "versionStages": ["AWSPENDING"]}),
            valued(2),
        ),
        (
            "UpdateSecretVersionStage",
            false,
            json!({
                "secretId": arn, "versionStage": "AWSCURRENT", "moveToVersionId": token(2),
                "removeFromVersionId": token(1),
            }),
            changed.clone(),
        ),
        (
            "UpdateSecret",
            false,
            json!({"secretId": "db", "clientRequestToken": token(3), "description": "d", "kmsKeyId": ""}),
            valued(3),
        ),
        (
            "GetSecretValue",
            true,
            json!({"secretId": "db", "versionId": token(3), "versionStage": "AWSCURRENT"}),
            Value::Null,
        ),
        ("DescribeSecret", true, json!({"secretId": "db"}), Value::Null),
        (
            "ListSecretVersionIds",
            true,
            json!({"secretId": "db", "includeDeprecated": true, "maxResults": 5}),
            Value::Null,
        ),
        ("ListSecrets", true, json!({"filters": lower_filters, "maxResults": 5, "sortBy": "name"}), Value::Null),
        (
            "GetRandomPassword",
            true,
            json!({"passwordLength": 8, "excludeCharacters": "abc", "includeSpace": true}),
            Value::Null,
        ),
        ("TagResource", false, json!({"secretId": "db", "tags": [{"key": "k", "value": "v"}]}), changed.clone()),
        ("UntagResource", false, json!({"secretId": "db", "tagKeys": ["k"]}), changed.clone()),
        ("ValidateResourcePolicy", true, json!({"secretId": "db", "resourcePolicy": policy}), Value::Null),
        (
            "PutResourcePolicy",
            false,
            json!({"secretId": "db", "resourcePolicy": policy, "blockPublicPolicy": true}),
            changed.clone(),
        ),
        ("GetResourcePolicy", true, json!({"secretId": "db", "policyName": "default"}), Value::Null),
        ("ListResourcePolicies", true, json!({"secretId": "db", "maxResults": 5}), Value::Null),
        ("DeleteResourcePolicy", false, json!({"secretId": "db"}), changed.clone()),
        ("DeleteSecret", false, json!({"secretId": "db", "recoveryWindowInDays": 7}), scheduled),
        ("RestoreSecret", false, json!({"secretId": "db"}), changed),
        (
            "RotateSecret",
            false,
            json!({
                "secretId": "db", "clientRequestToken": token(4), "rotationLambdaARN": FUNCTION,
                "rotationRules": {"automaticallyAfterDays": 5, "duration": "2h"}, "rotateImmediately": true,
            }),
            valued(4),
        ),
        ("CancelRotateSecret", false, json!({"secretId": "db"}), valued(4)),
        ("BatchGetSecretValue", true, json!({"secretIdList": ["db"]}), Value::Null),
    ];
    let records = house.trail();
    for ((record, answer), (operation, is_read_only, parameters, response)) in
        records.iter().zip(&answers).zip(rows.iter().cloned())
    {
        assert_eq!(*record, expected(operation, is_read_only, parameters, response, record));
        assert_eq!(record["requestID"], answer.request_id(), "{operation}");
    }
    // The batch told of its one secret in a record of its own.
    assert_eq!(records.len(), rows.len() + 1);
    let told: HashSet<&str> = rows.iter().map(|(operation, ..)| *operation).collect();
    let every: HashSet<&str> = Operation::ALL.iter().map(|operation| operation.action().operation()).collect();
    assert_eq!(told, every, "an operation has no row here");
    let events: HashSet<&str> = records.iter().map(|record| record["eventID"].as_str().unwrap()).collect();
    assert_eq!(events.len(), records.len());
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn the_fields_stand_in_cloudtrails_order() {
    let house = House::open().await;
    house.admin().call("GetSecretValue", json!({"SecretId": "none"})).await;
    let raw = house.raw_trail().pop().unwrap();
    let fields = [
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "errorMessage",
        "requestParameters",
        "responseElements",
        "requestID",
        "eventID",
        "readOnly",
        "eventType",
        "managementEvent",
        "recipientAccountId",
        "eventCategory",
    ];
    let places: Vec<usize> = fields.iter().map(|field| raw.find(&format!("\"{field}\":")).expect(field)).collect();
    assert!(places.is_sorted(), "{raw}");
}

#[tokio::test]
async fn a_batch_tells_of_each_secret_and_of_each_refusal() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let foreign = arn.replace(ACCOUNT, "444455556666");
    let asked = json!({"SecretIdList": [arn, "none", foreign, "db"]});
    let answer = admin.call("BatchGetSecretValue", asked).await;
    let records = house.trail().split_off(1);
    let told: Vec<(&str, &Value, &Value, &Value)> = records
        .iter()
        .map(|record| {
            let name = record["eventName"].as_str().unwrap();
            (name, &record["requestParameters"], &record["errorCode"], &record["errorMessage"])
        })
        .collect();
    let (not_found, denied) = (not_found(), denied("secretsmanager:GetSecretValue", &foreign));
    let asked = json!({"secretIdList": [arn, "none", foreign, "db"]});
    let (not_found_text, denied_text) = (json!(not_found.text), json!(denied.text));
    let (by_arn, by_unknown, by_name) =
        (json!({"secretId": arn}), json!({"secretId": "none"}), json!({"secretId": "db"}));
    let (not_found_code, denied_code) = (json!("ResourceNotFoundException"), json!("AccessDenied"));
    assert_eq!(
        told,
        [
            ("BatchGetSecretValue", &asked, &Value::Null, &Value::Null),
            ("GetSecretValue", &by_arn, &Value::Null, &Value::Null),
            ("GetSecretValue", &by_unknown, &not_found_code, &not_found_text),
            // What is denied keeps no parameters.
            ("GetSecretValue", &Value::Null, &denied_code, &denied_text),
            ("GetSecretValue", &by_name, &Value::Null, &Value::Null),
        ]
    );
    assert!(records.iter().all(|record| record["requestID"] == answer.request_id()));
    let events: HashSet<&str> = records.iter().map(|record| record["eventID"].as_str().unwrap()).collect();
    assert_eq!(events.len(), 5);
}

#[tokio::test]
async fn refusals_are_told_with_their_code_and_text() {
    let house = House::open().await;
    let admin = house.admin();
    let foreign = format!("arn:aws:secretsmanager:{REGION}:444455556666:secret:db-Ab12Cd");
    admin.call("GetSecretValue", json!({"SecretId": "none"})).await;
    admin.call("PutSecretValue", json!({"SecretId": "none", "SecretString": "one"})).await;
    admin.call("DeleteSecret", json!({"SecretId": foreign})).await;
    admin.call("DescribeSecret", json!({"SecretId": "no name"})).await;
    admin.call("GetSecretValue", json!({})).await;
    admin.send("CreateSecret", b"[").await;
    let told: Vec<Value> = house
        .trail()
        .into_iter()
        .map(|record| {
            assert_eq!(record["responseElements"], Value::Null);
            let read_only = matches!(record["eventName"].as_str(), Some("GetSecretValue" | "DescribeSecret"));
            assert_eq!(record["readOnly"], read_only);
            json!([record["eventName"], record["errorCode"], record["errorMessage"], record["requestParameters"]])
        })
        .collect();
    let token_missing = crate::texts::token_missing().text;
    let required = crate::texts::violations(&[crate::texts::required("secretId")]).text;
    let expected = [
        json!(["GetSecretValue", "ResourceNotFoundException", not_found().text, {"secretId": "none"}]),
        json!(["PutSecretValue", "InvalidRequestException", token_missing, {"secretId": "none"}]),
        json!(["DeleteSecret", "AccessDenied", denied("secretsmanager:DeleteSecret", &foreign).text, null]),
        json!(["DescribeSecret", "ValidationException", crate::texts::invalid_name().text, {"secretId": "no name"}]),
        // What was not understood has no parameters.
        json!(["GetSecretValue", "ValidationException", required, null]),
        json!(["CreateSecret", "SerializationException", "Start of list found where not expected", null]),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn repeats_and_reads_are_told_and_change_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.create("db", "one").await;
    admin.put("db", 1, "one").await;
    admin.ask("RestoreSecret", json!({"SecretId": "db"})).await;
    admin.ask("DeleteSecret", json!({"SecretId": "none", "ForceDeleteWithoutRecovery": true})).await;
    admin.call("GetSecretValue", json!({"SecretId": "none"})).await;
    assert_eq!(
        house.trail_names(),
        [
            "CreateSecret",
            "CreateSecret",
            "PutSecretValue",
            "RestoreSecret",
            "DeleteSecret",
            "GetSecretValue ResourceNotFoundException",
        ]
    );
    let report = house.close().await.audit();
    // One change of the secret; at the first start one each of the deployment, the account's IAM and two managed keys.
    assert_eq!((report.findings.as_slice(), report.secrets, report.changes), (&[][..], 5, 5));
}

#[tokio::test]
async fn hostile_text_is_recorded_as_text() {
    let house = House::open().await;
    let admin = house.admin();
    let hostile = "\"},{\"eventName\":\"Nothing\"}\n\u{0}\u{7f}\u{2028}\\u0000\u{1f600}";
    let members = json!({"Name": "db", "ClientRequestToken": token(1), "Description": hostile});
    admin.ask("CreateSecret", members).await;
    let mut letter = crate::letters::Letter::unsigned("DescribeSecret", br#"{"SecretId":"\"\\\u0000"}"#);
    letter.headers.insert("user-agent", http::HeaderValue::from_bytes(b"agent \"\xff\\ {}").unwrap());
    admin.sign(&mut letter);
    house.deliver(letter).await;
    let records = house.trail();
    assert_eq!(records[0]["requestParameters"]["description"], hostile);
    assert_eq!(records[1]["requestParameters"]["secretId"], "\"\\\u{0}");
    assert_eq!(records[1]["userAgent"], "agent \"\u{fffd}\\ {}");
}

#[tokio::test]
async fn the_trail_goes_on_after_a_restart() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let house = house.restart().await;
    house.admin().put("db", 2, "two").await;
    let house = house.restart().await;
    house.admin().value("db").await;
    assert_eq!(house.trail_names(), ["CreateSecret", "PutSecretValue", "GetSecretValue"]);
    assert_eq!(house.close().await.audit().findings, []);
}

const CANARY: &str = "canary-7c1f0e-sings-in-the-mine";

/// Every way in which a value can come.
async fn store_canaries(admin: Persona<'_>) {
    let binary = STANDARD.encode(CANARY);
    let secret = |members: Value, number: u32| {
        let mut members = members;
        members["SecretId"] = json!("db");
        members["ClientRequestToken"] = json!(token(number));
        members
    };
    let escaped = CANARY.replace('-', "\\u002d");
    admin.create("db", CANARY).await;
    admin.create("json", &json!({"password": CANARY}).to_string()).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY}), 2)).await;
    admin.call("PutSecretValue", secret(json!({"SecretBinary": binary}), 3)).await;
    admin.call("UpdateSecret", secret(json!({"SecretString": CANARY}), 4)).await;
    admin.call("UpdateSecret", secret(json!({"SecretBinary": binary}), 5)).await;
    // Refused ones too.
    admin.call("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(9), "SecretString": CANARY})).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY, "RotationToken": token(1)}), 6)).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY, "RotationToken": CANARY}), 6)).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY, "SecretBinary": binary}), 6)).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": [CANARY]}), 6)).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY.repeat(3_000)}), 6)).await;
    admin.call("PutSecretValue", secret(json!({"SecretString": CANARY}), 2)).await;
    admin.send("PutSecretValue", format!(r#"{{"SecretId":"db","SecretString":"{CANARY}"#).as_bytes()).await;
    admin.send("CreateSecret", format!(r#"{{"Name":"esc","SecretString":"{escaped}"}}"#).as_bytes()).await;
    for stage in ["AWSCURRENT", "AWSPREVIOUS"] {
        admin.call("GetSecretValue", json!({"SecretId": "db", "VersionStage": stage})).await;
    }
    admin.call("BatchGetSecretValue", json!({"SecretIdList": ["db", "json", "none"]})).await;
}

#[tokio::test]
async fn no_value_is_found_in_any_file() {
    let house = House::open().await;
    store_canaries(house.admin()).await;
    let password = house.admin().ask("GetRandomPassword", json!({"ExcludePunctuation": true})).await;
    house.turn_clock(DAY_MS);
    house.do_due().await;
    let grounds = house.close().await;
    let words = [CANARY.to_owned(), STANDARD.encode(CANARY), password["RandomPassword"].as_str().unwrap().to_owned()];
    // The base64 of it wherever it begins within three bytes, without its ends.
    let shifted = ["", "x", "xy"].map(|before| {
        let encoded = STANDARD.encode(format!("{before}{CANARY}"));
        encoded.get(4..encoded.len() - 4).unwrap().to_owned()
    });
    let secret_key = [SECRET_ACCESS_KEY.to_owned()];
    let sought: Vec<String> = words.into_iter().chain(shifted).chain([hex(CANARY)]).collect();
    let files = grounds.files();
    assert!(files.len() > 4, "{files:?}");
    for file in files {
        // The words are ASCII, so it does not matter what becomes of other bytes.
        let held = std::fs::read(&file).unwrap();
        let held = String::from_utf8_lossy(&held);
        let holds = |word: &str| held.contains(word);
        for word in &sought {
            assert!(!holds(word), "{word} in {}", file.display());
        }
        // The access key is in the file for clients, and sealed everywhere else.
        let is_for_clients = file.file_name().is_some_and(|name| name == "credentials");
        assert!(is_for_clients || secret_key.iter().all(|word| !holds(word)), "{}", file.display());
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
