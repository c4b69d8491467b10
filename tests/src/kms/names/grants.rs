//! Making grants: to whom, by whom, and how they are told.

use serde_json::{Value, json};

use super::{denied, key_policy, root, session};
use crate::{
    house::{ACCOUNT, House, REGION},
    kms::{Fault, id_of},
    people::{OTHER_ACCOUNT, Person, allow, allow_if, document, trusting},
};

fn not_valid(principal: &str) -> Fault {
    Fault::new("InvalidArnException", format!("ARN does not refer to a valid principal: {principal}"))
}

#[tokio::test]
async fn a_role_of_the_same_account_uses_a_key_by_a_grant_alone() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, other) = (admin.key(json!({})).await, admin.key(json!({})).await);
    let (blob, of_other) = (admin.sealed(&key, json!({})).await, admin.sealed(&other, json!({})).await);
    let (reader, role) = session(&house, "reader", "").await;
    reader.at(&house).opens_not(&blob, json!({})).await;
    let members = json!({"KeyId": id_of(&key), "GranteePrincipal": role, "Operations": ["Decrypt", "DescribeKey"]});
    let (id, token) = admin.grant(members).await;
    assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    reader.at(&house).opens(&blob, json!({})).await;
    let members = json!({"KeyId": key, "GrantTokens": [token]});
    assert_eq!(reader.at(&house).ask_kms("DescribeKey", members).await["KeyMetadata"]["Arn"], json!(key));
    // Nothing else, and no other key.
    let members = json!({"KeyId": key, "Plaintext": "dGV4dA=="});
    reader.at(&house).kms("Encrypt", members).await.is_denied();
    reader.at(&house).opens_not(&of_other, json!({})).await;
    // It is as good after a restart.
    let house = house.restart().await;
    reader.at(&house).opens(&blob, json!({})).await;
    let told = json!({
        "KeyId": key, "GrantId": id, "CreationDate": house.now(), "GranteePrincipal": role,
        "IssuingAccount": root(ACCOUNT), "Operations": ["Decrypt", "DescribeKey"],
    });
    assert_eq!(house.admin().grants(&key).await, [told]);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_grant_to_another_account_needs_that_accounts_leave_too() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    let role = owner.at(&house).role("guest", &trusting(OTHER_ACCOUNT), "").await;
    let assumer = owner.at(&house).user("assumer", &document(allow(&["sts:AssumeRole"], "*"))).await;
    let guest = assumer.at(&house).assume(&role.arn, &[]).await;
    admin.grant(json!({"KeyId": key, "GranteePrincipal": role.arn, "Operations": ["Decrypt"]})).await;
    guest.at(&house).opens_not(&blob, json!({})).await;
    let reading = document(allow(&["kms:Decrypt"], "*"));
    let parameters = [("RoleName", "guest"), ("PolicyName", "inline"), ("PolicyDocument", &*reading)];
    owner.at(&house).iam("PutRolePolicy", &parameters).await.is_success();
    guest.at(&house).opens(&blob, json!({})).await;
    assert_eq!(admin.grants(&key).await[0]["GranteePrincipal"], json!(role.arn));

    // The whole account, of which each one needs its own policies' leave.
    let (second, reader) = (admin.key(json!({})).await, owner.at(&house).user("reader", &reading).await);
    let blob = admin.sealed(&second, json!({})).await;
    reader.at(&house).opens_not(&blob, json!({})).await;
    admin.grant(json!({"KeyId": second, "GranteePrincipal": root(OTHER_ACCOUNT), "Operations": ["Decrypt"]})).await;
    reader.at(&house).opens(&blob, json!({})).await;
    assumer.at(&house).opens_not(&blob, json!({})).await;
    owner.at(&house).opens(&blob, json!({})).await;
}

#[tokio::test]
async fn a_deny_in_the_key_policy_wins_over_a_grant() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    let (reader, role) = session(&house, "reader", "").await;
    admin.grant(json!({"KeyId": key, "GranteePrincipal": role, "Operations": ["Decrypt"]})).await;
    reader.at(&house).opens(&blob, json!({})).await;
    let never = json!({"Effect": "Deny", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"});
    admin.put_policy(&key, &key_policy(&[never])).await.is_empty_success();
    reader.at(&house).opens_not(&blob, json!({})).await;
    // Grants need no policy beside them.
    let keeper = house.user("keeper", "").await;
    let alone = json!([{"Effect": "Allow", "Principal": {"AWS": keeper.arn}, "Action": "kms:*", "Resource": "*"}]);
    let members = json!({"KeyId": key, "Policy": document(alone), "BypassPolicyLockoutSafetyCheck": true});
    admin.kms("PutKeyPolicy", members).await.is_empty_success();
    admin.opens_not(&blob, json!({})).await;
    reader.at(&house).opens(&blob, json!({})).await;
}

#[tokio::test]
async fn a_successor_of_the_same_name_inherits_no_grant() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    let user = house.user("user", "").await;
    let members = json!({
        "KeyId": key, "GranteePrincipal": user.arn, "RetiringPrincipal": user.arn, "Operations": ["Decrypt"],
    });
    admin.grant(members).await;
    user.at(&house).opens(&blob, json!({})).await;
    admin.delete_user("user", &user).await;
    let successor = house.user("user", "").await;
    successor.at(&house).opens_not(&blob, json!({})).await;
    let told = &admin.grants(&key).await[0];
    assert_eq!((&told["GranteePrincipal"], &told["RetiringPrincipal"]), (&json!(user.id), &json!(user.id)));
    let of = async |grantee: &str| {
        let members = json!({"KeyId": key, "GranteePrincipal": grantee});
        admin.ask_kms("ListGrants", members).await["Grants"].as_array().unwrap().len()
    };
    assert_eq!((of(&successor.arn).await, of(&user.id).await), (0, 1));
}

#[tokio::test]
async fn a_repeated_request_with_a_name_makes_one_grant() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let user = house.user("user", "").await;
    let members = json!({
        "KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt", "Encrypt"], "Name": "once",
    });
    let (id, token) = admin.grant(members.clone()).await;
    let (again, other_token) = admin.grant(members.clone()).await;
    assert!(again == id && other_token != token);
    let mut reordered = members.clone();
    reordered["Operations"] = json!(["Encrypt", "Decrypt", "Encrypt"]);
    assert_eq!(admin.grant(reordered).await.0, id);
    let mut fewer = members.clone();
    fewer["Operations"] = json!(["Decrypt"]);
    assert_ne!(admin.grant(fewer).await.0, id);
    let mut nameless = members;
    nameless.as_object_mut().unwrap().remove("Name");
    assert_ne!(admin.grant(nameless.clone()).await.0, admin.grant(nameless).await.0);
    let grants = admin.grants(&key).await;
    assert_eq!(grants.len(), 4);
    assert_eq!(grants.iter().filter(|grant| grant["Name"] == "once").count(), 2);
}

#[tokio::test]
async fn what_cannot_be_granted_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let mac = admin.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    let user = house.user("user", "").await;
    let base = json!({"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]});
    let with = |more: Value| {
        let mut members = base.clone();
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    for stranger in [
        format!("arn:aws:iam::{ACCOUNT}:user/nobody"),
        format!("arn:aws:iam::{ACCOUNT}:group/all"),
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/nobody/story"),
        root("999988887777"),
        user.id.clone(),
        ACCOUNT.to_owned(),
        "secretsmanager.amazonaws.com".to_owned(),
    ] {
        let fault = not_valid(&stranger);
        admin.kms("CreateGrant", with(json!({"GranteePrincipal": stranger}))).await.is_kms(&fault);
        admin.kms("CreateGrant", with(json!({"RetiringPrincipal": stranger}))).await.is_kms(&fault);
    }
    let pairs: Value =
        (0..9).map(|number| (format!("key {number}"), json!("value"))).collect::<serde_json::Map<_, _>>().into();
    for more in [
        json!({"Operations": []}),
        json!({"Operations": ["Sign"]}),
        json!({"Operations": ["GenerateMac"]}),
        json!({"Operations": ["Everything"]}),
        json!({"KeyId": mac}),
        json!({"KeyId": mac, "Operations": ["GenerateMac"], "Constraints": {"EncryptionContextEquals": {"a": "b"}}}),
        json!({"Constraints": {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {"a": "b"}}}),
        json!({"Constraints": {"EncryptionContextSubset": pairs}}),
        json!({"Constraints": {"EncryptionContextSubset": {"a": "b".repeat(385)}}}),
        json!({"Name": "a name"}),
    ] {
        admin.kms("CreateGrant", with(more)).await.is_fault("ValidationException");
    }
    let mut nobody = base.clone();
    nobody.as_object_mut().unwrap().remove("GranteePrincipal");
    admin.kms("CreateGrant", nobody).await.is_fault("ValidationException");
    for more in [
        json!({"GranteeServicePrincipal": "lambda.amazonaws.com"}),
        json!({"RetiringServicePrincipal": "lambda.amazonaws.com"}),
        json!({"Constraints": {"SourceArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")}}),
    ] {
        admin.kms("CreateGrant", with(more)).await.is_fault("UnsupportedOperationException");
    }
    for tokens in [json!(["made-up"]), json!(["bWFkZSB1cA"])] {
        let members = with(json!({"GrantTokens": tokens}));
        admin.kms("CreateGrant", members).await.is_fault("InvalidGrantTokenException");
    }
    let alias = json!({"AliasName": "alias/app", "TargetKeyId": key});
    admin.kms("CreateAlias", alias).await.is_empty_success();
    admin.kms("CreateGrant", with(json!({"KeyId": "alias/app"}))).await.is_fault("NotFoundException");
    let dry = Fault::new("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
    admin.kms("CreateGrant", with(json!({"DryRun": true}))).await.is_kms(&dry);
    admin.kms("DisableKey", json!({"KeyId": key})).await.is_empty_success();
    let disabled = Fault::new("DisabledException", format!("{key} is disabled."));
    admin.kms("CreateGrant", with(json!({"DryRun": true}))).await.is_kms(&disabled);
    assert_eq!(admin.grants(&key).await, [] as [Value; 0]);
    admin.grant(with(json!({"KeyId": mac, "Operations": ["GenerateMac", "VerifyMac"]}))).await;
}

#[tokio::test]
async fn policies_may_ask_what_is_granted_and_to_whom() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let (one, two) = (house.user("one", "").await, house.user("two", "").await);
    let conditions = json!({
        "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt"]},
        "StringEquals": {
            "kms:GranteePrincipal": one.arn, "kms:RetiringPrincipal": two.arn,
            "kms:GrantConstraintType": "EncryptionContextSubset", "kms:EncryptionContext:app": "a",
        },
        "Bool": {"kms:GrantIsForAWSResource": "false"},
    });
    let maker = house.user("maker", &document(allow_if(&["kms:CreateGrant"], &key, conditions))).await;
    let asked = |grantee: &Person, retiree: &Person, operations: &[&str], constraints: Value| {
        json!({
            "KeyId": key, "GranteePrincipal": grantee.arn, "RetiringPrincipal": retiree.arn, "Operations": operations,
            "Constraints": constraints,
        })
    };
    let subset = json!({"EncryptionContextSubset": {"app": "a"}});
    let maker_at = maker.at(&house);
    maker_at.grant(asked(&one, &two, &["Decrypt"], subset.clone())).await;
    for refused in [
        asked(&two, &two, &["Decrypt"], subset.clone()),
        asked(&one, &one, &["Decrypt"], subset.clone()),
        asked(&one, &two, &["Decrypt", "DescribeKey"], subset),
        asked(&one, &two, &["Decrypt"], json!({"EncryptionContextEquals": {"app": "a"}})),
        asked(&one, &two, &["Decrypt"], json!({"EncryptionContextSubset": {"app": "b"}})),
        asked(&one, &two, &["Decrypt"], json!({})),
    ] {
        let fault = denied(&maker.arn, "kms:CreateGrant", &key, "identity-based");
        maker_at.kms("CreateGrant", refused).await.is_kms(&fault);
    }
}

#[tokio::test]
async fn grants_are_told_in_pages_and_by_who_they_name() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let (one, two) = (house.user("one", "").await, house.user("two", "").await);
    let mut ids = Vec::new();
    for number in 0..7 {
        let grantee = if number % 2 == 0 { &one } else { &two };
        let members = json!({"KeyId": key, "GranteePrincipal": grantee.arn, "Operations": ["Decrypt"]});
        ids.push(admin.grant(members).await.0);
    }
    ids.sort();
    let mut members = json!({"KeyId": key, "Limit": 3});
    let mut told = Vec::new();
    loop {
        let page = admin.ask_kms("ListGrants", members.clone()).await;
        let grants = page["Grants"].as_array().unwrap();
        assert!(grants.len() <= 3);
        told.extend(grants.iter().map(|grant| grant["GrantId"].as_str().unwrap().to_owned()));
        let Some(marker) = page.get("NextMarker") else { break };
        members["Marker"] = marker.clone();
    }
    assert_eq!(told, ids);
    let of = async |more: Value| {
        let mut members = json!({"KeyId": key});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        admin.ask_kms("ListGrants", members).await["Grants"].as_array().unwrap().len()
    };
    assert_eq!(of(json!({"GranteePrincipal": one.arn})).await, 4);
    assert_eq!(of(json!({"GrantId": ids[0]})).await, 1);
    assert_eq!(of(json!({"GrantId": "0".repeat(64)})).await, 0);
    let wrong = json!({"KeyId": key, "GrantId": "wrong"});
    admin.kms("ListGrants", wrong).await.is_fault("InvalidGrantIdException");
    one.at(&house).kms("ListGrants", json!({"KeyId": key})).await.is_denied();
    admin
        .kms("ListGrants", json!({"KeyId": format!("arn:aws:kms:{REGION}:{ACCOUNT}:alias/x")}))
        .await
        .is_fault("NotFoundException");
}
