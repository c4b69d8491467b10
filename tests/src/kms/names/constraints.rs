//! What a grant allows, and what its grantee may give on.

use serde_json::{Value, json};

use super::session;
use crate::{house::House, letters::Persona, people::Person};

#[tokio::test]
async fn a_constraint_asks_for_the_very_context_or_a_part_of_it_in_its_own_case() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let contexts =
        [json!({}), json!({"app": "a"}), json!({"app": "a", "env": "b"}), json!({"App": "a"}), json!({"app": "A"})];
    let mut blobs = Vec::new();
    for context in &contexts {
        blobs.push(admin.sealed(&key, context.clone()).await);
    }
    for (name, constraints, opened) in [
        ("equals", json!({"EncryptionContextEquals": {"app": "a"}}), vec![1]),
        ("subset", json!({"EncryptionContextSubset": {"app": "a"}}), vec![1, 2]),
        ("two", json!({"EncryptionContextSubset": {"env": "b", "app": "a"}}), vec![2]),
        ("none", json!({"EncryptionContextEquals": {}}), vec![0]),
        ("all", json!({"EncryptionContextSubset": {}}), vec![0, 1, 2, 3, 4]),
    ] {
        let (reader, role) = session(&house, name, "").await;
        let members = json!({
            "KeyId": key, "GranteePrincipal": role, "Operations": ["Decrypt", "Encrypt", "DescribeKey"],
            "Constraints": constraints,
        });
        let (id, _) = admin.grant(members).await;
        let reader = reader.at(&house);
        for (number, (blob, context)) in blobs.iter().zip(&contexts).enumerate() {
            let is_opened = reader.opened(blob, context.clone()).await.status == 200;
            assert_eq!(is_opened, opened.contains(&number), "{name} {context}");
            let members = json!({"KeyId": key, "Plaintext": "dGV4dA==", "EncryptionContext": context});
            let is_sealed = reader.kms("Encrypt", members).await.status == 200;
            assert_eq!(is_sealed, opened.contains(&number), "{name} {context}");
        }
        // Where no context is given, none is asked for.
        reader.ask_kms("DescribeKey", json!({"KeyId": key})).await;
        let told = admin.ask_kms("ListGrants", json!({"KeyId": key, "GrantId": id})).await;
        assert_eq!(told["Grants"][0]["Constraints"], constraints);
    }
}

/// The grantee makes a grant for the other.
async fn gives(grantee: Persona<'_>, key: &str, other: &Person, operations: &[&str], constraints: Value) -> bool {
    let members = json!({
        "KeyId": key, "GranteePrincipal": other.arn, "Operations": operations, "Constraints": constraints,
    });
    let answer = grantee.kms("CreateGrant", members).await;
    if answer.status != 200 {
        answer.is_denied();
    }
    answer.status == 200
}

#[tokio::test]
async fn a_grantee_gives_on_no_more_than_it_has() {
    let house = House::open().await;
    let admin = house.admin();
    let key = admin.key(json!({})).await;
    let (reader, role) = session(&house, "reader", "").await;
    let other = house.user("other", "").await;
    let reader = reader.at(&house);
    let subset = |pairs: Value| json!({"EncryptionContextSubset": pairs});
    assert!(!gives(reader, &key, &other, &["Decrypt"], json!({})).await);
    let app = subset(json!({"app": "a"}));
    let members = json!({
        "KeyId": key, "GranteePrincipal": role, "Operations": ["Decrypt", "CreateGrant"], "Constraints": app,
    });
    let (id, _) = admin.grant(members).await;
    for (operations, constraints, may) in [
        (vec!["Decrypt"], app.clone(), true),
        (vec!["Decrypt"], subset(json!({"app": "a", "env": "b"})), true),
        (vec!["Decrypt"], json!({"EncryptionContextEquals": {"app": "a"}}), true),
        (vec!["Decrypt", "CreateGrant"], app.clone(), true),
        (vec!["Decrypt", "Encrypt"], app.clone(), false),
        (vec!["DescribeKey"], app.clone(), false),
        (vec!["RetireGrant", "Decrypt"], app.clone(), false),
        (vec!["Decrypt"], json!({}), false),
        (vec!["Decrypt"], subset(json!({})), false),
        (vec!["Decrypt"], subset(json!({"app": "b"})), false),
        (vec!["Decrypt"], subset(json!({"App": "a"})), false),
        (vec!["Decrypt"], subset(json!({"env": "b"})), false),
        (vec!["Decrypt"], json!({"EncryptionContextEquals": {"env": "b"}}), false),
    ] {
        let given = gives(reader, &key, &other, &operations, constraints.clone()).await;
        assert_eq!(given, may, "{operations:?} {constraints}");
    }
    // Two grants do not add up.
    let members = json!({"KeyId": key, "GranteePrincipal": role, "Operations": ["Encrypt", "CreateGrant"]});
    admin.grant(members).await;
    assert!(gives(reader, &key, &other, &["Encrypt"], json!({})).await);
    assert!(!gives(reader, &key, &other, &["Encrypt", "Decrypt"], app.clone()).await);

    // What was given on stays when the first grant ends, which gives on no more.
    let blob = admin.sealed(&key, json!({"app": "a"})).await;
    other.at(&house).opens(&blob, json!({"app": "a"})).await;
    admin.kms("RevokeGrant", json!({"KeyId": key, "GrantId": id})).await.is_empty_success();
    other.at(&house).opens(&blob, json!({"app": "a"})).await;
    assert!(!gives(reader, &key, &other, &["Decrypt"], app).await);
}
