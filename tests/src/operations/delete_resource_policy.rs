use serde_json::json;

use crate::{
    house::{House, SECOND_MS},
    people::document,
    texts::{invalid_name, invalid_parameter, not_allowed, not_found, required, scheduled, violations},
};

const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}"#;

#[tokio::test]
async fn what_the_policy_granted_ends_with_it() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let alice = house.user("alice", NOTHING).await;
    let statement = json!([{
        "Effect": "Allow", "Principal": {"AWS": alice.arn}, "Action": "secretsmanager:GetSecretValue", "Resource": arn,
    }]);
    admin.ask("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": document(statement)})).await;
    assert_eq!(alice.at(&house).value("db").await, "one");
    house.turn_clock(SECOND_MS);
    let answer = admin.ask("DeleteResourcePolicy", json!({"SecretId": "db"})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "PolicyName": "default"}));
    assert_eq!(admin.describe("db").await["LastChangedDate"], json!(house.now()));
    let refused = not_allowed(&alice.arn, "secretsmanager:GetSecretValue", "db", "identity-based");
    alice.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);
}

#[tokio::test]
async fn a_secret_without_a_policy_stays_as_it_is() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let before = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    let members = json!({"SecretId": "db", "PolicyName": "default"});
    let answer = admin.ask("DeleteResourcePolicy", members).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "PolicyName": "default"}));
    assert_eq!(admin.describe("db").await, before);
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let only_default =
        invalid_parameter("You can't attach or delete the resource policy other. You can only use the name default.");
    for (members, refusal) in [
        (json!({}), violations(&[required("secretId")])),
        (json!({"SecretId": "no name", "PolicyName": "other"}), invalid_name()),
        (json!({"SecretId": "none", "PolicyName": "other"}), only_default),
        (json!({"SecretId": "none"}), not_found()),
        (json!({"SecretId": "db"}), scheduled()),
    ] {
        admin.call("DeleteResourcePolicy", members).await.is(&refusal);
    }
}
