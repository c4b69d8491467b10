use serde_json::{Value, json};

use crate::{
    house::{House, SECOND_MS},
    texts::{invalid_name, invalid_parameter, not_found, required, serialization, too_long, too_short, violations},
};

#[tokio::test]
async fn tags_merge_by_key_and_the_answer_is_empty() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    house.turn_clock(SECOND_MS);
    let tag = async |tags: Value| {
        admin.call("TagResource", json!({"SecretId": "db", "Tags": tags})).await.is_empty_success();
        admin.describe("db").await["Tags"].clone()
    };
    let first = json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]);
    assert_eq!(tag(first.clone()).await, first);
    assert_eq!(admin.describe("db").await["LastChangedDate"], house.now());
    // A known key gets its new value in its old place; keys differ by case.
    let second = json!([{"Key": "A", "Value": "4"}, {"Key": "a", "Value": "3"}]);
    let merged = json!([{"Key": "a", "Value": "3"}, {"Key": "b", "Value": "2"}, {"Key": "A", "Value": "4"}]);
    assert_eq!(tag(second).await, merged);
}

#[tokio::test]
async fn no_tags_leave_a_secret_untagged() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    admin.call("TagResource", json!({"SecretId": "db", "Tags": []})).await.is_empty_success();
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn fifty_tags_are_the_most_of_a_secret() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let tags = |from: u32, to: u32| {
        let tags: Vec<Value> = (from..to).map(|number| json!({"Key": format!("k{number}"), "Value": ""})).collect();
        json!({"SecretId": "db", "Tags": tags})
    };
    admin.call("TagResource", tags(0, 30)).await.is_empty_success();
    let full = invalid_parameter("You can't have more than 50 tags on a secret.");
    admin.call("TagResource", tags(30, 51)).await.is(&full);
    admin.call("TagResource", tags(10, 50)).await.is_empty_success();
    assert_eq!(admin.describe("db").await["Tags"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination_existence() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let repeated = json!([{"Key": "k"}, {"Key": "k"}]);
    let long = "v".repeat(257);
    let steps = [
        (json!({"Tags": "x"}), serialization(Some("Expected list or null"))),
        (json!({"Tags": ["x"]}), serialization(Some("Expected null"))),
        (json!({}), violations(&[required("secretId"), required("tags")])),
        (
            json!({"SecretId": "no name", "Tags": [{"Key": "", "Value": long}]}),
            violations(&[
                too_short("''", "tags.1.member.key", 1),
                too_long(&format!("'{long}'"), "tags.1.member.value", 256),
            ]),
        ),
        (json!({"SecretId": "no name", "Tags": repeated}), invalid_name()),
        (
            json!({"SecretId": "none", "Tags": repeated}),
            invalid_parameter("The request contains the tag key k more than once."),
        ),
        (json!({"SecretId": "none", "Tags": [{"Key": "k"}]}), not_found()),
        (
            json!({"SecretId": "db", "Tags": [{"Key": "aws:k"}]}),
            invalid_parameter("The tag key aws:k is reserved: keys that begin with aws: can't be set or removed."),
        ),
        (
            json!({"SecretId": "db", "Tags": [{"Key": "k*"}]}),
            invalid_parameter("The tag key k* contains a character that isn't allowed: *"),
        ),
        (
            json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "<"}]}),
            invalid_parameter("The tag value of key k contains a character that isn't allowed: <"),
        ),
    ];
    for (members, refusal) in steps {
        admin.call("TagResource", members).await.is(&refusal);
    }
    assert_eq!(admin.describe("db").await.get("Tags"), None);
}
