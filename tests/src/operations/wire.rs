//! What is the same for every operation: envelopes, bodies that are no request, targets that are no operation.

use secretsmanager::Operation;
use serde_json::json;

use crate::{
    house::House,
    letters::{JSON, Letter, token},
    texts::{not_found, serialization, unknown_operation},
};

pub(crate) fn every_operation() -> impl Iterator<Item = &'static str> {
    Operation::ALL.iter().map(|operation| operation.action().operation())
}

#[tokio::test]
async fn a_modelled_error_is_the_recorded_bytes() {
    let house = House::open().await;
    let answer = house.admin().call("DescribeSecret", json!({"SecretId": "none"})).await;
    let body = r#"{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}"#;
    assert_eq!((answer.status, answer.text().as_str()), (400, body));
    assert_eq!(answer.headers.get("content-type").unwrap(), JSON);
    answer.is(&not_found());
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let house = House::open().await;
    let mut ids = std::collections::HashSet::new();
    for _ in 0..20 {
        ids.insert(house.admin().call("ListSecrets", json!({})).await.request_id().to_owned());
        ids.insert(house.admin().call("DescribeSecret", json!({})).await.request_id().to_owned());
        ids.insert(house.deliver(Letter::unsigned("ListSecrets", b"{}")).await.request_id().to_owned());
        ids.insert(house.admin().call("NoSuchThing", json!({})).await.request_id().to_owned());
    }
    assert_eq!(ids.len(), 80);
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_by_every_operation_without_a_text() {
    let house = House::open().await;
    let bodies: [&[u8]; 10] = [
        b"",
        b"{",
        b"null",
        b"7",
        b"\"text\"",
        b"true",
        b"{\"SecretId\":\"a\",}",
        b"{\"SecretId\":\"a\"} x",
        b"\xff",
        b"{'SecretId':'a'}",
    ];
    for operation in every_operation() {
        for body in bodies {
            let answer = house.admin().send(operation, body).await;
            answer.is(&serialization(None));
        }
        let list = serialization(Some("Start of list found where not expected"));
        house.admin().send(operation, b"[]").await.is(&list);
    }
}

#[tokio::test]
async fn binary_that_is_no_base64_is_refused_without_a_text() {
    let house = House::open().await;
    for binary in ["x", "Zg", "Zg=", "Zm9v\n", "not base64!"] {
        let members = json!({"Name": "db", "ClientRequestToken": token(1), "SecretBinary": binary});
        house.admin().call("CreateSecret", members).await.is(&serialization(None));
    }
}

#[tokio::test]
async fn what_is_no_operation_is_refused_signed_or_not() {
    let house = House::open().await;
    for target in [
        "secretsmanager.getSecretValue",
        "SecretsManager.GetSecretValue",
        "GetSecretValue",
        "secretsmanager.",
        "secretsmanager.GetSecretValue ",
        "secretsmanager.ReplicateSecretToRegions",
        "",
    ] {
        let mut letter = Letter::unsigned("x", b"{}");
        letter.set("x-amz-target", target);
        house.deliver(letter.clone()).await.is(&unknown_operation());
        house.admin().sign(&mut letter);
        house.deliver(letter).await.is(&unknown_operation());
    }
    let mut letter = Letter::unsigned("x", b"{}");
    letter.headers.remove("x-amz-target");
    house.deliver(letter).await.is(&unknown_operation());
}

#[tokio::test]
async fn null_is_absent_and_unknown_members_are_passed_over() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let members = json!({"SecretId": "db", "VersionId": null, "VersionStage": null, "Else": {"deep": [null, 1.5]}});
    assert_eq!(admin.ask("GetSecretValue", members).await["SecretString"], "one");
}
