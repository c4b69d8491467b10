//! What a `SecretId` may be: section 4 of the reference, row by row, and the same for every operation that takes one.

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION},
    letters::token,
    texts::{denied, invalid_name, not_found},
};

/// Every operation with a `SecretId`, and what else it needs.
pub(crate) fn operations_with_secret_id() -> Vec<(&'static str, Value)> {
    vec![
        ("DeleteSecret", json!({})),
        ("DescribeSecret", json!({})),
        ("GetSecretValue", json!({})),
        ("ListSecretVersionIds", json!({})),
        ("PutSecretValue", json!({"ClientRequestToken": token(7), "SecretString": "seven"})),
        ("RestoreSecret", json!({})),
        ("TagResource", json!({"Tags": [{"Key": "k", "Value": "v"}]})),
        ("UntagResource", json!({"TagKeys": ["k"]})),
        ("UpdateSecret", json!({"ClientRequestToken": token(7)})),
        ("UpdateSecretVersionStage", json!({"VersionStage": "blue", "MoveToVersionId": token(1)})),
    ]
}

fn arn(region: &str, account: &str, resource: &str) -> String {
    format!("arn:aws:secretsmanager:{region}:{account}:secret:{resource}")
}

#[tokio::test]
async fn a_secret_is_found_by_name_arn_and_arn_without_its_tail() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["Name", "Name-a1b2", "Name-a1b2c3-", "Name-a1b2c3", "a/b_c+d=e.f@g!h-i"] {
        let full = admin.create(name, name).await;
        assert_eq!(admin.value(name).await, name);
        assert_eq!(admin.value(&full).await, name);
        let partial = full.rsplit_once('-').unwrap().0;
        if name == "Name-a1b2c3" {
            // Its partial ARN looks like the complete one of another secret.
            admin.call("GetSecretValue", json!({"SecretId": partial})).await.is(&not_found());
        } else {
            assert_eq!(admin.value(partial).await, name);
        }
    }
}

#[tokio::test]
async fn what_means_no_secret_is_not_found_whatever_it_looks_like() {
    let house = House::open().await;
    let admin = house.admin();
    let full = admin.create("db", "one").await;
    let bare = full.rsplit_once(':').unwrap().1;
    let ids = [
        bare.to_owned(),
        arn(REGION, ACCOUNT, "db-Zz99zz"),
        arn(OTHER_REGION, ACCOUNT, bare),
        arn(OTHER_REGION, ACCOUNT, "db"),
        "arn:".to_owned(),
        "arn:aws:secretsmanager:db".to_owned(),
        format!("arn:aws-cn:secretsmanager:{REGION}:{ACCOUNT}:secret:{bare}"),
        arn(REGION, "12345", bare),
        arn(REGION, ACCOUNT, "no name"),
        "DB".to_owned(),
    ];
    for (operation, members) in operations_with_secret_id() {
        for id in &ids {
            let mut members = members.clone();
            members["SecretId"] = json!(id);
            let answer = admin.call(operation, members).await;
            assert_eq!(
                answer.text(),
                r#"{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}"#,
                "{operation} {id}"
            );
        }
    }
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn a_bad_name_is_refused_by_every_operation_before_anything_else() {
    let house = House::open().await;
    let admin = house.admin();
    for (operation, members) in operations_with_secret_id() {
        for name in ["Inv Name", " name", "name*", "na\u{ef}ve", "name?", "a,b", &"n".repeat(513)] {
            let mut members = members.clone();
            members["SecretId"] = json!(name);
            admin.call(operation, members).await.is(&invalid_name());
        }
    }
}

#[tokio::test]
async fn a_secret_of_another_account_is_refused_by_every_operation_whether_or_not_it_exists() {
    let house = House::open().await;
    let admin = house.admin();
    let full = admin.create("db", "one").await.replace(ACCOUNT, "444455556666");
    let partial = full.rsplit_once('-').unwrap().0;
    for (operation, members) in operations_with_secret_id() {
        for id in [&*full, partial] {
            let mut members = members.clone();
            members["SecretId"] = json!(id);
            admin.call(operation, members).await.is(&denied(&format!("secretsmanager:{operation}"), id));
        }
    }
}

#[tokio::test]
async fn regions_of_other_partitions_have_arns_of_their_own() {
    let house = House::open_with(&[("region", "cn-north-1"), ("region", "us-gov-west-1")]).await;
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let caller = house.admin().in_region(region);
        let arn = caller.create("db", "one").await;
        assert!(arn.starts_with(&format!("arn:{partition}:secretsmanager:{region}:{ACCOUNT}:secret:db-")), "{arn}");
        assert_eq!(caller.value(&arn).await, "one");
    }
}
