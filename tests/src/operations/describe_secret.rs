use serde_json::json;

use crate::{
    house::{DAY_MS, House, SECOND_MS},
    letters::token,
    texts::{invalid_name, not_found, required, violations},
};

#[tokio::test]
async fn everything_that_a_secret_can_have_is_told_and_nothing_else() {
    let house = House::open().await;
    let admin = house.admin();
    let created = house.now();
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "SecretString": "one", "Description": "d",
        "Tags": [{"Key": "k", "Value": "v"}],
    });
    let arn = admin.ask("CreateSecret", members).await["ARN"].clone();
    house.turn_clock(DAY_MS);
    admin.value("db").await;
    let accessed = house.today();
    house.turn_clock(SECOND_MS);
    let deleted = admin.schedule("db").await["DeletionDate"].clone();
    let described = json!({
        "ARN": arn,
        "Name": "db",
        "Description": "d",
        "CreatedDate": created,
        "LastChangedDate": house.now(),
        "LastAccessedDate": accessed,
        "DeletedDate": deleted,
        "Tags": [{"Key": "k", "Value": "v"}],
        "VersionIdsToStages": {token(1): ["AWSCURRENT"]},
    });
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn members_cross_the_wire_in_the_models_order_and_dates_as_plain_decimals() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let raw = admin.call("DescribeSecret", json!({"SecretId": "db"})).await.text();
    let expected = format!(
        r#"{{"ARN":"{arn}","Name":"db","LastChangedDate":1772438400.123,"VersionIdsToStages":{{"{}":["AWSCURRENT"]}},"CreatedDate":1772438400.123}}"#,
        token(1)
    );
    assert_eq!(raw, expected);
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_not_found() {
    let house = House::open().await;
    let admin = house.admin();
    admin.call("DescribeSecret", json!({"SecretId": "none"})).await.is(&not_found());
    admin.call("DescribeSecret", json!({"SecretId": "no name"})).await.is(&invalid_name());
    admin.call("DescribeSecret", json!({})).await.is(&violations(&[required("secretId")]));
    admin.call("DescribeSecret", json!({"SecretId": null})).await.is(&violations(&[required("secretId")]));
}

#[tokio::test]
async fn what_was_described_is_the_same_after_a_restart() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    admin.call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})).await;
    let described = admin.describe("db").await;
    let house = house.restart().await;
    assert_eq!(house.admin().describe("db").await, described);
    assert_eq!(house.admin().value("db").await, "two");
}
