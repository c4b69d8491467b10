use serde_json::{Value, json};

use crate::{
    house::{DAY_MS, House, SECOND_MS},
    letters::token,
    texts::{
        invalid_name, label_elsewhere, label_not_found, not_found, required, scheduled, serialization, too_long,
        too_short, version_not_found, violations,
    },
};

#[tokio::test]
async fn the_current_value_comes_with_its_version() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "{\"password\":\"p\\\\w\\n\u{e9}\u{1f600}\"}").await;
    let answer = json!({
        "ARN": arn,
        "Name": "db",
        "VersionId": token(1),
        "SecretString": "{\"password\":\"p\\\\w\\n\u{e9}\u{1f600}\"}",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": house.now(),
    });
    assert_eq!(admin.ask("GetSecretValue", json!({"SecretId": "db"})).await, answer);
}

#[tokio::test]
async fn binary_is_padded_base64_and_nothing_else_is_there() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({"Name": "key", "ClientRequestToken": token(1), "SecretBinary": "Zm9vdGVzdA=="});
    let arn = admin.ask("CreateSecret", members).await["ARN"].clone();
    let answer = json!({
        "ARN": arn,
        "Name": "key",
        "VersionId": token(1),
        "SecretBinary": "Zm9vdGVzdA==",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": house.now(),
    });
    assert_eq!(admin.ask("GetSecretValue", json!({"SecretId": "key"})).await, answer);
}

#[tokio::test]
async fn the_created_date_is_the_versions_own() {
    let house = House::open().await;
    let admin = house.admin();
    let first = house.now();
    admin.create("db", "one").await;
    house.turn_clock(7 * SECOND_MS + 1);
    admin.put("db", 2, "two").await;
    assert_eq!(admin.ask("GetSecretValue", json!({"SecretId": "db"})).await["CreatedDate"], house.now());
    let previous = json!({"SecretId": "db", "VersionStage": "AWSPREVIOUS"});
    assert_eq!(admin.ask("GetSecretValue", previous).await["CreatedDate"], first);
}

#[tokio::test]
async fn a_version_is_found_by_id_by_label_and_by_both_and_refused_in_aws_words() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    let get = async |members: Value| {
        let mut members = members;
        members["SecretId"] = json!("db");
        admin.call("GetSecretValue", members).await
    };
    assert_eq!(get(json!({"VersionId": token(1)})).await.json()["SecretString"], "one");
    assert_eq!(get(json!({"VersionStage": "AWSPREVIOUS"})).await.json()["SecretString"], "one");
    let both = json!({"VersionId": token(1), "VersionStage": "AWSPREVIOUS"});
    assert_eq!(get(both).await.json()["SecretString"], "one");

    get(json!({"VersionId": token(1), "VersionStage": "AWSCURRENT"})).await.is(&label_elsewhere());
    get(json!({"VersionId": token(1), "VersionStage": "none"})).await.is(&label_elsewhere());
    get(json!({"VersionId": token(9), "VersionStage": "AWSCURRENT"})).await.is(&version_not_found(&token(9)));
    get(json!({"VersionId": token(9)})).await.is(&version_not_found(&token(9)));
    get(json!({"VersionStage": "none"})).await.is(&label_not_found("none"));
    get(json!({"VersionStage": "awscurrent"})).await.is(&label_not_found("awscurrent"));
}

#[tokio::test]
async fn a_deprecated_version_is_read_by_id_and_shows_no_labels() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let created = house.now();
    house.turn_clock(SECOND_MS);
    admin.put("db", 2, "two").await;
    admin.put("db", 3, "three").await;
    let answer = json!({
        "ARN": arn, "Name": "db", "VersionId": token(1), "SecretString": "one", "CreatedDate": created,
    });
    assert_eq!(admin.ask("GetSecretValue", json!({"SecretId": "db", "VersionId": token(1)})).await, answer);
}

#[tokio::test]
async fn an_empty_secret_has_no_current_value() {
    let house = House::open().await;
    let admin = house.admin();
    admin.ask("CreateSecret", json!({"Name": "empty", "ClientRequestToken": token(1)})).await;
    admin.call("GetSecretValue", json!({"SecretId": "empty"})).await.is(&label_not_found("AWSCURRENT"));
    let by_id = json!({"SecretId": "empty", "VersionId": token(1)});
    admin.call("GetSecretValue", by_id).await.is(&version_not_found(&token(1)));
}

#[tokio::test]
async fn reading_notes_the_day_and_changes_nothing_else() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let mut described = admin.describe("db").await;
    assert_eq!(described.get("LastAccessedDate"), None);

    house.turn_clock(5 * DAY_MS);
    admin.value("db").await;
    described["LastAccessedDate"] = json!(house.today());
    assert_eq!(admin.describe("db").await, described);
    // Describing is no access, and a refused read is none.
    house.turn_clock(DAY_MS);
    admin.call("GetSecretValue", json!({"SecretId": "db", "VersionStage": "none"})).await;
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn the_day_of_access_outlives_a_restart() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    house.turn_clock(DAY_MS);
    house.admin().value("db").await;
    let described = house.admin().describe("db").await;
    let house = house.restart().await;
    assert_eq!(house.admin().describe("db").await, described);
    assert_eq!(described["LastAccessedDate"], house.today());
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_existence_state() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let steps = [
        (json!({"SecretId": "", "VersionId": 7}), serialization(Some("NUMBER_VALUE can not be converted to a String"))),
        (json!({"SecretId": "no name", "VersionId": "7"}), violations(&[too_short("'7'", "versionId", 32)])),
        (json!({"SecretId": "no name"}), invalid_name()),
        (json!({"SecretId": "none"}), not_found()),
        (json!({"SecretId": "db", "VersionId": token(9)}), scheduled()),
        (json!({"SecretId": "db"}), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("GetSecretValue", members).await.is(&refusal);
    }
}

#[tokio::test]
async fn every_violation_is_told_in_the_members_order() {
    let house = House::open().await;
    let admin = house.admin();
    let long = "v".repeat(65);
    let members = json!({"VersionId": long, "VersionStage": ""});
    let told =
        [required("secretId"), too_long(&format!("'{long}'"), "versionId", 64), too_short("''", "versionStage", 1)];
    admin.call("GetSecretValue", members).await.is(&violations(&told));
}

#[tokio::test]
async fn the_largest_values_come_back_whole() {
    let house = House::open().await;
    let admin = house.admin();
    let value = "\u{1}".repeat(65_536);
    admin.create("db", &value).await;
    assert_eq!(admin.value("db").await, value);
    let members = json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretBinary": "/".repeat(4 * 21_845)});
    admin.ask("PutSecretValue", members).await;
    let answer = admin.ask("GetSecretValue", json!({"SecretId": "db"})).await;
    assert_eq!(answer["SecretBinary"], "/".repeat(4 * 21_845));
}
