use serde_json::{Value, json};

use super::{key_policy, root, session};
use crate::{
    house::{ACCOUNT, House},
    kms::{Fault, id_of},
    letters::Persona,
    people::{OTHER_ACCOUNT, Person, allow, document},
};

impl Persona<'_> {
    async fn policy(self, key: &str) -> Value {
        let answer = self.ask_kms("GetKeyPolicy", json!({"KeyId": key})).await;
        assert_eq!(answer["PolicyName"], "default");
        serde_json::from_str(answer["Policy"].as_str().unwrap()).unwrap()
    }
}

fn malformed(text: &str) -> Fault {
    Fault::new("MalformedPolicyDocumentException", text)
}

fn locked_out() -> Fault {
    malformed("The new key policy will not allow you to update the key policy in the future.")
}

fn for_one(principal: &str, actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"})
}

#[tokio::test]
async fn a_key_policy_is_told_as_it_was_put_and_whoever_is_gone_by_id() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let own = json!({
        "Version": "2012-10-17", "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": root(ACCOUNT)},
            "Action": "kms:*", "Resource": "*",
        }],
    });
    assert_eq!(admin.policy(&key).await, own);
    let names = admin.ask_kms("ListKeyPolicies", json!({"KeyId": key})).await;
    assert_eq!(names, json!({"PolicyNames": ["default"], "Truncated": false}));

    let user = house.user("user", "").await;
    let more = for_one(&user.arn, &["kms:Encrypt", "kms:Decrypt"]);
    let policy = key_policy(&[more]);
    admin.put_policy(&key, &policy).await.is_empty_success();
    let shown: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(admin.policy(id_of(&key)).await, shown);
    // Named by the policy, so that no policy of its own is needed; and nothing but what it names.
    let blob = user.at(&house).sealed(&key, json!({})).await;
    user.at(&house).opens(&blob, json!({})).await;
    user.at(&house).kms("DescribeKey", json!({"KeyId": key})).await.is_denied();

    admin.delete_user("user", &user).await;
    let mut gone = shown.clone();
    gone["Statement"][1]["Principal"]["AWS"] = json!(user.id);
    assert_eq!(admin.policy(&key).await, gone);
    // Whoever has the name now is somebody else.
    let successor = house.user("user", "").await;
    assert_eq!(admin.policy(&key).await, gone);
    successor.at(&house).opens_not(&blob, json!({})).await;
}

#[tokio::test]
async fn whoever_puts_a_policy_must_be_able_to_put_it_again_unless_they_insist() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let user = house.user("keeper", "").await;
    let keeper = |actions: &[&str]| document(json!([for_one(&user.arn, actions)]));
    let without_me = keeper(&["kms:*"]);
    admin.put_policy(&key, &without_me).await.is_kms(&locked_out());
    let without_put = document(json!([for_one(&root(ACCOUNT), &["kms:Get*", "kms:Encrypt"])]));
    admin.put_policy(&key, &without_put).await.is_kms(&locked_out());
    let denied = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"});
    admin.put_policy(&key, &key_policy(&[denied])).await.is_kms(&locked_out());

    let insist = |policy: &str| json!({"KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
    admin.kms("PutKeyPolicy", insist(&without_me)).await.is_empty_success();
    admin.kms("GetKeyPolicy", json!({"KeyId": key})).await.is_denied();
    admin.put_policy(&key, &without_me).await.is_denied();
    // The one whom it names has all of it, and may give it back.
    let holder = user.at(&house);
    holder.put_policy(&key, &keeper(&["kms:Get*"])).await.is_kms(&locked_out());
    holder.put_policy(&key, &keeper(&["kms:PutKeyPolicy"])).await.is_empty_success();
    // Leaving it to the account leaves out who has no policy for it.
    holder.put_policy(&key, &key_policy(&[])).await.is_kms(&locked_out());
    let both = key_policy(&[for_one(&user.arn, &["kms:PutKeyPolicy"])]);
    holder.put_policy(&key, &both).await.is_empty_success();
    admin.put_policy(&key, &key_policy(&[])).await.is_empty_success();

    // The same when a key is made.
    let members = json!({"Policy": without_me});
    admin.kms("CreateKey", members).await.is_kms(&locked_out());
    let members = json!({"Policy": without_me, "BypassPolicyLockoutSafetyCheck": true});
    let made = admin.key(members).await;
    admin.kms("DescribeKey", json!({"KeyId": made})).await.is_denied();
    // A policy may ask that nobody insists.
    let careful = json!({"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "false"}});
    let careful = json!({
        "Effect": "Allow", "Action": "kms:PutKeyPolicy", "Resource": "*", "Condition": careful,
    });
    let careful = house.user("careful", &document(careful)).await;
    careful.at(&house).put_policy(&key, &key_policy(&[])).await.is_empty_success();
    careful.at(&house).kms("PutKeyPolicy", insist(&key_policy(&[]))).await.is_denied();
}

#[tokio::test]
async fn what_is_no_key_policy_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let strangers = malformed("Policy contains a statement with one or more invalid principals.");
    for principal in [
        format!("arn:aws:iam::{ACCOUNT}:user/nobody"),
        format!("arn:aws:iam::{ACCOUNT}:role/nobody"),
        root("999988887777"),
        "AIDANOBODYNOBODYNOB00".to_owned(),
    ] {
        let policy = key_policy(&[for_one(&principal, &["kms:Decrypt"])]);
        admin.put_policy(&key, &policy).await.is_kms(&strangers);
    }
    for policy in ["{}", "text", r#"{"Version":"2012-10-17"}"#] {
        admin.put_policy(&key, policy).await.is_fault("MalformedPolicyDocumentException");
    }
    let long = key_policy(&[for_one(&root(ACCOUNT), &[&"k".repeat(32 * 1024)])]);
    admin.put_policy(&key, &long).await.is_fault("LimitExceededException");
    let missing = Fault::new("NotFoundException", "No such policy exists");
    let members = json!({"KeyId": key, "PolicyName": "other"});
    admin.kms("GetKeyPolicy", members).await.is_kms(&missing);
    let members = json!({"KeyId": key, "PolicyName": "other", "Policy": key_policy(&[])});
    admin.kms("PutKeyPolicy", members).await.is_kms(&missing);
    // AWS's own key has AWS's policy.
    let own = admin.ask_kms("DescribeKey", json!({"KeyId": "alias/aws/secretsmanager"})).await;
    let own = own["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    admin.put_policy(&own, &key_policy(&[])).await.is_denied();
    assert_eq!(admin.policy(&own).await["Id"], "auto-secretsmanager-2");
}

#[tokio::test]
async fn a_key_policy_opens_a_key_to_another_account_and_keeps_its_management_at_home() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let guest = owner.at(&house).user("guest", &document(allow(&["kms:*"], "*"))).await;
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    guest.at(&house).opens_not(&blob, json!({})).await;
    admin.put_policy(&key, &key_policy(&[for_one(&root(OTHER_ACCOUNT), &["kms:*"])])).await.is_empty_success();
    guest.at(&house).opens(&blob, json!({})).await;
    for (operation, members) in [
        ("GetKeyPolicy", json!({"KeyId": key})),
        ("ListKeyPolicies", json!({"KeyId": key})),
        ("PutKeyPolicy", json!({"KeyId": key, "Policy": key_policy(&[])})),
    ] {
        guest.at(&house).kms(operation, members).await.is_denied();
    }
    let idle = owner.at(&house).user("idle", "").await;
    idle.at(&house).opens_not(&blob, json!({})).await;
}

#[tokio::test]
async fn a_role_may_stand_in_a_policy_and_a_deny_wins() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    let (reader, role): (Person, String) = session(&house, "reader", "").await;
    reader.at(&house).opens_not(&blob, json!({})).await;
    let reading = for_one(&role, &["kms:Decrypt"]);
    admin.put_policy(&key, &key_policy(std::slice::from_ref(&reading))).await.is_empty_success();
    reader.at(&house).opens(&blob, json!({})).await;
    let never = json!({"Effect": "Deny", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"});
    admin.put_policy(&key, &key_policy(&[reading, never])).await.is_empty_success();
    reader.at(&house).opens_not(&blob, json!({})).await;
}
