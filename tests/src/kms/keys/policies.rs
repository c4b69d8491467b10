//! The policy that a key is made with.

use serde_json::{Value, json};

use super::malformed;
use crate::{
    house::{ACCOUNT, House},
    people::{allow, document},
};

const LOCKS_OUT: &str = "The new key policy will not allow you to update the key policy in the future.";

/// Allows all of this principal, and nobody else.
fn policy_for(principal: &str) -> String {
    document(json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}]))
}

fn with(policy: &str) -> Value {
    json!({"Policy": policy})
}

fn account() -> String {
    format!("arn:aws:iam::{ACCOUNT}:root")
}

#[tokio::test]
async fn a_key_without_a_policy_of_its_own_leaves_it_to_its_account() {
    let house = House::open().await;
    let arn = house.admin().key(json!({})).await;
    let told = house.admin().ask_kms("GetKeyPolicy", json!({"KeyId": arn})).await;
    let policy = told["Policy"].as_str().unwrap();
    let expected = "{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {\n    \
                    \"Sid\" : \"Enable IAM User Permissions\",";
    assert!(policy.starts_with(expected), "{policy}");
    assert!(policy.contains(&account()));
}

#[tokio::test]
async fn nobody_makes_a_key_whose_policy_they_could_not_change() {
    let house = House::open().await;
    let other = house.user("other", "").await;
    let maker = house.user("maker", &document(json!([allow(&["kms:CreateKey"], "*")]))).await;
    let manager = house.user("manager", &document(json!([allow(&["kms:CreateKey", "kms:PutKeyPolicy"], "*")]))).await;

    for (person, principal) in [(&maker, &other.arn), (&maker, &account()), (&manager, &other.arn)] {
        let answer = person.at(&house).kms("CreateKey", with(&policy_for(principal))).await;
        answer.is_kms(&malformed(LOCKS_OUT));
    }
    for (person, principal) in [(&maker, &maker.arn), (&manager, &account())] {
        person.at(&house).key(with(&policy_for(principal))).await;
    }
    // The root user is no exception.
    house.admin().kms("CreateKey", with(&policy_for(&other.arn))).await.is_kms(&malformed(LOCKS_OUT));

    let bypass = json!({"Policy": policy_for(&other.arn), "BypassPolicyLockoutSafetyCheck": true});
    let arn = maker.at(&house).key(bypass).await;
    assert_eq!(other.at(&house).key_state(&arn).await, "Enabled");
    house.admin().kms("DescribeKey", json!({"KeyId": arn})).await.is_kms(&super::refused(
        &account(),
        "DescribeKey",
        &arn,
    ));
}

#[tokio::test]
async fn a_policy_that_says_nothing_sensible_is_refused_in_the_words_of_kms() {
    let house = House::open().await;
    let admin = house.admin();
    let unknown = "Policy contains a statement with one or more invalid principals.";
    for principal in [format!("arn:aws:iam::{ACCOUNT}:user/nobody"), "999988887777".to_owned(), "alice".to_owned()] {
        admin.kms("CreateKey", with(&policy_for(&principal))).await.is_kms(&malformed(unknown));
    }
    admin.kms("CreateKey", with("{}")).await.is_kms(&malformed("Syntax errors in policy."));
    let sets = document(json!([{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContext:app": "a"}}}]));
    let answer = admin.kms("CreateKey", with(&sets)).await;
    assert!(
        answer.text().contains("OverlyPermissiveCondition: Using the ForAllValues set operator"),
        "{}",
        answer.text()
    );

    let mut long = policy_for(&account());
    long.push_str(&" ".repeat(32_768));
    let answer = admin.kms("CreateKey", with(&long)).await;
    assert!(answer.text().contains("LimitExceededException"), "{}", answer.text());
}
