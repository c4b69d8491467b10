//! Secrets that keepwell owns: adopted, rotated, left alone by everybody else, and released.

use std::sync::atomic::Ordering;

use contract::RotationRules;
use facades::{AdoptedSecret, ManagedSecret, ManagedSecrets, PendingValue, SecretsDoor, SecretsDoorError, Visitor};
use gate::{Caller, RequestContext};
use keepwell::system::SystemEntropy;
use secretsmanager::{Door, RotationProfile, RotationSettings};
use serde_json::{Value, json};
use terms::{RequestId, SecretBytes};

use super::rotator::Stage;
use crate::{
    house::{DAY_MS, House},
    lambda::acting_as,
    letters::token,
    people::{allow, document},
    texts::managed,
};

const NAME: &str = "keepwell!app";

/// A session of a role with these rights.
async fn caller(house: &House, actions: &[&str]) -> Caller {
    let name = format!("adopting-{}", RequestId::random(&SystemEntropy));
    acting_as(house, &name, &document(json!([allow(actions, "*")]))).await
}

fn door(house: &House) -> Door {
    let door = Door::new();
    door.lead_to(&house.rooms.secretsmanager);
    door
}

fn context(house: &House) -> RequestContext {
    RequestContext::begin(house.clock(), &SystemEntropy, "192.0.2.40".parse().unwrap())
}

/// As a rotator of the server's own writes: nobody else may.
pub(super) async fn put_pending(house: &House, arn: &str, pending: PendingValue<'_>) {
    let (context, caller) = (context(house), caller(house, &RIGHTS).await);
    let visitor = Visitor { context: &context, caller: &caller };
    door(house).put_pending(visitor, arn, pending).await.unwrap();
}

pub(super) async fn make_current(house: &House, arn: &str, to: &str, from: &str) {
    let (context, caller) = (context(house), caller(house, &RIGHTS).await);
    let visitor = Visitor { context: &context, caller: &caller };
    door(house).make_current(visitor, arn, to, Some(from)).await.unwrap();
}

async fn adopt(
    stage: &Stage,
    actions: &[&str],
    rules: &RotationRules,
    rotate_immediately: bool,
) -> Result<ManagedSecret, SecretsDoorError> {
    adopt_tagged(stage, actions, rules, rotate_immediately, ("team", "core")).await
}

async fn adopt_tagged(
    stage: &Stage,
    actions: &[&str],
    rules: &RotationRules,
    rotate_immediately: bool,
    (key, value): (&str, &str),
) -> Result<ManagedSecret, SecretsDoorError> {
    let adopted = AdoptedSecret {
        name: "app",
        description: Some("the app's database"),
        kms_key_id: None,
        value: &SecretBytes::copy_of(b"password-0"),
        rotator: "SecretsManagerRDSPostgreSQLRotationSingleUser",
        rules,
        rotate_immediately,
        tags: &[(key.to_owned(), value.to_owned())],
    };
    let caller = caller(&stage.house, actions).await;
    door(&stage.house).adopt(&context(&stage.house), &caller, &adopted).await
}

fn weekly() -> RotationRules {
    RotationRules { automatically_after_days: Some(7), ..RotationRules::default() }
}

const RIGHTS: [&str; 3] = ["secretsmanager:*", "kms:*", "lambda:InvokeFunction"];

#[tokio::test]
async fn an_adopted_database_rotates_without_a_function_of_anybodys() {
    let stage = Stage::open().await;
    let adopted = adopt(&stage, &RIGHTS, &weekly(), true).await.unwrap();
    assert_eq!(adopted.name, NAME);
    let admin = stage.admin();
    assert_eq!(stage.rotate().await, 1);
    let described = admin.describe(NAME).await;
    assert_eq!((&described["OwningService"], &described["RotationEnabled"]), (&json!("keepwell"), &json!(true)));
    assert_eq!(described["RotationRules"], json!({"AutomaticallyAfterDays": 7.0}));
    assert!(described.get("RotationLambdaARN").is_none());
    assert_eq!(described["Tags"], json!([{"Key": "team", "Value": "core"}]));
    assert_eq!(admin.value(NAME).await, "password-1");
    let filters = json!([{"Key": "owning-service", "Values": ["keepwell"]}]);
    let listed = admin.ask("ListSecrets", json!({"Filters": filters})).await;
    assert_eq!(listed["SecretList"].as_array().unwrap().len(), 1);
    assert_eq!(listed["SecretList"][0]["OwningService"], "keepwell");

    // Others may have it rotated, and change its schedule, and nothing else.
    let rules =
        json!({"SecretId": NAME, "ClientRequestToken": token(7), "RotationRules": {"AutomaticallyAfterDays": 3}});
    admin.ask("RotateSecret", rules).await;
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(admin.value(NAME).await, "password-2");
    let refused = [
        ("PutSecretValue", json!({"ClientRequestToken": token(8), "SecretString": "x"})),
        ("UpdateSecret", json!({"ClientRequestToken": token(8), "Description": "x"})),
        ("UpdateSecretVersionStage", json!({"VersionStage": "mine", "MoveToVersionId": token(7)})),
        ("DeleteSecret", json!({})),
        ("DeleteSecret", json!({"ForceDeleteWithoutRecovery": true})),
        ("TagResource", json!({"Tags": [{"Key": "a", "Value": "b"}]})),
        ("UntagResource", json!({"TagKeys": ["team"]})),
        ("CancelRotateSecret", json!({})),
        ("RotateSecret", json!({"ClientRequestToken": token(8), "RotationLambdaARN": super::FUNCTION})),
    ];
    let before = admin.describe(NAME).await;
    for (operation, members) in refused {
        let mut ask: Value = members;
        ask["SecretId"] = json!(NAME);
        admin.call(operation, ask).await.is(&managed());
    }
    assert_eq!(admin.describe(NAME).await, before);
}

#[tokio::test]
async fn one_that_is_not_to_rotate_now_waits_for_its_window() {
    let stage = Stage::open().await;
    adopt(&stage, &RIGHTS, &weekly(), false).await.unwrap();
    assert_eq!(stage.rotate().await, 0);
    assert_eq!(stage.admin().value(NAME).await, "password-0");
    stage.house.turn_clock(7 * DAY_MS);
    assert_eq!(stage.rotate().await, 1);
    assert_eq!(stage.admin().value(NAME).await, "password-1");
}

#[tokio::test]
async fn what_is_adopted_without_rules_has_those_of_its_profile_which_may_have_a_maximum() {
    let profile = RotationProfile {
        tag_key: "class".to_owned(),
        tag_value: Some("pci".to_owned()),
        rules: Some(RotationRules { automatically_after_days: Some(30), ..RotationRules::default() }),
        maximum_days: Some(90),
    };
    let stage = Stage::open_with(RotationSettings { profiles: vec![profile], ..Default::default() }).await;
    let pci = ("class", "pci");
    let quarterly = |days| RotationRules { automatically_after_days: Some(days), ..RotationRules::default() };
    let refused = adopt_tagged(&stage, &RIGHTS, &quarterly(91), false, pci).await;
    assert!(
        matches!(&refused, Err(SecretsDoorError::Refused { text, .. }) if text.contains("every 90 days")),
        "{refused:?}"
    );
    adopt_tagged(&stage, &RIGHTS, &RotationRules::default(), false, pci).await.unwrap();
    assert_eq!(stage.admin().describe(NAME).await["RotationRules"], json!({"AutomaticallyAfterDays": 30.0}));
    stage.house.turn_clock(29 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);
    stage.house.turn_clock(DAY_MS);
    assert_eq!(stage.rotate().await, 1);

    let stage = Stage::open().await;
    adopt(&stage, &RIGHTS, &RotationRules::default(), false).await.unwrap();
    assert_eq!(stage.admin().describe(NAME).await["RotationRules"], json!({"AutomaticallyAfterDays": 7.0}));
}

#[tokio::test]
async fn what_cannot_be_adopted_leaves_nothing() {
    let stage = Stage::open().await;
    for actions in [["secretsmanager:CreateSecret", "kms:*"], ["secretsmanager:RotateSecret", "kms:*"]] {
        assert!(matches!(adopt(&stage, &actions, &weekly(), true).await, Err(SecretsDoorError::Denied(_))));
    }
    let both = RotationRules { schedule_expression: Some("rate(3 days)".to_owned()), ..weekly() };
    let refused = adopt(&stage, &RIGHTS, &both, true).await;
    assert!(matches!(refused, Err(SecretsDoorError::Refused { code: "InvalidParameterException", .. })));
    stage.rotator.is_there.store(false, Ordering::SeqCst);
    assert!(matches!(adopt(&stage, &RIGHTS, &weekly(), true).await, Err(SecretsDoorError::Denied(_))));
    stage.admin().call("DescribeSecret", json!({"SecretId": NAME})).await.is(&crate::texts::not_found());
    assert_eq!(stage.rotate().await, 0);
    stage.rotator.is_there.store(true, Ordering::SeqCst);
    adopt(&stage, &RIGHTS, &weekly(), true).await.unwrap();
    let taken = adopt(&stage, &RIGHTS, &weekly(), true).await;
    assert!(matches!(taken, Err(SecretsDoorError::Refused { code: "ResourceExistsException", .. })));
}

#[tokio::test]
async fn a_released_secret_is_an_ordinary_one() {
    let stage = Stage::open().await;
    adopt(&stage, &RIGHTS, &weekly(), true).await.unwrap();
    stage.rotate().await;
    let nobody = caller(&stage.house, &["secretsmanager:DescribeSecret"]).await;
    let denied = door(&stage.house).release(&context(&stage.house), &nobody, NAME).await;
    assert!(matches!(denied, Err(SecretsDoorError::Denied(_))));
    let somebody = caller(&stage.house, &RIGHTS).await;
    assert_eq!(door(&stage.house).release(&context(&stage.house), &somebody, NAME).await.unwrap().name, NAME);
    let described = stage.admin().describe(NAME).await;
    assert!(described.get("OwningService").is_none());
    assert_eq!(described["RotationEnabled"], false);
    let function = "arn:aws:lambda:eu-central-1:111122223333:function:SecretsManagerRDSPostgreSQLRotationSingleUser";
    assert_eq!(described["RotationLambdaARN"], function);
    stage.admin().put(NAME, 9, "mine").await;
    let again = door(&stage.house).release(&context(&stage.house), &somebody, NAME).await;
    assert!(matches!(again, Err(SecretsDoorError::Refused { code: "InvalidRequestException", .. })));
    stage.house.turn_clock(30 * DAY_MS);
    assert_eq!(stage.rotate().await, 0);
}
