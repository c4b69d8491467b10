use serde_json::json;

use crate::{
    house::{ACCOUNT, House},
    letters::Refusal,
    people::{allow, document},
    texts::{invalid_name, not_allowed, not_found, required, scheduled, violations},
};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"secretsmanager:*","Resource":"*"}]}"#;

#[tokio::test]
async fn a_secret_without_a_policy_answers_without_one() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let answer = admin.ask("GetResourcePolicy", json!({"SecretId": "db"})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "PolicyName": "default"}));
}

#[tokio::test]
async fn the_text_comes_back_as_it_was_put() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    admin.ask("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": POLICY})).await;
    for name in [json!(null), json!("default")] {
        let answer = admin.ask("GetResourcePolicy", json!({"SecretId": arn, "PolicyName": name})).await;
        assert_eq!(answer, json!({"ARN": arn, "Name": "db", "PolicyName": "default", "ResourcePolicy": POLICY}));
    }
    // It outlives a restart.
    let house = house.restart().await;
    let answer = house.admin().ask("GetResourcePolicy", json!({"SecretId": "db"})).await;
    assert_eq!(answer["ResourcePolicy"], POLICY);
}

#[tokio::test]
async fn there_is_no_policy_of_another_name() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let missing = Refusal {
        code: "ResourceNotFoundException",
        text: Some("Secrets Manager can't find the specified resource policy.".to_owned()),
    };
    admin.call("GetResourcePolicy", json!({"SecretId": "db", "PolicyName": "other"})).await.is(&missing);
}

#[tokio::test]
async fn refusals_come_in_their_order_and_reading_a_value_is_no_right_to_read_its_policy() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.call("GetResourcePolicy", json!({})).await.is(&violations(&[required("secretId")]));
    admin.call("GetResourcePolicy", json!({"SecretId": "no name"})).await.is(&invalid_name());
    admin.call("GetResourcePolicy", json!({"SecretId": "none"})).await.is(&not_found());
    let reader = house.user("reader", &document(allow(&["secretsmanager:GetSecretValue"], "*"))).await;
    let action = "secretsmanager:GetResourcePolicy";
    let refused = not_allowed(&format!("arn:aws:iam::{ACCOUNT}:user/reader"), action, "db", "identity-based");
    reader.at(&house).call("GetResourcePolicy", json!({"SecretId": "db"})).await.is(&refused);
    admin.schedule("db").await;
    admin.call("GetResourcePolicy", json!({"SecretId": "db"})).await.is(&scheduled());
}
