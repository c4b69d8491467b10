//! The end of grants.

use serde_json::{Value, json};

use super::{denied, session};
use crate::{
    house::{House, OTHER_REGION},
    kms::Fault,
    people::{OTHER_ACCOUNT, allow, document},
};

#[tokio::test]
async fn a_grant_ends_at_once_when_it_is_revoked_or_retired() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let blob = admin.sealed(&key, json!({})).await;
    let (reader, role) = session(&house, "reader", "").await;
    let reader = reader.at(&house);
    let retiree = house.user("retiree", "").await;
    let members = json!({
        "KeyId": key, "GranteePrincipal": role, "RetiringPrincipal": retiree.arn, "Operations": ["Decrypt"],
    });
    let by_token = async |token: &str| retiree.at(&house).kms("RetireGrant", json!({"GrantToken": token})).await;
    let by_id = async |id: &str| retiree.at(&house).kms("RetireGrant", json!({"KeyId": key, "GrantId": id})).await;
    let revoked = async |id: &str| admin.kms("RevokeGrant", json!({"KeyId": key, "GrantId": id})).await;

    for way in 0..3 {
        let (id, token) = admin.grant(members.clone()).await;
        reader.opens(&blob, json!({})).await;
        let answer = match way {
            0 => revoked(&id).await,
            1 => by_token(&token).await,
            _ => by_id(&id).await,
        };
        answer.is_empty_success();
        reader.opens_not(&blob, json!({})).await;
        // Its token is worth nothing.
        let members = json!({"CiphertextBlob": blob, "GrantTokens": [token]});
        reader.kms("Decrypt", members).await.is_denied();
        let missing = Fault::new("NotFoundException", format!("Grant {id} of the key {key} does not exist"));
        revoked(&id).await.is_kms(&missing);
        // There is no grant that would let them retire it.
        by_token(&token).await.is_denied();
        admin.kms("RetireGrant", json!({"GrantToken": token})).await.is_kms(&missing);
    }
    assert_eq!(admin.grants(&key).await, [] as [Value; 0]);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_grant_is_retired_by_whom_it_names_for_that_and_by_nobody_else() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let (reader, role) = session(&house, "reader", "").await;
    let (idle, retiree) = (house.user("idle", "").await, house.user("retiree", "").await);
    let grant = async |operations: &[&str], retiree: Option<&str>| {
        let mut members = json!({"KeyId": key, "GranteePrincipal": role, "Operations": operations});
        if let Some(retiree) = retiree {
            members["RetiringPrincipal"] = json!(retiree);
        }
        admin.grant(members).await.0
    };
    let retiring = |id: &str| json!({"KeyId": key, "GrantId": id});
    let (own, without) = (grant(&["Decrypt", "RetireGrant"], None).await, grant(&["Decrypt"], None).await);
    let named = grant(&["Decrypt"], Some(&retiree.arn)).await;
    // A grantee retires its own grant, if that says so, and no other one.
    for other in [&without, &named] {
        reader.at(&house).kms("RetireGrant", retiring(other)).await.is_denied();
    }
    let fault = denied(&idle.arn, "kms:RetireGrant", &key, "identity-based");
    for grant in [&own, &without, &named] {
        idle.at(&house).kms("RetireGrant", retiring(grant)).await.is_kms(&fault);
    }
    for other in [&own, &without] {
        retiree.at(&house).kms("RetireGrant", retiring(other)).await.is_denied();
    }
    // Who retires may not revoke.
    retiree.at(&house).kms("RevokeGrant", retiring(&named)).await.is_denied();
    let mut dry = retiring(&named);
    dry["DryRun"] = json!(true);
    retiree.at(&house).kms("RetireGrant", dry.clone()).await.is_fault("DryRunOperationException");
    admin.kms("RevokeGrant", dry).await.is_fault("DryRunOperationException");
    reader.at(&house).kms("RetireGrant", retiring(&own)).await.is_empty_success();
    retiree.at(&house).kms("RetireGrant", retiring(&named)).await.is_empty_success();
    // The account that made a grant lets its own people retire it.
    let helper = house.user("helper", &document(allow(&["kms:RetireGrant"], &key))).await;
    helper.at(&house).kms("RetireGrant", retiring(&without)).await.is_empty_success();
    assert_eq!(admin.grants(&key).await, [] as [Value; 0]);
}

#[tokio::test]
async fn what_names_no_grant_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let user = house.user("user", "").await;
    let members = json!({"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]});
    let (id, token) = admin.grant(members).await;
    for members in [
        json!({}),
        json!({"KeyId": key}),
        json!({"GrantId": id}),
        json!({"GrantToken": token, "KeyId": key, "GrantId": id}),
    ] {
        admin.kms("RetireGrant", members).await.is_fault("ValidationException");
    }
    let mut changed = token.clone().into_bytes();
    changed[9] ^= 1;
    let changed = String::from_utf8(changed).unwrap();
    for token in [changed, "x".repeat(8192), "*".to_owned()] {
        admin.kms("RetireGrant", json!({"GrantToken": token})).await.is_fault("InvalidGrantTokenException");
    }
    let there = admin.in_region(OTHER_REGION);
    there.kms("RetireGrant", json!({"GrantToken": token})).await.is_fault("InvalidGrantTokenException");
    for operation in ["RetireGrant", "RevokeGrant"] {
        let wrong = json!({"KeyId": key, "GrantId": "wrong"});
        admin.kms(operation, wrong).await.is_fault("InvalidGrantIdException");
        let unknown = json!({"KeyId": key, "GrantId": "0".repeat(64)});
        admin.kms(operation, unknown).await.is_fault("NotFoundException");
    }
    assert_eq!(admin.grants(&key).await.len(), 1);
}

#[tokio::test]
async fn whoever_retires_grants_finds_them_on_keys_of_every_account() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let retiree = house.user("retiree", &document(allow(&["kms:ListRetirableGrants"], "*"))).await;
    let (ours, theirs) = (admin.key(json!({})).await, owner.at(&house).key(json!({})).await);
    let members = |key: &str, named: bool| {
        let mut members = json!({"KeyId": key, "GranteePrincipal": retiree.arn, "Operations": ["Decrypt"]});
        if named {
            members["RetiringPrincipal"] = json!(retiree.arn);
        }
        members
    };
    let mut ids =
        vec![admin.grant(members(&ours, true)).await.0, owner.at(&house).grant(members(&theirs, true)).await.0];
    ids.sort();
    admin.grant(members(&ours, false)).await;
    let asked = json!({"RetiringPrincipal": retiree.arn});
    let told = retiree.at(&house).ask_kms("ListRetirableGrants", asked.clone()).await;
    let grants = told["Grants"].as_array().unwrap();
    assert_eq!(grants.iter().map(|grant| grant["GrantId"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert!(grants.iter().all(|grant| grant["RetiringPrincipal"] == json!(retiree.arn)));
    let first = json!({"RetiringPrincipal": retiree.arn, "Limit": 1});
    let page = retiree.at(&house).ask_kms("ListRetirableGrants", first.clone()).await;
    assert_eq!((page["Grants"][0]["GrantId"].as_str(), &page["Truncated"]), (Some(ids[0].as_str()), &json!(true)));
    let mut second = first;
    second["Marker"] = page["NextMarker"].clone();
    let page = retiree.at(&house).ask_kms("ListRetirableGrants", second).await;
    assert_eq!((page["Grants"][0]["GrantId"].as_str(), &page["Truncated"]), (Some(ids[1].as_str()), &json!(false)));

    owner.at(&house).kms("ListRetirableGrants", asked.clone()).await.is_fault("InvalidArnException");
    house.user("idle", "").await.at(&house).kms("ListRetirableGrants", asked.clone()).await.is_denied();
    let there = retiree.at(&house).in_region(OTHER_REGION).ask_kms("ListRetirableGrants", asked).await;
    assert_eq!(there["Grants"], json!([]));
}
