//! The caller's policies and the secret's, within an account and across accounts.

use serde_json::{Value, json};

use super::{READ, reading};
use crate::{
    house::{ACCOUNT, House},
    letters::Persona,
    people::{OTHER_ACCOUNT, allow, document, trusting},
    texts::{denied_to, locked_out, not_allowed},
};

/// The secret `db` gets this policy.
async fn put(persona: Persona<'_>, statements: Value) {
    let members = json!({"SecretId": "db", "ResourcePolicy": document(statements)});
    persona.ask("PutResourcePolicy", members).await;
}

fn granting(principal: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": READ, "Resource": "*"})
}

async fn refused(persona: Persona<'_>, caller: &str, asked: &str, reason: &str) {
    let members = json!({"SecretId": asked});
    persona.call("GetSecretValue", members).await.is(&denied_to(caller, READ, asked, reason));
}

fn nothing_allows(kind: &str) -> String {
    format!("because no {kind} policy allows the {READ} action")
}

#[tokio::test]
async fn a_role_reads_across_accounts_when_both_sides_allow_and_not_otherwise() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let there = owner.at(&house);
    // Under the managed key nothing crosses, so the secret has a key that lets the other account in.
    let key = admin.key(json!({})).await;
    let using = |account: &str, action: &str| {
        let principal = json!({"AWS": format!("arn:aws:iam::{account}:root")});
        json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})
    };
    admin.put_key_policy(&key, json!([using(ACCOUNT, "kms:*"), using(OTHER_ACCOUNT, "kms:Decrypt")])).await;
    let arn = admin.create_under(&key, "db", "one").await;
    let reading = document(json!([allow(&[READ], &arn), allow(&["kms:Decrypt"], &key)]));
    let guest = there.user("guest", &document(allow(&["sts:AssumeRole"], "*"))).await;
    let able = there.role("able", &trusting(OTHER_ACCOUNT), &reading).await;
    let idle = there.role("idle", &trusting(OTHER_ACCOUNT), "").await;
    let (able_session, idle_session) =
        (guest.at(&house).assume(&able.arn, &[]).await, guest.at(&house).assume(&idle.arn, &[]).await);

    // Their side alone.
    refused(able_session.at(&house), &able_session.arn, &arn, &nothing_allows("resource-based")).await;
    put(admin, granting(OTHER_ACCOUNT)).await;
    assert_eq!(able_session.at(&house).value(&arn).await, "one");
    // Our side alone.
    refused(idle_session.at(&house), &idle_session.arn, &arn, &nothing_allows("identity-based")).await;
    put(admin, granting(&idle.arn)).await;
    refused(idle_session.at(&house), &idle_session.arn, &arn, &nothing_allows("identity-based")).await;
    // The name means a secret of their own.
    let own = json!({"SecretId": "db"});
    let text = not_allowed(&able_session.arn, READ, "db", "identity-based");
    able_session.at(&house).call("GetSecretValue", own).await.is(&text);
    // Another account's root needs its name on the secret, and nothing else.
    refused(there, &owner.arn, &arn, &nothing_allows("resource-based")).await;
    put(admin, granting(OTHER_ACCOUNT)).await;
    assert_eq!(there.value(&arn).await, "one");
}

#[tokio::test]
async fn within_an_account_either_side_is_enough_and_a_deny_of_either_is_final() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let (idle, reader) = (house.user("idle", "").await, house.user("reader", &reading("*")).await);
    put(admin, granting(&idle.arn)).await;
    assert_eq!((idle.at(&house).value("db").await, reader.at(&house).value("db").await), ("one".into(), "one".into()));
    let never = json!({"Effect": "Deny", "Principal": {"AWS": reader.arn}, "Action": READ, "Resource": "*"});
    put(admin, json!([granting(&idle.arn), never])).await;
    refused(reader.at(&house), &reader.arn, "db", "with an explicit deny in a resource-based policy").await;
    admin.put_user_policy("idle", &document(json!({"Effect": "Deny", "Action": READ, "Resource": "*"}))).await;
    refused(idle.at(&house), &idle.arn, "db", "with an explicit deny in an identity-based policy").await;
    admin.ask("DeleteResourcePolicy", json!({"SecretId": "db"})).await;
    assert_eq!(reader.at(&house).value("db").await, "one");
}

/// The account's name in a policy trusts the account, whose own policies then say who may.
#[tokio::test]
async fn a_grant_to_the_own_account_is_no_grant_to_its_users() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    put(house.admin(), granting(ACCOUNT)).await;
    let idle = house.user("idle", "").await;
    refused(idle.at(&house), &idle.arn, "db", &nothing_allows("identity-based")).await;
}

/// AWS's rule: whoever is granted something by their very own name needs no policy beside it.
#[tokio::test]
async fn a_grant_by_ones_own_name_passes_by_boundaries_and_session_policies() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let nothing = document(allow(&["s3:GetObject"], "*"));
    let parameters = [("PolicyName", "nothing"), ("PolicyDocument", &*nothing)];
    let bound = admin.iam("CreatePolicy", &parameters).await.element("Arn");
    let user = house.user("user", &document(allow(&["sts:AssumeRole"], "*"))).await;
    let role = admin.role("narrow", &trusting(ACCOUNT), "").await;
    let session = user.at(&house).assume(&role.arn, &[]).await;
    let narrowed = user.at(&house).assume(&role.arn, &[("Policy", &*nothing)]).await;
    let boundary = [("RoleName", "narrow"), ("PermissionsBoundary", &*bound)];

    // A role's name is not that of its session: what narrows the session still does.
    put(admin, granting(&role.arn)).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    refused(narrowed.at(&house), &narrowed.arn, "db", &nothing_allows("session")).await;
    admin.iam("PutRolePermissionsBoundary", &boundary).await.is_success();
    let reason = format!("because no permissions boundary allows the {READ} action");
    refused(session.at(&house), &session.arn, "db", &reason).await;
    put(admin, granting(&session.arn)).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    assert_eq!(narrowed.at(&house).value("db").await, "one");

    let boundary = [("UserName", "user"), ("PermissionsBoundary", &*bound)];
    admin.iam("PutUserPermissionsBoundary", &boundary).await.is_success();
    refused(user.at(&house), &user.arn, "db", &nothing_allows("identity-based")).await;
    put(admin, granting(&user.arn)).await;
    assert_eq!(user.at(&house).value("db").await, "one");
}

#[tokio::test]
async fn everybody_but_those_named_is_locked_out_and_nobody_locks_out_themselves() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let everything = document(allow(&["secretsmanager:*"], "*"));
    let (kept, other) = (house.user("kept", &everything).await, house.user("other", &everything).await);
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let but = |named: Value| json!({"Effect": "Deny", "NotPrincipal": {"AWS": named}, "Action": "secretsmanager:*", "Resource": "*"});
    let forgetful = json!({"SecretId": "db", "ResourcePolicy": document(but(json!([root])))});
    kept.at(&house).call("PutResourcePolicy", forgetful).await.is(&locked_out());
    put(kept.at(&house), but(json!([kept.arn, root]))).await;
    assert_eq!((kept.at(&house).value("db").await, admin.value("db").await), ("one".into(), "one".into()));
    refused(other.at(&house), &other.arn, "db", "with an explicit deny in a resource-based policy").await;
    // A user of the same name is somebody else.
    admin.delete_user("kept", &kept).await;
    let successor = house.user("kept", &everything).await;
    refused(successor.at(&house), &successor.arn, "db", "with an explicit deny in a resource-based policy").await;
}
