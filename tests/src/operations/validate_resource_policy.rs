use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House},
    people::{allow, document},
    texts::{
        invalid_name, malformed_policy, not_allowed, not_found, required, scheduled, unsupported_principal, violations,
    },
};

fn policy(effect: &str, principal: &str, action: &str) -> String {
    document(json!([{"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}]))
}

fn good() -> String {
    policy("Allow", ACCOUNT, "secretsmanager:GetSecretValue")
}

fn broad() -> Value {
    json!({"CheckName": "BLOCK_PUBLIC_POLICY", "ErrorMessage": "This resource policy grants broad access to your secret."})
}

fn lockout() -> Value {
    let message = "Your requested changes will not allow you to manage this secret in the future.";
    json!({"CheckName": "CALLER_LOCKOUT", "ErrorMessage": message})
}

#[tokio::test]
async fn a_good_policy_passes_and_is_not_attached() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let before = admin.describe("db").await;
    for members in [json!({"ResourcePolicy": good()}), json!({"SecretId": "db", "ResourcePolicy": good()})] {
        let answer = admin.ask("ValidateResourcePolicy", members).await;
        assert_eq!(answer, json!({"PolicyValidationPassed": true, "ValidationErrors": []}));
    }
    assert_eq!(admin.describe("db").await, before);
    assert_eq!(admin.ask("ListResourcePolicies", json!({"SecretId": "db"})).await["ResourcePolicies"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_is_told_check_by_check() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let alice = house.user("alice", &document(allow(&["secretsmanager:*"], "*"))).await;
    let both = document(json!([
        {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        {"Effect": "Deny", "Principal": {"AWS": alice.arn}, "Action": "secretsmanager:Put*", "Resource": "*"},
    ]));
    for (policy, errors) in [
        (policy("Allow", "*", "secretsmanager:GetSecretValue"), vec![broad()]),
        (policy("Deny", "*", "secretsmanager:*"), vec![lockout()]),
        (both, vec![broad(), lockout()]),
    ] {
        let members = json!({"SecretId": "db", "ResourcePolicy": policy});
        let answer = alice.at(&house).ask("ValidateResourcePolicy", members).await;
        assert_eq!(answer, json!({"PolicyValidationPassed": false, "ValidationErrors": errors}));
    }
}

#[tokio::test]
async fn both_rights_are_needed() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    for (name, held, lacking) in [
        ("alice", "secretsmanager:ValidateResourcePolicy", "secretsmanager:PutResourcePolicy"),
        ("bob", "secretsmanager:PutResourcePolicy", "secretsmanager:ValidateResourcePolicy"),
    ] {
        let user = house.user(name, &document(allow(&[held], "*"))).await;
        let named = json!({"SecretId": "db", "ResourcePolicy": good()});
        let refused = not_allowed(&user.arn, lacking, "db", "identity-based");
        user.at(&house).call("ValidateResourcePolicy", named).await.is(&refused);
        let unnamed = json!({"ResourcePolicy": good()});
        let refused = not_allowed(&user.arn, lacking, "", "identity-based");
        user.at(&house).call("ValidateResourcePolicy", unnamed).await.is(&refused);
    }
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let nobody = policy("Allow", "999988887777", "secretsmanager:GetSecretValue");
    for (members, refusal) in [
        (json!({"SecretId": "no name"}), violations(&[required("resourcePolicy")])),
        (json!({"SecretId": "no name", "ResourcePolicy": "{"}), invalid_name()),
        (json!({"SecretId": "none", "ResourcePolicy": "{"}), not_found()),
        (json!({"SecretId": "db", "ResourcePolicy": "{"}), malformed_policy()),
        (json!({"ResourcePolicy": nobody}), unsupported_principal()),
    ] {
        admin.call("ValidateResourcePolicy", members).await.is(&refusal);
    }
    admin.schedule("db").await;
    admin.call("ValidateResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": "{"})).await.is(&scheduled());
}
