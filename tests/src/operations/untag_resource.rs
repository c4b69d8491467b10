use serde_json::json;

use crate::{
    house::{House, SECOND_MS},
    texts::{invalid_name, invalid_parameter, not_found, required, violation, violations},
};

#[tokio::test]
async fn the_last_tag_leaves_an_empty_list_and_the_answer_is_empty() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let tags = json!([{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]);
    admin.call("TagResource", json!({"SecretId": "db", "Tags": tags})).await;
    house.turn_clock(SECOND_MS);
    admin.call("UntagResource", json!({"SecretId": "db", "TagKeys": ["a", "unknown"]})).await.is_empty_success();
    let described = admin.describe("db").await;
    assert_eq!(
        (&described["Tags"], &described["LastChangedDate"]),
        (&json!([{"Key": "A", "Value": "2"}]), &json!(house.now()))
    );
    admin.call("UntagResource", json!({"SecretId": "db", "TagKeys": ["A"]})).await.is_empty_success();
    assert_eq!(admin.describe("db").await["Tags"], json!([]));
}

#[tokio::test]
async fn unknown_keys_change_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    for keys in [json!(["k"]), json!([])] {
        admin.call("UntagResource", json!({"SecretId": "db", "TagKeys": keys})).await.is_empty_success();
    }
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn checks_come_in_their_order_constraints_name_combination_existence() {
    let house = House::open().await;
    let admin = house.admin();
    let reserved =
        invalid_parameter("The tag key aws:k is reserved: keys that begin with aws: can't be set or removed.");
    let each = "Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have \
                length greater than or equal to 1]";
    let steps = [
        (json!({}), violations(&[required("secretId"), required("tagKeys")])),
        (json!({"SecretId": "no name", "TagKeys": [""]}), violations(&[violation("'[]'", "tagKeys", each)])),
        (json!({"SecretId": "no name", "TagKeys": ["aws:k"]}), invalid_name()),
        (json!({"SecretId": "none", "TagKeys": ["aws:k"]}), reserved),
        (json!({"SecretId": "none", "TagKeys": ["k"]}), not_found()),
    ];
    for (members, refusal) in steps {
        admin.call("UntagResource", members).await.is(&refusal);
    }
}
