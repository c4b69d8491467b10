use serde_json::json;

use crate::{
    house::House,
    texts::{invalid_name, invalid_next_token, not_found, required, scheduled, too_large, too_small, violations},
};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:DescribeSecret","Resource":"*"}]}"#;

#[tokio::test]
async fn the_one_policy_is_called_default() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let list = async || admin.ask("ListResourcePolicies", json!({"SecretId": "db", "MaxResults": 1})).await;
    assert_eq!(list().await, json!({"ResourcePolicies": []}));
    admin.ask("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": POLICY})).await;
    assert_eq!(list().await, json!({"ResourcePolicies": [{"PolicyName": "default"}]}));
    admin.ask("DeleteResourcePolicy", json!({"SecretId": "db"})).await;
    assert_eq!(list().await, json!({"ResourcePolicies": []}));
}

#[tokio::test]
async fn no_token_is_good_because_none_is_given() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let members = json!({"SecretId": "db", "NextToken": "anything"});
    admin.call("ListResourcePolicies", members).await.is(&invalid_next_token());
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    for (members, refusal) in [
        (json!({"MaxResults": 0}), violations(&[required("secretId"), too_small("'0'", "maxResults", 1)])),
        (json!({"SecretId": "db", "MaxResults": 101}), violations(&[too_large("'101'", "maxResults", 100)])),
        (json!({"SecretId": "no name"}), invalid_name()),
        (json!({"SecretId": "none", "NextToken": "x"}), not_found()),
        (json!({"SecretId": "db", "NextToken": "x"}), scheduled()),
    ] {
        admin.call("ListResourcePolicies", members).await.is(&refusal);
    }
}
