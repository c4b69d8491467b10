use serde_json::{Value, json};

use crate::{
    house::{House, SECOND_MS},
    letters::{Persona, token},
    texts::{
        invalid_name, invalid_parameter, limit, not_found, required, scheduled, serialization, too_short,
        version_not_found, violations,
    },
};

/// `V1 [AWSPREVIOUS]`, `V2 [AWSCURRENT]`.
async fn with_two_versions(house: &House) -> (Persona<'_>, String) {
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    (admin, arn)
}

fn stage(label: &str, from: Option<u32>, to: Option<u32>) -> Value {
    json!({
        "SecretId": "db", "VersionStage": label, "RemoveFromVersionId": from.map(token),
        "MoveToVersionId": to.map(token),
    })
}

#[tokio::test]
async fn an_unused_label_is_added_and_the_answer_has_arn_and_name_only() {
    let house = House::open().await;
    let (admin, arn) = with_two_versions(&house).await;
    house.turn_clock(SECOND_MS);
    let answer = admin.ask("UpdateSecretVersionStage", stage("blue", None, Some(1))).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db"}));
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS", "blue"], token(2): ["AWSCURRENT"]}));
    assert_eq!(admin.describe("db").await["LastChangedDate"], house.now());
}

#[tokio::test]
async fn rolling_back_swaps_awscurrent_and_awsprevious() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    admin.ask("UpdateSecretVersionStage", stage("AWSCURRENT", Some(2), Some(1))).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"], token(2): ["AWSPREVIOUS"]}));
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn a_deprecated_version_becomes_readable_by_its_new_label() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    admin.put("db", 3, "three").await;
    admin.ask("UpdateSecretVersionStage", stage("AWSCURRENT", Some(3), Some(1))).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSCURRENT"], token(3): ["AWSPREVIOUS"]}));
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn the_recorded_rotation_by_hand_lands_every_label_as_recorded() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let pending = |number: u32| {
        json!({
            "SecretId": "db", "ClientRequestToken": token(number), "SecretString": number.to_string(),
            "VersionStages": ["AWSPENDING"],
        })
    };
    admin.ask("PutSecretValue", pending(2)).await;
    admin.ask("UpdateSecretVersionStage", stage("AWSCURRENT", Some(1), Some(2))).await;
    let labels = json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT", "AWSPENDING"]});
    assert_eq!(admin.labels("db").await, labels);
    admin.ask("PutSecretValue", pending(3)).await;
    let labels = json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"], token(3): ["AWSPENDING"]});
    assert_eq!(admin.labels("db").await, labels);
    admin.ask("UpdateSecretVersionStage", stage("AWSCURRENT", Some(2), Some(3))).await;
    let labels = json!({token(2): ["AWSPREVIOUS"], token(3): ["AWSCURRENT", "AWSPENDING"]});
    assert_eq!(admin.labels("db").await, labels);
    assert_eq!(admin.value("db").await, "3");
}

#[tokio::test]
async fn what_a_call_may_not_do_is_refused_and_changes_nothing() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    admin.ask("UpdateSecretVersionStage", stage("blue", None, Some(1))).await;
    let described = admin.describe("db").await;
    house.turn_clock(SECOND_MS);

    let elsewhere = |label: &str, holder: u32| {
        invalid_parameter(format!(
            "The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version \
             {}, so you must explicitly reference that version in RemoveFromVersionId.",
            token(holder)
        ))
    };
    let wrong_holder = |label: &str| {
        invalid_parameter(format!(
            "When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version \
             that currently has the staging label {label}."
        ))
    };
    let steps = [
        (stage("AWSCURRENT", None, Some(1)), elsewhere("AWSCURRENT", 2)),
        (stage("blue", None, Some(2)), elsewhere("blue", 1)),
        (stage("blue", Some(2), None), wrong_holder("blue")),
        (stage("blue", Some(2), Some(1)), wrong_holder("blue")),
        (stage("none", Some(2), Some(1)), wrong_holder("none")),
        (
            stage("AWSCURRENT", Some(2), None),
            invalid_parameter(
                "You can only move staging label AWSCURRENT to a different secret version. It can't be completely \
                 removed.",
            ),
        ),
        (stage("blue", None, Some(9)), version_not_found(&token(9))),
        (stage("blue", Some(9), Some(1)), version_not_found(&token(9))),
    ];
    for (members, refusal) in steps {
        admin.call("UpdateSecretVersionStage", members).await.is(&refusal);
    }
    // Moving a label to where it sits is no change.
    admin.ask("UpdateSecretVersionStage", stage("blue", None, Some(1))).await;
    admin.ask("UpdateSecretVersionStage", stage("blue", Some(1), Some(1))).await;
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn a_removed_label_touches_no_other() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    admin.ask("UpdateSecretVersionStage", stage("blue", None, Some(2))).await;
    admin.ask("UpdateSecretVersionStage", stage("blue", Some(2), None)).await;
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"]}));
    admin.ask("UpdateSecretVersionStage", stage("AWSPREVIOUS", Some(1), None)).await;
    assert_eq!(admin.labels("db").await, json!({token(2): ["AWSCURRENT"]}));
}

#[tokio::test]
async fn the_twenty_first_label_is_refused() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    for number in 0..18 {
        admin.ask("UpdateSecretVersionStage", stage(&format!("l{number}"), None, Some(1 + number % 2))).await;
    }
    let refusal = limit("You can't attach more than 20 staging labels to the versions of a secret.");
    admin.call("UpdateSecretVersionStage", stage("one more", None, Some(1))).await.is(&refusal);
    // Moving one is no more than there were.
    admin.ask("UpdateSecretVersionStage", stage("l0", Some(1), Some(2))).await;
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination_existence_state() {
    let house = House::open().await;
    let (admin, _) = with_two_versions(&house).await;
    admin.schedule("db").await;
    let neither = invalid_parameter("You must specify RemoveFromVersionId, MoveToVersionId, or both.");
    let steps = [
        (json!({"VersionStage": {}}), serialization(Some("Start of structure or map found where not expected."))),
        (
            json!({"MoveToVersionId": "x"}),
            violations(&[required("secretId"), required("versionStage"), too_short("'x'", "moveToVersionId", 32)]),
        ),
        (json!({"SecretId": "no name", "VersionStage": "blue"}), invalid_name()),
        (json!({"SecretId": "none", "VersionStage": "blue"}), neither),
        (json!({"SecretId": "none", "VersionStage": "blue", "MoveToVersionId": token(1)}), not_found()),
        (stage("blue", None, Some(9)), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("UpdateSecretVersionStage", members).await.is(&refusal);
    }
}
