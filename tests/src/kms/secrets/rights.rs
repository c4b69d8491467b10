//! Who may: the rights to a secret open nothing without the rights to its key.

use serde_json::{Value, json};

use super::{EVERY_SECRET, granting, no_access, of_the_account, root, through_secrets_manager, with_keys};
use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION, SECOND_MS},
    kms::id_of,
    letters::token,
    people::{allow, allow_if, document, trusting},
};

#[tokio::test]
async fn a_key_is_chosen_by_its_id_its_arn_an_alias_or_its_arn() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": key})).await.is_empty_success();
    let alias_arn = format!("arn:aws:kms:{REGION}:{ACCOUNT}:alias/app");
    for (number, name) in [id_of(&key), &key, "alias/app", &alias_arn].into_iter().enumerate() {
        let secret = format!("db-{number}");
        admin.create_under(name, &secret, "one").await;
        assert_eq!(admin.value(&secret).await, "one");
        admin.put(&secret, 2, "two").await;
        let members = json!({"SecretId": secret, "ClientRequestToken": token(3), "SecretString": "three"});
        admin.ask("UpdateSecret", members).await;
        let batch = admin.ask("BatchGetSecretValue", json!({"SecretIdList": [secret]})).await;
        assert_eq!(batch["SecretValues"][0]["SecretString"], "three");
        // As it was chosen.
        assert_eq!(admin.describe(&secret).await["KmsKeyId"], name);
        let keys = json!([key]);
        assert_eq!(admin.keys_of_versions(&secret).await, json!({"1": keys, "2": keys, "3": keys}));
    }
    // Without a value, and with one later.
    let members = json!({"Name": "empty", "ClientRequestToken": token(1), "KmsKeyId": "alias/app"});
    admin.ask("CreateSecret", members).await;
    admin.put("empty", 2, "two").await;
    assert_eq!(admin.value("empty").await, "two");
    assert_eq!(admin.keys_of_versions("empty").await, json!({"2": [key]}));

    let house = house.restart().await;
    assert_eq!(house.admin().value("db-2").await, "three");
}

/// What the alias means is asked anew by each write; what was written stays where it is.
#[tokio::test]
async fn a_secret_under_an_alias_follows_it_to_another_key() {
    let house = House::open().await;
    let admin = house.admin();
    let (first, second) = (admin.key(json!({})).await, admin.key(json!({})).await);
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": first})).await.is_empty_success();
    admin.create_under("alias/app", "db", "one").await;
    admin.kms("UpdateAlias", json!({"AliasName": "alias/app", "TargetKeyId": second})).await.is_empty_success();
    admin.put("db", 2, "two").await;
    assert_eq!(admin.keys_of_versions("db").await, json!({"1": [first], "2": [second]}));
    admin.try_to_read_version("db", 1).await.json();
    assert_eq!(admin.value("db").await, "two");
}

#[tokio::test]
async fn whoever_may_not_use_the_key_reads_and_writes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    let users = [
        ("none", &[][..]),
        ("sealer", &["kms:GenerateDataKey"]),
        ("opener", &["kms:Decrypt"]),
        ("stranger", &["kms:Encrypt", "kms:DescribeKey", "kms:ReEncrypt*", "kms:GenerateDataKeyWithoutPlaintext"]),
        ("both", &["kms:GenerateDataKey", "kms:Decrypt"]),
    ];
    for (number, (name, actions)) in (2..).zip(users) {
        let user = house.user(name, &with_keys(actions)).await;
        let calling = user.at(&house);
        let (seals, opens) = (matches!(name, "sealer" | "both"), matches!(name, "opener" | "both"));
        let told = |answer: crate::letters::Answer, may: bool| match may {
            true => drop(answer.json()),
            false => answer.is(&no_access()),
        };
        told(calling.try_to_read("db").await, opens);
        // AWS tries both before it keeps a key.
        told(calling.try_to_create(&key, name, "one").await, seals && opens);
        let empty = json!({"Name": format!("{name}-empty"), "ClientRequestToken": token(1), "KmsKeyId": key});
        told(calling.call("CreateSecret", empty).await, seals && opens);
        told(calling.try_to_move("db", &key).await, seals && opens);
        told(calling.try_to_put("db", number).await, seals);
        // A repeated call compares what it brings with what is there.
        let again = json!({"SecretId": "db", "ClientRequestToken": token(1), "SecretString": "one"});
        told(calling.call("PutSecretValue", again.clone()).await, opens);
        told(calling.call("UpdateSecret", again).await, opens);
        let update = json!({"SecretId": "db", "ClientRequestToken": token(100 + number), "SecretString": "x"});
        told(calling.call("UpdateSecret", update).await, seals);

        let batch = calling.ask("BatchGetSecretValue", json!({"SecretIdList": ["db"]})).await;
        let refused = json!([
            {"SecretId": "db", "ErrorCode": "AccessDeniedException", "Message": "Access to KMS is not allowed"},
        ]);
        assert_eq!(batch["Errors"], if opens { json!([]) } else { refused }, "{name}");
        // What is not sealed needs no key.
        calling.describe("db").await;
        calling.ask("ListSecretVersionIds", json!({"SecretId": "db"})).await;
        let description = json!({"SecretId": "db", "ClientRequestToken": token(200), "Description": name});
        calling.ask("UpdateSecret", description).await;
        // Nothing was made by what was refused.
        assert_eq!(admin.call("DescribeSecret", json!({"SecretId": name})).await.status == 200, seals && opens);
    }
    assert_eq!(admin.try_to_read_version("db", 1).await.json()["SecretString"], "one");
}

#[tokio::test]
async fn a_key_policy_lets_in_by_itself_and_its_deny_is_final() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    let (named, able) = (house.user("named", &with_keys(&[])).await, house.user("able", &with_keys(&["kms:*"])).await);
    named.at(&house).try_to_read("db").await.is(&no_access());
    assert_eq!(able.at(&house).value("db").await, "one");
    let allowed = granting(&named.arn, &["kms:Decrypt"]);
    admin.put_key_policy(&key, json!([of_the_account(), allowed])).await;
    assert_eq!(named.at(&house).value("db").await, "one");
    let never = json!({"Effect": "Deny", "Principal": {"AWS": able.arn}, "Action": "kms:Decrypt", "Resource": "*"});
    admin.put_key_policy(&key, json!([of_the_account(), allowed, never])).await;
    able.at(&house).try_to_read("db").await.is(&no_access());
    able.at(&house).try_to_put("db", 2).await.json();
    // A key that is not left to the account's policies is not opened by them.
    let kept = granting(&root(ACCOUNT), &["kms:PutKeyPolicy"]);
    admin.put_key_policy(&key, json!([kept, allowed])).await;
    able.at(&house).try_to_read("db").await.is(&no_access());
    assert_eq!(named.at(&house).try_to_read("db").await.status, 200);
}

#[tokio::test]
async fn a_key_may_serve_secrets_manager_and_nobody_who_calls_it_directly() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let using = &["kms:Decrypt", "kms:GenerateDataKey"];
    let elsewhere = format!("secretsmanager.{OTHER_REGION}.amazonaws.com");
    let conditions = [
        ("via", json!({"StringEquals": {"kms:ViaService": through_secrets_manager()}}), true),
        ("via-any", json!({"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}}), true),
        ("via-another", json!({"StringEquals": {"kms:ViaService": elsewhere}}), false),
        ("by-service", json!({"Bool": {"aws:ViaAWSService": "true"}}), true),
        ("called-via", json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "secretsmanager.amazonaws.com"}}), true),
        ("of-account", json!({"StringEquals": {"kms:CallerAccount": "999999999999"}}), false),
    ];
    for (name, condition, opens) in conditions {
        let policy = document(json!([allow(EVERY_SECRET, "*"), allow_if(using, &key, condition)]));
        let user = house.user(name, &policy).await;
        let calling = user.at(&house);
        let created = calling.try_to_create(&key, name, "one").await;
        if opens {
            created.json();
            assert_eq!(calling.value(name).await, "one");
        } else {
            created.is(&no_access());
        }
        let directly = calling.kms("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})).await;
        assert!(directly.text().contains("AccessDeniedException"), "{name}: {}", directly.text());
    }
    // The other way round: what comes through a service brings no address of its caller.
    let at_home = json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}});
    let policy = document(json!([allow(EVERY_SECRET, "*"), allow_if(using, &key, at_home)]));
    let direct = house.user("direct", &policy).await;
    direct.at(&house).ask_kms("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})).await;
    direct.at(&house).try_to_create(&key, "direct", "one").await.is(&no_access());
}

#[tokio::test]
async fn a_right_may_be_bound_to_one_secret_or_one_version() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let (first, second) = (admin.create_under(&key, "one", "1").await, admin.create_under(&key, "two", "2").await);
    admin.put("one", 2, "1b").await;
    let bound = |name: &str, value: &str| {
        let mut equals = json!({});
        equals[format!("kms:EncryptionContext:{name}")] = json!(value);
        document(json!([allow(EVERY_SECRET, "*"), allow_if(&["kms:Decrypt"], "*", json!({"StringEquals": equals}))]))
    };
    let user = house.user("user", &bound("SecretARN", &first)).await;
    let reading = user.at(&house);
    assert_eq!(reading.value("one").await, "1b");
    reading.try_to_read("two").await.is(&no_access());
    admin.put_user_policy("user", &bound("SecretARN", &second)).await;
    assert_eq!(reading.value("two").await, "2");
    reading.try_to_read("one").await.is(&no_access());
    admin.put_user_policy("user", &bound("SecretVersionId", &token(1))).await;
    reading.try_to_read("one").await.is(&no_access());
    assert_eq!(reading.try_to_read_version("one", 1).await.json()["SecretString"], "1");
    // The context has these two names and no other.
    let names = json!({
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"]},
        "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "SecretARN"},
        "StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    });
    let policy = document(json!([allow(EVERY_SECRET, "*"), allow_if(&["kms:Decrypt"], "*", names)]));
    admin.put_user_policy("user", &policy).await;
    assert_eq!(reading.value("one").await, "1b");
}

#[tokio::test]
async fn a_grant_takes_the_place_of_a_policy_until_it_is_revoked() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let arn = admin.create_under(&key, "db", "one").await;
    admin.create_under(&key, "other", "two").await;
    let user = house.user("user", &with_keys(&[])).await;
    let using = user.at(&house);
    let grant = async |operations: Value, constraints: Value| {
        let mut members = json!({"KeyId": key, "GranteePrincipal": user.arn, "Operations": operations});
        if !constraints.is_null() {
            members["Constraints"] = constraints;
        }
        admin.ask_kms("CreateGrant", members).await["GrantId"].clone()
    };
    let revoke = async |grant: Value| {
        admin.kms("RevokeGrant", json!({"KeyId": key, "GrantId": grant})).await.is_empty_success();
    };
    let opening = grant(json!(["Decrypt"]), Value::Null).await;
    assert_eq!(using.value("db").await, "one");
    using.try_to_put("db", 2).await.is(&no_access());
    let sealing = grant(json!(["GenerateDataKey"]), Value::Null).await;
    using.try_to_put("db", 2).await.json();
    revoke(opening).await;
    revoke(sealing).await;
    using.try_to_read("db").await.is(&no_access());

    let subset = grant(json!(["Decrypt"]), json!({"EncryptionContextSubset": {"SecretARN": arn}})).await;
    assert_eq!(using.value("db").await, "new");
    using.try_to_read("other").await.is(&no_access());
    revoke(subset).await;
    let equals = json!({"EncryptionContextEquals": {"SecretARN": arn, "SecretVersionId": token(1)}});
    grant(json!(["Decrypt"]), equals).await;
    using.try_to_read("db").await.is(&no_access());
    assert_eq!(using.try_to_read_version("db", 1).await.json()["SecretString"], "one");
}

/// The managed key's policy lets in everybody whom Secrets Manager lets in, and a deny is still a deny.
#[tokio::test]
async fn the_managed_key_asks_for_nothing_and_a_deny_of_kms_closes_it() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let user = house.user("user", &with_keys(&[])).await;
    let using = user.at(&house);
    assert_eq!(using.value("db").await, "one");
    using.try_to_put("db", 2).await.json();
    using.try_to_create("alias/aws/secretsmanager", "own", "one").await.json();
    let never = |actions: Value| {
        let never = json!({"Effect": "Deny", "Action": actions, "Resource": "*"});
        document(json!([allow(EVERY_SECRET, "*"), never]))
    };
    admin.put_user_policy("user", &never(json!("kms:*"))).await;
    using.try_to_read("db").await.is(&no_access());
    using.try_to_put("db", 3).await.is(&no_access());
    using.call("CreateSecret", json!({"Name": "new", "ClientRequestToken": token(1)})).await.is(&no_access());
    admin.put_user_policy("user", &never(json!("kms:GenerateDataKey"))).await;
    assert_eq!(using.value("db").await, "new");
    using.try_to_put("db", 3).await.is(&no_access());
    // Root is not above a deny that is on the way: its own right to the managed key is this way only.
    let text = admin.kms("GenerateDataKey", json!({"KeyId": "alias/aws/secretsmanager", "KeySpec": "AES_256"})).await;
    assert!(text.text().contains("because no resource-based policy allows the kms:GenerateDataKey action"));
}

/// Its policy lets in everybody by name, as a policy that names the caller does.
#[tokio::test]
async fn under_the_managed_key_a_session_policy_and_a_boundary_need_not_name_kms() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let assumer = house.user("assumer", &document(allow(&["sts:*"], "*"))).await;
    let role = admin.role("reader", &trusting(ACCOUNT), &with_keys(&[])).await;
    let session = assumer.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    let narrowed = assumer.at(&house).assume(&role.arn, &[("Policy", &*with_keys(&[]))]).await;
    assert_eq!(narrowed.at(&house).value("db").await, "one");
    let parameters = [("PolicyName", "bound"), ("PolicyDocument", &*with_keys(&[]))];
    let bound = admin.iam("CreatePolicy", &parameters).await.element("Arn");
    let boundary = [("RoleName", "reader"), ("PermissionsBoundary", &*bound)];
    admin.iam("PutRolePermissionsBoundary", &boundary).await.is_success();
    assert_eq!(session.at(&house).value("db").await, "one");
    let user = house.user("user", &with_keys(&[])).await;
    let boundary = [("UserName", "user"), ("PermissionsBoundary", &*bound)];
    admin.iam("PutUserPermissionsBoundary", &boundary).await.is_success();
    assert_eq!(user.at(&house).value("db").await, "one");
    // Without the secret's own action, nothing helps.
    let nothing = document(allow(&["kms:*"], "*"));
    let closed = assumer.at(&house).assume(&role.arn, &[("Policy", &*nothing)]).await;
    assert!(closed.at(&house).try_to_read("db").await.text().contains("secretsmanager:GetSecretValue"));
}

#[tokio::test]
async fn a_session_uses_the_key_as_its_role_may() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    admin.create_under(&key, "db", "one").await;
    let assumer = house.user("assumer", &document(allow(&["sts:*"], "*"))).await;
    let role = admin.role("reader", &trusting(ACCOUNT), &with_keys(&["kms:Decrypt"])).await;
    let session = assumer.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    let narrowed = assumer.at(&house).assume(&role.arn, &[("Policy", &*with_keys(&[]))]).await;
    narrowed.at(&house).try_to_read("db").await.is(&no_access());
    // A change counts for the next request.
    admin.iam("DeleteRolePolicy", &[("RoleName", "reader"), ("PolicyName", "inline")]).await.is_success();
    house.turn_clock(SECOND_MS);
    assert_eq!(session.at(&house).try_to_read("db").await.status, 400);
}
