//! Secrets and keys of other accounts.

use serde_json::{Value, json};

use super::{granting, no_access, of_the_account, root, through_secrets_manager};
use crate::{
    house::{ACCOUNT, House},
    letters::{Persona, token},
    people::{OTHER_ACCOUNT, Person, allow, document},
    texts::{invalid_request, not_allowed},
};

const READ: &str = "secretsmanager:GetSecretValue";

/// The secret shares itself with another account, or with one of its people.
async fn share(admin: Persona<'_>, secret: &str, principal: &str) {
    let policy = document(granting(principal, &["secretsmanager:*"]));
    admin.ask("PutResourcePolicy", json!({"SecretId": secret, "ResourcePolicy": policy})).await;
}

/// A user of the other account with these statements.
async fn neighbour(house: &House, owner: &Person, statements: Value) -> Person {
    owner.at(house).user("neighbour", &document(statements)).await
}

#[tokio::test]
async fn the_managed_key_serves_its_own_account_only() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let owner = house.open_account(OTHER_ACCOUNT).await;
    share(admin, "db", OTHER_ACCOUNT).await;
    let everything = json!([allow(&["secretsmanager:*"], "*"), allow(&["kms:*"], "*")]);
    let user = neighbour(&house, &owner, everything).await;
    let text = "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS \
                service key.";
    for calling in [user.at(&house), owner.at(&house)] {
        calling.try_to_read(&arn).await.is(&invalid_request(text));
        calling.try_to_put(&arn, 2).await.is(&invalid_request(text));
        let update = json!({"SecretId": arn, "ClientRequestToken": token(2), "SecretString": "two"});
        calling.call("UpdateSecret", update).await.is(&invalid_request(text));
        let batch = calling.ask("BatchGetSecretValue", json!({"SecretIdList": [arn]})).await;
        let refused = json!([{"SecretId": arn, "ErrorCode": "InvalidRequestException", "Message": text}]);
        assert_eq!((&batch["SecretValues"], &batch["Errors"]), (&json!([]), &refused));
        // What is not sealed crosses as before.
        assert_eq!(calling.describe(&arn).await["Name"], "db");
        calling.ask("ListSecretVersionIds", json!({"SecretId": arn})).await;
        let tags = json!({"SecretId": arn, "Tags": [{"Key": "a", "Value": "b"}]});
        calling.call("TagResource", tags).await.is_empty_success();
        let described = json!({"SecretId": arn, "ClientRequestToken": token(2), "Description": "theirs"});
        calling.ask("UpdateSecret", described).await;
    }
    assert_eq!(admin.value("db").await, "one");
}

/// AWS's four: the secret's policy, the key's, and the caller's own for each of the two.
#[tokio::test]
async fn a_value_crosses_accounts_when_all_four_policies_allow_it() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let key = admin.key(json!({})).await;
    let arn = admin.create_under(&key, "db", "one").await;
    let (of_secret, of_key) = (allow(&[READ], &arn), allow(&["kms:Decrypt"], &key));
    let user = neighbour(&house, &owner, json!([of_secret, of_key])).await;
    let calling = user.at(&house);
    let let_in = granting(&root(OTHER_ACCOUNT), &["kms:Decrypt"]);

    for missing in 0..16 {
        let has = |part: u32| missing & (1 << part) == 0;
        share(admin, "db", if has(0) { OTHER_ACCOUNT } else { ACCOUNT }).await;
        let statements = if has(1) { json!([of_the_account(), let_in]) } else { json!([of_the_account()]) };
        admin.put_key_policy(&key, statements).await;
        let own: Vec<&Value> =
            [(2, &of_secret), (3, &of_key)].iter().filter(|(part, _)| has(*part)).map(|(_, own)| *own).collect();
        let own = if own.is_empty() { json!([allow(&["sts:*"], "*")]) } else { json!(own) };
        owner.at(&house).put_user_policy("neighbour", &document(own)).await;
        let answer = calling.try_to_read(&arn).await;
        match (has(0), has(2), has(1) && has(3)) {
            (true, true, true) => assert_eq!(answer.json()["SecretString"], "one"),
            (true, true, false) => answer.is(&no_access()),
            (_, false, _) => answer.is(&not_allowed(&user.arn, READ, &arn, "identity-based")),
            (false, true, _) => answer.is(&not_allowed(&user.arn, READ, &arn, "resource-based")),
        }
    }
}

#[tokio::test]
async fn writing_across_accounts_needs_the_key_as_much_as_reading_does() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let key = admin.key(json!({})).await;
    let arn = admin.create_under(&key, "db", "one").await;
    share(admin, "db", OTHER_ACCOUNT).await;
    let user = neighbour(&house, &owner, json!([allow(&["secretsmanager:*"], "*"), allow(&["kms:*"], &key)])).await;
    let calling = user.at(&house);
    calling.try_to_put(&arn, 2).await.is(&no_access());
    let for_secrets = json!({
        "Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": through_secrets_manager(), "kms:CallerAccount": OTHER_ACCOUNT}},
    });
    admin.put_key_policy(&key, json!([of_the_account(), for_secrets])).await;
    calling.try_to_put(&arn, 2).await.json();
    assert_eq!((calling.value(&arn).await, admin.value("db").await), ("new".to_owned(), "new".to_owned()));
    let directly = calling.kms("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})).await;
    assert!(directly.text().contains("AccessDeniedException"), "{}", directly.text());
}

#[tokio::test]
async fn a_secret_may_lie_under_another_accounts_key_when_both_accounts_allow() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let there = owner.at(&house);
    let key = there.key(json!({})).await;
    // Not let in, there is no telling it from one that is not there.
    admin.try_to_create(&key, "db", "one").await.is(&no_access());
    let statements = json!([
        granting(&root(OTHER_ACCOUNT), &["kms:*"]),
        granting(&root(ACCOUNT), &["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"]),
    ]);
    there.put_key_policy(&key, statements).await;
    admin.create_under(&key, "db", "one").await;
    assert_eq!(admin.value("db").await, "one");
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": [key]}));
    let unable = house.user("unable", &document(allow(&["secretsmanager:*"], "*"))).await;
    unable.at(&house).try_to_read("db").await.is(&no_access());
    let able = json!([allow(&["secretsmanager:*"], "*"), allow(&["kms:Decrypt"], &key)]);
    let able = house.user("able", &document(able)).await;
    assert_eq!(able.at(&house).value("db").await, "one");
    // An id or an alias means one of the secret's own account.
    let id = key.rsplit('/').next().unwrap();
    assert_eq!(admin.try_to_create(id, "other", "one").await.status, 400);
    // Whose key it is, its owner takes away.
    there.put_key_policy(&key, json!([granting(&root(OTHER_ACCOUNT), &["kms:*"])])).await;
    admin.try_to_read("db").await.is(&no_access());
}
