//! Stories lived through the official Rust SDK. The endpoint, the key and the region come from the environment, as every
//! user sets them: `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::operation::RequestId;
use aws_sdk_secretsmanager::primitives::Blob;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SortByType, SortOrderType, Tag};

async fn client_in(region: Option<&'static str>) -> Client {
    let config = aws_config::defaults(BehaviorVersion::latest()).retry_config(RetryConfig::disabled());
    let config = match region {
        Some(region) => config.region(Region::new(region)),
        None => config,
    };
    Client::new(&config.load().await)
}

async fn client() -> Client {
    client_in(None).await
}

fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("rust/{:x}{:08x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)) + &started_at()
}

/// Two runs against one server must not meet.
fn started_at() -> String {
    static NANOS: std::sync::OnceLock<u128> = std::sync::OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "a name, not a rule that depends on the time")]
    let now = NANOS.get_or_init(|| std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos());
    format!("{now:x}")
}

struct Made {
    name: String,
    arn: String,
    version: String,
}

async fn made(client: &Client, value: &str) -> Made {
    let name = unique();
    let answer = client.create_secret().name(&name).secret_string(value).send().await.unwrap();
    Made { name, arn: answer.arn.unwrap(), version: answer.version_id.unwrap() }
}

async fn value_at(client: &Client, name: &str, label: &str) -> String {
    let answer = client.get_secret_value().secret_id(name).version_stage(label).send().await.unwrap();
    answer.secret_string.unwrap()
}

async fn labels(client: &Client, name: &str) -> BTreeMap<String, Vec<String>> {
    let told = client.describe_secret().secret_id(name).send().await.unwrap();
    let mut labels: BTreeMap<_, _> = told.version_ids_to_stages.unwrap_or_default().into_iter().collect();
    labels.values_mut().for_each(|stages: &mut Vec<String>| stages.sort());
    labels
}

fn expected(pairs: [(&String, &str); 2]) -> BTreeMap<String, Vec<String>> {
    pairs.into_iter().map(|(version, label)| (version.clone(), vec![label.to_owned()])).collect()
}

/// The code and the text of a refusal, which must also bear its request id.
fn refusal<T: std::fmt::Debug, E>(answer: Result<T, E>) -> (String, String)
where
    E: ProvideErrorMetadata + RequestId + std::fmt::Debug,
{
    let error = answer.unwrap_err();
    assert!(error.request_id().is_some(), "{error:?}");
    (error.code().unwrap().to_owned(), error.message().unwrap_or_default().to_owned())
}

fn says(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_secret_is_created_described_and_read() {
    let client = client().await;
    let name = unique();
    let made = client
        .create_secret()
        .name(&name)
        .secret_string("{\"password\":\"päßwörd 🔑\"}")
        .description("from rust")
        .tags(Tag::builder().key("team").value("core").build())
        .send()
        .await
        .unwrap();

    let told = client.describe_secret().secret_id(made.arn().unwrap()).send().await.unwrap();
    assert_eq!(told.name(), Some(name.as_str()));
    assert_eq!(told.description(), Some("from rust"));
    assert_eq!((told.tags()[0].key(), told.tags()[0].value()), (Some("team"), Some("core")));
    assert!(told.rotation_enabled().is_none() && told.deleted_date().is_none() && told.kms_key_id().is_none());

    let read = client.get_secret_value().secret_id(&name).send().await.unwrap();
    assert_eq!(read.secret_string(), Some("{\"password\":\"päßwörd 🔑\"}"));
    assert_eq!((read.arn(), read.version_id()), (made.arn(), made.version_id()));
    assert_eq!(read.version_stages(), ["AWSCURRENT"]);
    assert!(read.secret_binary().is_none());
}

#[tokio::test]
async fn binary_comes_back_byte_for_byte() {
    let client = client().await;
    let name = unique();
    let value: Vec<u8> = (0..=255).cycle().take(768).collect();
    client.create_secret().name(&name).secret_binary(Blob::new(value.clone())).send().await.unwrap();
    let read = client.get_secret_value().secret_id(&name).send().await.unwrap();
    assert_eq!(read.secret_binary().unwrap().as_ref(), value);
}

#[tokio::test]
async fn a_new_value_becomes_current_and_a_rollback_brings_the_old_one_back() {
    let client = client().await;
    let Made { name, version: first, .. } = made(&client, "one").await;
    let put = client.put_secret_value().secret_id(&name).secret_string("two").send().await.unwrap();
    let second = put.version_id.unwrap();
    assert_eq!(labels(&client, &name).await, expected([(&first, "AWSPREVIOUS"), (&second, "AWSCURRENT")]));
    assert_eq!(value_at(&client, &name, "AWSPREVIOUS").await, "one");

    let rollback = client.update_secret_version_stage().secret_id(&name).version_stage("AWSCURRENT");
    rollback.move_to_version_id(&first).remove_from_version_id(&second).send().await.unwrap();
    assert_eq!(labels(&client, &name).await, expected([(&first, "AWSCURRENT"), (&second, "AWSPREVIOUS")]));
    assert_eq!(value_at(&client, &name, "AWSCURRENT").await, "one");
}

#[tokio::test]
async fn an_update_changes_the_description_or_the_value() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let described = client.update_secret().secret_id(&name).description("new").send().await.unwrap();
    assert_eq!(described.version_id(), None);
    let valued = client.update_secret().secret_id(&name).secret_string("two").send().await.unwrap();
    assert!(valued.version_id().is_some());
    assert_eq!(value_at(&client, &name, "AWSCURRENT").await, "two");
    let told = client.describe_secret().secret_id(&name).send().await.unwrap();
    assert_eq!(told.description(), Some("new"));
}

#[tokio::test]
async fn a_repeated_token_changes_nothing_and_another_value_under_it_is_refused() {
    let client = client().await;
    let Made { name, arn, .. } = made(&client, "one").await;
    let token = "11111111-2222-4333-8444-555555555555";
    let put = |value: &str| client.put_secret_value().secret_id(&name).secret_string(value).client_request_token(token);
    put("two").send().await.unwrap();
    assert_eq!(put("two").send().await.unwrap().version_id(), Some(token));
    let in_use = format!(
        "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}."
    );
    assert_eq!(refusal(put("three").send().await), says("ResourceExistsException", &in_use));
}

#[tokio::test]
async fn refusals_carry_the_documented_code_and_text() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let missing = client.get_secret_value().secret_id(unique()).send().await;
    assert!(missing.as_ref().unwrap_err().as_service_error().unwrap().is_resource_not_found_exception());
    assert_eq!(refusal(missing), says("ResourceNotFoundException", "Secrets Manager can't find the specified secret."));
    assert_eq!(
        refusal(client.get_secret_value().secret_id(&name).version_stage("AWSPENDING").send().await),
        says(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPENDING"
        )
    );
    assert_eq!(
        refusal(client.create_secret().name(&name).secret_string("one").send().await),
        says("ResourceExistsException", &format!("The operation failed because the secret {name} already exists."))
    );
    assert_eq!(
        refusal(client.create_secret().name("Inv Name").secret_string("one").send().await),
        says(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: \
             -/_+=.@!"
        )
    );
}

#[tokio::test]
async fn a_deleted_secret_may_be_restored_until_it_is_gone() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let deleted = client.delete_secret().secret_id(&name).recovery_window_in_days(7).send().await.unwrap();
    assert!(deleted.deletion_date().is_some());
    assert_eq!(
        refusal(client.get_secret_value().secret_id(&name).send().await),
        says(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion."
        )
    );
    client.restore_secret().secret_id(&name).send().await.unwrap();
    assert_eq!(value_at(&client, &name, "AWSCURRENT").await, "one");
    client.delete_secret().secret_id(&name).force_delete_without_recovery(true).send().await.unwrap();
    assert_eq!(refusal(client.describe_secret().secret_id(&name).send().await).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_secret_rotates_until_it_is_told_not_to() {
    let client = client().await;
    let Made { name, version, .. } = made(&client, r#"{"comment":"deploy"}"#).await;
    assert_eq!(
        refusal(client.rotate_secret().secret_id(&name).send().await),
        says("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    );
    let rotator = "arn:aws:lambda:us-east-1:123456789012:function:KeepwellSshKeyRotation";
    let answer = client.rotate_secret().secret_id(&name).rotation_lambda_arn(rotator).send().await.unwrap();
    let rotated = answer.version_id.unwrap();
    let current = async || client.get_secret_value().secret_id(&name).send().await.unwrap().version_id.unwrap();
    for _ in 0..200 {
        if current().await == rotated {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(current().await, rotated);
    let previous = client.get_secret_value().secret_id(&name).version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(previous.version_id.unwrap(), version);
    client.cancel_rotate_secret().secret_id(&name).send().await.unwrap();
    let told = client.describe_secret().secret_id(&name).send().await.unwrap();
    assert_eq!((told.rotation_enabled, told.rotation_lambda_arn.as_deref()), (Some(false), Some(rotator)));
}

#[tokio::test]
async fn tags_merge_and_go() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let tag = |key: &str| Tag::builder().key(key).value("v").build();
    client.tag_resource().secret_id(&name).tags(tag("a")).tags(tag("b")).send().await.unwrap();
    client.untag_resource().secret_id(&name).tag_keys("a").tag_keys("unknown").send().await.unwrap();
    let told = client.describe_secret().secret_id(&name).send().await.unwrap();
    assert_eq!(told.tags(), [tag("b")]);
}

#[tokio::test]
async fn a_resource_policy_is_validated_put_read_and_taken_away() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let granting = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}}}"#
        )
    };
    let public = granting(r#""*""#);
    let validated = client.validate_resource_policy().secret_id(&name).resource_policy(&public).send().await.unwrap();
    assert!(!validated.policy_validation_passed());
    assert_eq!(validated.validation_errors().len(), 1);
    assert_eq!(
        refusal(
            client
                .put_resource_policy()
                .secret_id(&name)
                .resource_policy(&public)
                .block_public_policy(true)
                .send()
                .await
        ),
        says(
            "PublicPolicyException",
            "You can't attach a resource-based policy that allows broad access to the secret."
        )
    );
    let policy = granting(r#"{"Service":"lambda.amazonaws.com"}"#);
    client.put_resource_policy().secret_id(&name).resource_policy(&policy).send().await.unwrap();
    let told = client.get_resource_policy().secret_id(&name).send().await.unwrap();
    assert_eq!(told.resource_policy(), Some(&*policy));
    client.delete_resource_policy().secret_id(&name).send().await.unwrap();
    let told = client.get_resource_policy().secret_id(&name).send().await.unwrap();
    assert_eq!(told.resource_policy(), None);
}

#[tokio::test]
async fn pages_together_hold_every_secret_once() {
    let client = client().await;
    let prefix = unique();
    let names: Vec<String> = (0..7).map(|number| format!("{prefix}/{number}")).collect();
    for name in &names {
        client.create_secret().name(name).secret_string("one").send().await.unwrap();
    }
    let mut pages = client
        .list_secrets()
        .filters(Filter::builder().key(FilterNameStringType::Name).values(&prefix).build())
        .sort_by(SortByType::Name)
        .sort_order(SortOrderType::Asc)
        .into_paginator()
        .page_size(3)
        .send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        seen.extend(page.unwrap().secret_list.unwrap_or_default().into_iter().filter_map(|entry| entry.name));
    }
    assert_eq!(seen, names);
    let invented = client.list_secrets().next_token("invented").send().await;
    assert_eq!(refusal(invented).0, "InvalidNextTokenException");
}

#[tokio::test]
async fn versions_are_listed_with_their_labels_and_deprecated_ones_when_asked() {
    let client = client().await;
    let Made { name, version: first, .. } = made(&client, "one").await;
    for value in ["two", "three"] {
        client.put_secret_value().secret_id(&name).secret_string(value).send().await.unwrap();
    }
    let usual = client.list_secret_version_ids().secret_id(&name).send().await.unwrap();
    assert_eq!(usual.versions().len(), 2);
    let every = client.list_secret_version_ids().secret_id(&name).include_deprecated(true).send().await.unwrap();
    let deprecated = every.versions().iter().find(|entry| entry.version_id() == Some(&first)).unwrap();
    assert!(every.versions().len() == 3 && deprecated.version_stages.is_none());
}

#[tokio::test]
async fn a_batch_answers_in_the_order_asked_with_failures_beside() {
    let client = client().await;
    let (first, second, absent) = (made(&client, "1").await, made(&client, "2").await, unique());
    let asked = client.batch_get_secret_value().secret_id_list(&second.name).secret_id_list(&absent);
    let answer = asked.secret_id_list(&first.arn).send().await.unwrap();
    let values: Vec<_> = answer.secret_values().iter().map(|entry| entry.secret_string().unwrap()).collect();
    assert_eq!(values, ["2", "1"]);
    let [error] = answer.errors() else { panic!("{:?}", answer.errors()) };
    assert_eq!((error.secret_id(), error.error_code()), (Some(absent.as_str()), Some("ResourceNotFoundException")));
}

#[tokio::test]
async fn a_random_password_has_what_was_asked_for() {
    let client = client().await;
    let answer = client.get_random_password().password_length(24).exclude_punctuation(true).send().await.unwrap();
    let password = answer.random_password().unwrap();
    assert!(password.len() == 24 && password.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(
        refusal(client.get_random_password().password_length(3).send().await),
        says("InvalidParameterException", "Password length is too short based on the required types.")
    );
}

#[tokio::test]
async fn regions_are_kept_apart() {
    let (here, there) = (client().await, client_in(Some("eu-west-1")).await);
    let Made { name, .. } = made(&here, "here").await;
    let absent = there.get_secret_value().secret_id(&name).send().await;
    assert_eq!(refusal(absent).0, "ResourceNotFoundException");
    there.create_secret().name(&name).secret_string("there").send().await.unwrap();
    assert_eq!(value_at(&here, &name, "AWSCURRENT").await, "here");
    assert_eq!(value_at(&there, &name, "AWSCURRENT").await, "there");
}

#[tokio::test]
async fn many_at_once_are_all_answered() {
    let client = client().await;
    let Made { name, .. } = made(&client, "one").await;
    let readers: Vec<_> = (0..100)
        .map(|_| {
            let (client, name) = (client.clone(), name.clone());
            tokio::spawn(async move { value_at(&client, &name, "AWSCURRENT").await })
        })
        .collect();
    for reader in readers {
        let value = tokio::time::timeout(Duration::from_secs(60), reader).await.unwrap().unwrap();
        assert_eq!(value, "one");
    }
}
