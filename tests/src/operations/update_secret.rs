use serde_json::{Value, json};

use crate::{
    house::{House, SECOND_MS},
    letters::token,
    texts::{
        invalid_name, not_found, not_offered, required, scheduled, serialization, token_in_use, token_missing,
        two_values, violations,
    },
};

#[tokio::test]
async fn a_new_value_becomes_current_and_description_changes_with_it() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let created = house.now();
    house.turn_clock(SECOND_MS);
    let members =
        json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretString": "two", "Description": "second"});
    let answer = admin.ask("UpdateSecret", members).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "VersionId": token(2)}));
    let described = json!({
        "ARN": arn,
        "Name": "db",
        "Description": "second",
        "CreatedDate": created,
        "LastChangedDate": house.now(),
        "VersionIdsToStages": {token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"]},
    });
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn without_a_value_no_version_is_made_and_the_token_stays_unused() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    house.turn_clock(SECOND_MS);
    for members in [
        json!({"SecretId": "db", "ClientRequestToken": token(2), "Description": "d"}),
        json!({"SecretId": "db", "ClientRequestToken": token(2)}),
        json!({"SecretId": "db", "ClientRequestToken": token(1), "KmsKeyId": ""}),
    ] {
        assert_eq!(admin.ask("UpdateSecret", members).await, json!({"ARN": arn, "Name": "db"}));
    }
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"]}));
    let described = admin.describe("db").await;
    assert_eq!((&described["Description"], &described["LastChangedDate"]), (&json!("d"), &json!(house.now())));
    admin.put("db", 2, "two").await;
}

#[tokio::test]
async fn an_absent_description_stays_and_an_empty_one_clears() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let update = async |members: Value| {
        let mut members = members;
        members["SecretId"] = json!("db");
        members["ClientRequestToken"] = json!(token(2));
        admin.ask("UpdateSecret", members).await;
        admin.describe("db").await.get("Description").cloned()
    };
    assert_eq!(update(json!({"Description": "kept"})).await, Some(json!("kept")));
    assert_eq!(update(json!({"KmsKeyId": "alias/aws/secretsmanager"})).await, Some(json!("kept")));
    assert_eq!(update(json!({"Description": null})).await, Some(json!("kept")));
    assert_eq!(update(json!({"Description": ""})).await, None);
    assert_eq!(admin.describe("db").await.get("KmsKeyId"), None);
}

#[tokio::test]
async fn a_repeated_token_answers_its_version_or_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    let members = |value: &str| json!({"SecretId": "db", "ClientRequestToken": token(1), "SecretString": value});
    let answer = admin.ask("UpdateSecret", members("one")).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "VersionId": token(1)}));
    admin.call("UpdateSecret", members("two")).await.is(&token_in_use(&token(1), &arn));
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn a_value_put_past_a_rotation_drops_awspending_and_tags_stay() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})).await;
    let pending = json!({
        "SecretId": "db", "ClientRequestToken": token(2), "SecretString": "p", "VersionStages": ["AWSPENDING"],
    });
    admin.ask("PutSecretValue", pending).await;
    let members = json!({"SecretId": "db", "ClientRequestToken": token(3), "SecretString": "three"});
    admin.ask("UpdateSecret", members).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(3): ["AWSCURRENT"]}));
    assert_eq!(admin.describe("db").await["Tags"], json!([{"Key": "k", "Value": "v"}]));
}

#[tokio::test]
async fn a_key_that_cannot_be_used_changes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    for value in [Value::Null, json!("two")] {
        let members = json!({
            "SecretId": "db", "ClientRequestToken": token(2), "KmsKeyId": "alias/none", "Description": "d",
            "SecretString": value,
        });
        let answer = admin.call("UpdateSecret", members).await;
        assert!(answer.text().contains("The operation failed because of an invalid KMS key: "), "{}", answer.text());
    }
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination_existence_state() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let steps = [
        (json!({"Description": true}), serialization(Some("TRUE_VALUE can not be converted to a String"))),
        (json!({"Description": "d"}), violations(&[required("secretId")])),
        (json!({"SecretId": "no name"}), invalid_name()),
        (json!({"SecretId": "no name", "SecretString": "x", "SecretBinary": "b25l"}), invalid_name()),
        (json!({"SecretId": "none"}), token_missing()),
        (
            json!({"SecretId": "none", "ClientRequestToken": token(1), "SecretString": "x", "SecretBinary": "b25l"}),
            two_values(),
        ),
        (json!({"SecretId": "none", "ClientRequestToken": token(1), "Type": "GitLabAccessToken"}), not_offered("Type")),
        (json!({"SecretId": "none", "ClientRequestToken": token(1)}), not_found()),
        (json!({"SecretId": "db", "ClientRequestToken": token(1)}), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("UpdateSecret", members).await.is(&refusal);
    }
}
