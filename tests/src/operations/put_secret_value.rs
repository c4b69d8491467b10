use serde_json::{Value, json};

use crate::{
    house::{HOUR_MS, House, SECOND_MS},
    letters::{Persona, token},
    texts::{
        invalid_name, limit, no_such_rotation, no_value, not_found, required, scheduled, serialization, token_in_use,
        token_missing, too_long, too_short, two_values, violation, violations,
    },
};

async fn put(admin: Persona<'_>, number: u32, labels: &[&str]) -> Value {
    let members = json!({
        "SecretId": "db", "ClientRequestToken": token(number), "SecretString": number.to_string(),
        "VersionStages": labels,
    });
    admin.ask("PutSecretValue", members).await
}

#[tokio::test]
async fn a_new_value_becomes_current_and_the_one_before_previous() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    house.turn_clock(SECOND_MS);
    let answer = admin.put("db", 2, "two").await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "VersionId": token(2), "VersionStages": ["AWSCURRENT"]}));
    let described = admin.describe("db").await;
    assert_eq!(described["LastChangedDate"], house.now());
    assert_eq!(described["CreatedDate"], house.now() - 1.0);
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"]}));

    // What was previous has no label left.
    admin.put("db", 3, "three").await;
    assert_eq!(admin.labels("db").await, json!({token(2): ["AWSPREVIOUS"], token(3): ["AWSCURRENT"]}));
}

#[tokio::test]
async fn labels_without_awscurrent_leave_awscurrent_alone() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    assert_eq!(put(admin, 2, &["blue", "AWSPENDING"]).await["VersionStages"], json!(["AWSPENDING", "blue"]));
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"], token(2): ["AWSPENDING", "blue"]}));
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn awscurrent_among_labels_moves_as_by_default() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    put(admin, 2, &["AWSSOMETHING", "AWSCURRENT"]).await;
    let labels = json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT", "AWSSOMETHING"]});
    assert_eq!(admin.labels("db").await, labels);
}

#[tokio::test]
async fn the_first_value_of_an_empty_secret_is_current_whatever_is_asked() {
    let house = House::open().await;
    let admin = house.admin();
    admin.ask("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(9)})).await;
    assert_eq!(put(admin, 1, &["blue"]).await["VersionStages"], json!(["AWSCURRENT", "blue"]));
}

#[tokio::test]
async fn custom_labels_stay_when_awscurrent_moves_on_and_move_when_asked_for() {
    let house = House::open().await;
    let admin = house.admin();
    admin.ask("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(9)})).await;
    put(admin, 1, &["PUT0"]).await;
    put(admin, 2, &["AWSCURRENT"]).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS", "PUT0"], token(2): ["AWSCURRENT"]}));
    put(admin, 3, &["AWSCURRENT"]).await;
    let labels = json!({token(1): ["PUT0"], token(2): ["AWSPREVIOUS"], token(3): ["AWSCURRENT"]});
    assert_eq!(admin.labels("db").await, labels);
    put(admin, 4, &["PUT0"]).await;
    let labels = json!({token(2): ["AWSPREVIOUS"], token(3): ["AWSCURRENT"], token(4): ["PUT0"]});
    assert_eq!(admin.labels("db").await, labels);
}

#[tokio::test]
async fn a_value_put_past_a_rotation_drops_awspending() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    put(admin, 2, &["AWSPENDING"]).await;
    put(admin, 3, &["AWSCURRENT"]).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(3): ["AWSCURRENT"]}));
    // The same where AWSPENDING sits beside AWSCURRENT, as a finished rotation leaves it.
    put(admin, 4, &["AWSCURRENT", "AWSPENDING"]).await;
    assert_eq!(admin.labels("db").await, json!({token(3): ["AWSPREVIOUS"], token(4): ["AWSCURRENT", "AWSPENDING"]}));
    put(admin, 5, &["AWSCURRENT"]).await;
    assert_eq!(admin.labels("db").await, json!({token(4): ["AWSPREVIOUS"], token(5): ["AWSCURRENT"]}));
}

#[tokio::test]
async fn a_repeated_token_with_the_same_value_answers_with_the_labels_of_now_and_changes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let answer = json!({"ARN": arn, "Name": "db", "VersionId": token(1), "VersionStages": ["AWSCURRENT"]});
    assert_eq!(admin.put("db", 1, "one").await, answer);
    admin.put("db", 2, "two").await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);
    assert_eq!(admin.put("db", 1, "one").await["VersionStages"], json!(["AWSPREVIOUS"]));
    assert_eq!(admin.describe("db").await, described);

    // A deprecated version has no labels, so the member is absent.
    admin.put("db", 3, "three").await;
    assert_eq!(admin.put("db", 1, "one").await, json!({"ARN": arn, "Name": "db", "VersionId": token(1)}));
}

#[tokio::test]
async fn a_repeated_token_with_another_value_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    for value in [json!({"SecretString": "two"}), json!({"SecretBinary": "b25l"})] {
        let mut members = value;
        members["SecretId"] = json!("db");
        members["ClientRequestToken"] = json!(token(1));
        admin.call("PutSecretValue", members).await.is(&token_in_use(&token(1), &arn));
    }
}

#[tokio::test]
async fn the_same_value_under_a_new_token_is_a_new_version_and_tokens_are_the_secrets_own() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.create("other", "two").await;
    house.turn_clock(SECOND_MS);
    admin.put("db", 2, "one").await;
    assert_eq!(admin.describe("db").await["LastChangedDate"], house.now());
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"]}));
    admin.put("other", 2, "another").await;
}

#[tokio::test]
async fn strings_and_binaries_may_follow_each_other() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let members = json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretBinary": "AAH/"});
    admin.ask("PutSecretValue", members).await;
    let answer = admin.ask("GetSecretValue", json!({"SecretId": "db"})).await;
    assert_eq!((&answer["SecretBinary"], answer.get("SecretString")), (&json!("AAH/"), None));
    admin.put("db", 3, "three").await;
    let answer = admin.ask("GetSecretValue", json!({"SecretId": "db"})).await;
    assert_eq!((&answer["SecretString"], answer.get("SecretBinary")), (&json!("three"), None));
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination_existence_state() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let steps = [
        (json!({"SecretString": []}), serialization(Some("Start of list found where not expected"))),
        (json!({"SecretString": "x"}), violations(&[required("secretId")])),
        (json!({"SecretId": "no name"}), invalid_name()),
        (json!({"SecretId": "no name", "SecretString": "x", "SecretBinary": "b25l"}), invalid_name()),
        (json!({"SecretId": "none", "SecretString": "x"}), token_missing()),
        (
            json!({"SecretId": "none", "ClientRequestToken": token(1), "SecretString": "x", "SecretBinary": "b25l"}),
            two_values(),
        ),
        (json!({"SecretId": "none", "ClientRequestToken": token(1)}), no_value()),
        (json!({"SecretId": "none", "ClientRequestToken": token(1), "SecretString": "x"}), not_found()),
        (json!({"SecretId": "db", "ClientRequestToken": token(1), "SecretString": "one"}), scheduled()),
        (json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretString": "x"}), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("PutSecretValue", members).await.is(&refusal);
    }
}

#[tokio::test]
async fn constraints_have_their_texts() {
    let house = House::open().await;
    let admin = house.admin();
    let labels: Vec<String> = (0..21).map(|number| format!("l{number}")).collect();
    let shown = format!("'[{}]'", labels.join(", "));
    let pattern = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\-]+$";
    let cases = [
        (json!({"VersionStages": []}), too_short("'[]'", "versionStages", 1)),
        (json!({"VersionStages": labels}), too_long(&shown, "versionStages", 20)),
        (json!({"RotationToken": "_".repeat(36)}), violation("", "rotationToken", pattern)),
        (json!({"SecretString": ""}), too_short("", "secretString", 1)),
    ];
    for (members, violated) in cases {
        let mut members = members;
        members["SecretId"] = json!("db");
        members["ClientRequestToken"] = json!(token(1));
        admin.call("PutSecretValue", members).await.is(&violations(&[violated]));
    }
}

#[tokio::test]
async fn a_rotation_token_of_no_rotation_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let members = json!({
        "SecretId": "db", "ClientRequestToken": token(2), "SecretString": "x", "RotationToken": token(7),
    });
    admin.call("PutSecretValue", members).await.is(&no_such_rotation());
}

#[tokio::test]
async fn twenty_labels_are_the_most_of_a_secret() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let labels: Vec<String> = (0..20).map(|number| format!("l{number:02}")).collect();
    let members = |labels: &[String]| json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretString": "x", "VersionStages": labels});
    // AWSCURRENT is the twenty-first.
    let refusal = limit("You can't attach more than 20 staging labels to the versions of a secret.");
    admin.call("PutSecretValue", members(&labels)).await.is(&refusal);
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"]}));
    let answer = admin.ask("PutSecretValue", members(&labels[..19])).await;
    assert_eq!(answer["VersionStages"], json!(labels[..19]));
}

#[tokio::test]
async fn versions_younger_than_a_day_fill_the_quota_and_older_ones_make_room() {
    let house = House::open_with(&[("quota.versions_per_secret", "3")]).await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    admin.put("db", 3, "three").await;
    let full =
        limit("You can't create another version of this secret: it already has 3 versions that can't be removed yet.");
    let fourth = json!({"SecretId": "db", "ClientRequestToken": token(4), "SecretString": "four"});
    admin.call("PutSecretValue", fourth.clone()).await.is(&full);
    house.turn_clock(24 * HOUR_MS - 1);
    admin.call("PutSecretValue", fourth.clone()).await.is(&full);
    house.turn_clock(1);
    admin.call("PutSecretValue", fourth).await.json();
}
