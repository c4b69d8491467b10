use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, REGION, SECOND_MS},
    letters::token,
    texts::{invalid_name, invalid_parameter, not_found, required, scheduled, serialization, violations},
};

const DAY_SECONDS: f64 = 86_400.0;

#[tokio::test]
async fn a_deletion_is_dated_at_the_end_of_its_window() {
    let house = House::open().await;
    let admin = house.admin();
    for (name, days, members) in [
        ("a", 30.0, json!({})),
        ("b", 7.0, json!({"RecoveryWindowInDays": 7})),
        ("c", 30.0, json!({"RecoveryWindowInDays": 30, "ForceDeleteWithoutRecovery": false})),
        ("d", 30.0, json!({"ForceDeleteWithoutRecovery": false})),
    ] {
        let arn = admin.create(name, "one").await;
        house.turn_clock(SECOND_MS);
        let mut members = members;
        members["SecretId"] = json!(name);
        let answer = admin.ask("DeleteSecret", members).await;
        let end = house.now() + days * DAY_SECONDS;
        assert_eq!(answer, json!({"ARN": arn, "Name": name, "DeletionDate": end}));
        let described = admin.describe(name).await;
        assert_eq!((&described["DeletedDate"], &described["LastChangedDate"]), (&json!(end), &json!(house.now())));
    }
}

#[tokio::test]
async fn a_forced_deletion_erases_at_once_also_what_is_scheduled() {
    let house = House::open().await;
    let admin = house.admin();
    for is_scheduled in [false, true] {
        let arn = admin.create("db", "one").await;
        if is_scheduled {
            admin.schedule("db").await;
        }
        let answer = admin.ask("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})).await;
        assert_eq!(answer, json!({"ARN": arn, "Name": "db", "DeletionDate": house.now()}));
        admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
        admin.call("RestoreSecret", json!({"SecretId": arn})).await.is(&not_found());
    }
    let list = admin.ask("ListSecrets", json!({"IncludePlannedDeletion": true})).await;
    assert_eq!(list, json!({"SecretList": []}));
}

#[tokio::test]
async fn forcing_what_is_not_there_answers_as_if_it_had_been() {
    let house = House::open().await;
    let admin = house.admin();
    let force =
        async |id: &str| admin.ask("DeleteSecret", json!({"SecretId": id, "ForceDeleteWithoutRecovery": true})).await;
    let answer = force("none").await;
    let arn = answer["ARN"].as_str().unwrap();
    assert_eq!(answer, json!({"ARN": arn, "Name": "none", "DeletionDate": house.now()}));
    let suffix = arn.strip_prefix(&format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none-")).unwrap();
    assert_eq!(suffix.len(), 6);

    let arn = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none-Ab12Cd");
    assert_eq!(force(&arn).await, json!({"ARN": arn, "Name": "none", "DeletionDate": house.now()}));
    admin.call("DescribeSecret", json!({"SecretId": "none"})).await.is(&not_found());
}

#[tokio::test]
async fn a_window_has_seven_to_thirty_days_and_excludes_force() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let outside = invalid_parameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
    for days in [6, 31, 0, -7, i64::MAX] {
        let members = json!({"SecretId": "db", "RecoveryWindowInDays": days});
        admin.call("DeleteSecret", members).await.is(&outside);
    }
    let both = invalid_parameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    let members = json!({"SecretId": "db", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": true});
    admin.call("DeleteSecret", members).await.is(&both);
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination_existence_state() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let outside = invalid_parameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
    let long = serialization(Some("STRING_VALUE can not be converted to a Long"));
    let steps = [
        (json!({"RecoveryWindowInDays": "7"}), long),
        (json!({"RecoveryWindowInDays": 1}), violations(&[required("secretId")])),
        (json!({"SecretId": "no name", "RecoveryWindowInDays": 1}), invalid_name()),
        (json!({"SecretId": "no name", "ForceDeleteWithoutRecovery": true}), invalid_name()),
        (json!({"SecretId": "none", "RecoveryWindowInDays": 1}), outside),
        (json!({"SecretId": "none"}), not_found()),
        (json!({"SecretId": "db"}), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("DeleteSecret", members).await.is(&refusal);
    }
}

/// What each operation does with a secret inside its recovery window: section 6 of the reference, row by row.
#[tokio::test]
async fn a_scheduled_secret_answers_what_is_allowed_and_refuses_the_rest() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    let deleted = admin.schedule("db").await["DeletionDate"].clone();
    let described = admin.describe("db").await;
    assert_eq!(described["DeletedDate"], deleted);

    let refused: [(&str, Value); 7] = [
        ("GetSecretValue", json!({})),
        ("PutSecretValue", json!({"ClientRequestToken": token(3), "SecretString": "three"})),
        ("UpdateSecret", json!({"ClientRequestToken": token(3)})),
        (
            "UpdateSecretVersionStage",
            json!({"VersionStage": "AWSCURRENT", "RemoveFromVersionId": token(2), "MoveToVersionId": token(1)}),
        ),
        ("TagResource", json!({"Tags": [{"Key": "k", "Value": "v"}]})),
        ("UntagResource", json!({"TagKeys": ["k"]})),
        ("DeleteSecret", json!({})),
    ];
    for (operation, mut members) in refused {
        members["SecretId"] = json!("db");
        admin.call(operation, members).await.is(&scheduled());
    }
    assert_eq!(admin.describe("db").await, described);

    let versions = admin.ask("ListSecretVersionIds", json!({"SecretId": "db"})).await;
    assert_eq!(versions["Versions"].as_array().unwrap().len(), 2);
    assert_eq!(admin.ask("ListSecrets", json!({})).await, json!({"SecretList": []}));
    let shown = admin.ask("ListSecrets", json!({"IncludePlannedDeletion": true})).await;
    assert_eq!(shown["SecretList"][0]["DeletedDate"], deleted);

    let by_id = admin.ask("BatchGetSecretValue", json!({"SecretIdList": ["db"]})).await;
    let refusal = json!({
        "SecretId": "db", "ErrorCode": "InvalidRequestException", "Message": scheduled().text.unwrap(),
    });
    assert_eq!(by_id, json!({"SecretValues": [], "Errors": [refusal]}));
    let by_filter = json!({"Filters": [{"Key": "name", "Values": ["db"]}]});
    let by_filter = admin.ask("BatchGetSecretValue", by_filter).await;
    assert_eq!(by_filter, json!({"SecretValues": [], "Errors": []}));

    assert_eq!(admin.ask("RestoreSecret", json!({"SecretId": "db"})).await, json!({"ARN": arn, "Name": "db"}));
    assert_eq!(admin.value("db").await, "two");
}
