use serde_json::json;

use crate::{
    house::{House, SECOND_MS},
    texts::{invalid_name, not_found, required, violations},
};

#[tokio::test]
async fn a_restored_secret_is_what_it_was() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let mut described = admin.describe("db").await;
    admin.schedule("db").await;
    house.turn_clock(SECOND_MS);
    assert_eq!(admin.ask("RestoreSecret", json!({"SecretId": arn})).await, json!({"ARN": arn, "Name": "db"}));
    described["LastChangedDate"] = json!(house.now());
    assert_eq!(admin.describe("db").await, described);
    admin.put("db", 2, "two").await;
}

#[tokio::test]
async fn restoring_a_live_secret_changes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    assert_eq!(admin.ask("RestoreSecret", json!({"SecretId": "db"})).await, json!({"ARN": arn, "Name": "db"}));
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_restored() {
    let house = House::open().await;
    let admin = house.admin();
    admin.call("RestoreSecret", json!({"SecretId": "none"})).await.is(&not_found());
    admin.call("RestoreSecret", json!({"SecretId": "no name"})).await.is(&invalid_name());
    admin.call("RestoreSecret", json!({})).await.is(&violations(&[required("secretId")]));
}
