use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION},
    letters::token,
    texts::{
        invalid_name, invalid_parameter, limit, name_exists, name_scheduled, not_found, not_offered, required,
        serialization, token_in_use, token_missing, too_long, too_short, two_values, violation, violations,
    },
};

#[tokio::test]
async fn a_secret_with_a_value_answers_its_arn_name_and_version() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({"Name": "prod/db", "ClientRequestToken": token(1), "SecretString": "one"});
    let answer = admin.ask("CreateSecret", members).await;
    let arn = answer["ARN"].as_str().unwrap();
    assert_eq!(answer, json!({"ARN": arn, "Name": "prod/db", "VersionId": token(1)}));

    let suffix = arn.strip_prefix(&format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-")).unwrap();
    assert!(suffix.len() == 6 && suffix.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{suffix}");
    let described = json!({
        "ARN": arn,
        "Name": "prod/db",
        "CreatedDate": house.now(),
        "LastChangedDate": house.now(),
        "VersionIdsToStages": {token(1): ["AWSCURRENT"]},
    });
    assert_eq!(admin.describe("prod/db").await, described);
}

#[tokio::test]
async fn a_secret_without_a_value_has_the_recorded_minimum_of_members() {
    let house = House::open().await;
    let admin = house.admin();
    let answer = admin.ask("CreateSecret", json!({"Name": "empty", "ClientRequestToken": token(1)})).await;
    let arn = &answer["ARN"];
    assert_eq!(answer, json!({"ARN": arn, "Name": "empty"}));
    let described = json!({"ARN": arn, "Name": "empty", "CreatedDate": house.now(), "LastChangedDate": house.now()});
    assert_eq!(admin.describe("empty").await, described);
}

#[tokio::test]
async fn description_and_tags_are_kept_as_given() {
    let house = House::open().await;
    let admin = house.admin();
    let tags = json!([{"Key": "team", "Value": "core"}, {"Key": "Team", "Value": ""}]);
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "Description": "the \"primary\" database", "Tags": tags,
    });
    admin.ask("CreateSecret", members).await;
    let described = admin.describe("db").await;
    assert_eq!(described["Description"], "the \"primary\" database");
    assert_eq!(described["Tags"], tags);
}

#[tokio::test]
async fn a_tag_without_a_value_has_an_empty_one_and_no_tags_are_none() {
    let house = House::open().await;
    let admin = house.admin();
    admin.ask("CreateSecret", json!({"Name": "a", "ClientRequestToken": token(1), "Tags": [{"Key": "k"}]})).await;
    assert_eq!(admin.describe("a").await["Tags"], json!([{"Key": "k", "Value": ""}]));
    admin.ask("CreateSecret", json!({"Name": "b", "ClientRequestToken": token(1), "Tags": []})).await;
    assert_eq!(admin.describe("b").await.get("Tags"), None);
}

#[tokio::test]
async fn members_that_say_nothing_are_not_shown() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "Description": "", "KmsKeyId": "alias/aws/secretsmanager",
        "Type": "", "ForceOverwriteReplicaSecret": false, "Tags": null, "Unheard": {"of": [1]},
    });
    admin.ask("CreateSecret", members).await;
    let described = admin.describe("db").await;
    let shown: Vec<&String> = described.as_object().unwrap().keys().collect();
    assert_eq!(shown, ["ARN", "CreatedDate", "LastChangedDate", "Name"]);
}

#[tokio::test]
async fn a_repeated_token_with_the_same_value_answers_as_the_first_time_and_changes_nothing() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({"Name": "db", "ClientRequestToken": token(1), "SecretString": "one"});
    let first = admin.ask("CreateSecret", members.clone()).await;
    let described = admin.describe("db").await;
    house.turn_clock(5_000);
    assert_eq!(admin.ask("CreateSecret", members).await, first);
    assert_eq!(admin.describe("db").await, described);
}

#[tokio::test]
async fn a_repeated_token_with_another_value_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let refusal = token_in_use(&token(1), &arn);
    for other in [
        json!({"SecretString": "two"}),
        // The same bytes in binary are another value: "b25l" is "one".
        json!({"SecretBinary": "b25l"}),
        json!({}),
    ] {
        let mut members = other;
        members["Name"] = json!("db");
        members["ClientRequestToken"] = json!(token(1));
        admin.call("CreateSecret", members).await.is(&refusal);
    }
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_names_differ_by_case_and_region() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let members = json!({"Name": "db", "ClientRequestToken": token(2), "SecretString": "one"});
    admin.call("CreateSecret", members).await.is(&name_exists("db"));
    admin.create("DB", "two").await;
    admin.in_region(OTHER_REGION).create("db", "three").await;
    assert_eq!(admin.value("db").await, "one");
}

#[tokio::test]
async fn a_scheduled_name_is_refused_even_with_the_token_that_made_it() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    for number in [1, 2] {
        let members = json!({"Name": "db", "ClientRequestToken": token(number), "SecretString": "one"});
        admin.call("CreateSecret", members).await.is(&name_scheduled());
    }
}

#[tokio::test]
async fn a_name_that_is_free_again_gets_another_suffix() {
    let house = House::open().await;
    let admin = house.admin();
    let first = admin.create("db", "one").await;
    admin.ask("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})).await;
    let second = admin.create("db", "two").await;
    assert_ne!(first, second);
    admin.call("GetSecretValue", json!({"SecretId": first})).await.is(&not_found());
    assert_eq!(admin.value(&second).await, "two");
}

#[tokio::test]
async fn checks_come_in_their_order_types_constraints_name_combination() {
    let house = House::open().await;
    let admin = house.admin();
    let mut members = json!({
        "Name": "not a name", "ClientRequestToken": "short", "SecretString": 7, "SecretBinary": "b25l",
        "AddReplicaRegions": [{"Region": "us-west-2"}],
    });
    let step = async |members: &Value| admin.call("CreateSecret", members.clone()).await;
    step(&members).await.is(&serialization(Some("NUMBER_VALUE can not be converted to a String")));
    members["SecretString"] = json!("one");
    step(&members).await.is(&violations(&[too_short("'short'", "clientRequestToken", 32)]));
    members["ClientRequestToken"] = json!(token(1));
    step(&members).await.is(&invalid_name());
    members["Name"] = json!("name");
    step(&members).await.is(&two_values());
    members["SecretBinary"] = Value::Null;
    step(&members).await.is(&not_offered("AddReplicaRegions"));
    members["AddReplicaRegions"] = Value::Null;
    step(&members).await.json();
}

#[tokio::test]
async fn a_missing_token_is_told_with_and_without_a_value_and_whether_or_not_the_name_is_taken() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("taken", "one").await;
    for members in [json!({"Name": "db", "SecretString": "one"}), json!({"Name": "db"}), json!({"Name": "taken"})] {
        admin.call("CreateSecret", members).await.is(&token_missing());
    }
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
}

#[tokio::test]
async fn every_violation_is_told_and_values_of_secrets_are_not_printed() {
    let house = House::open().await;
    let admin = house.admin();
    admin.call("CreateSecret", json!({})).await.is(&violations(&[required("name")]));
    let long = "x".repeat(65_537);
    let members = json!({"Name": "", "ClientRequestToken": "t", "SecretString": "", "Description": "d".repeat(2_049)});
    let answer = admin.call("CreateSecret", members).await;
    assert!(answer.text().contains("4 validation errors detected: "), "{}", answer.text());
    for expected in [
        too_short("''", "name", 1),
        too_short("'t'", "clientRequestToken", 32),
        too_short("", "secretString", 1),
        "at 'description' failed to satisfy constraint: Member must have length less than or equal to 2048".to_owned(),
    ] {
        assert!(answer.text().contains(&expected), "{expected} in {}", answer.text());
    }
    let members = json!({"Name": "db", "ClientRequestToken": token(1), "SecretString": long});
    admin.call("CreateSecret", members).await.is(&violations(&[too_long("", "secretString", 65_536)]));
    // This text was recorded on the real service.
    let members = json!({"Name": "db", "ClientRequestToken": token(1), "SecretBinary": "A".repeat(4 * 21_847)});
    admin.call("CreateSecret", members).await.is(&violations(&[too_long("", "secretBinary", 65_536)]));
}

#[tokio::test]
async fn a_region_that_is_none_breaks_its_pattern() {
    let house = House::open().await;
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "AddReplicaRegions": [{"Region": "nowhere"}],
    });
    let rule = r"Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$";
    let broken = violation("'nowhere'", "addReplicaRegions.1.member.region", rule);
    house.admin().call("CreateSecret", members).await.is(&violations(&[broken]));
}

#[tokio::test]
async fn what_this_server_does_not_offer_is_refused_and_nothing_is_made() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = format!("arn:aws:secretsmanager:{REGION}:444455556666:secret:db-Ab12Cd");
    for (member, value) in [
        ("ForceOverwriteReplicaSecret", json!(true)),
        ("AddReplicaRegions", json!([{"Region": "us-west-2"}])),
        ("CrossAccountPrimaryARN", json!(arn)),
        ("Type", json!("SalesforceClientSecret")),
    ] {
        let mut members = json!({"Name": "db", "ClientRequestToken": token(1)});
        members[member] = value;
        admin.call("CreateSecret", members).await.is(&not_offered(member));
    }
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_refused_with_and_without_a_value() {
    let house = House::open().await;
    let admin = house.admin();
    for value in [json!("one"), Value::Null] {
        let members =
            json!({"Name": "db", "ClientRequestToken": token(1), "KmsKeyId": "alias/none", "SecretString": value});
        let answer = admin.call("CreateSecret", members).await;
        let text = "The operation failed because of an invalid KMS key: ";
        assert!(answer.text().starts_with(r#"{"__type":"InvalidParameterException","#), "{}", answer.text());
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
}

#[tokio::test]
async fn tags_are_checked_before_anything_is_made() {
    let house = House::open().await;
    let admin = house.admin();
    let create = async |tags: Value| {
        admin.call("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(1), "Tags": tags})).await
    };
    create(json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "1"}]))
        .await
        .is(&invalid_parameter("The request contains the tag key a more than once."));
    create(json!([{"Key": "AWS:x", "Value": "1"}]))
        .await
        .is(&invalid_parameter("The tag key AWS:x is reserved: keys that begin with aws: can't be set or removed."));
    create(json!([{"Value": "1"}])).await.is(&invalid_parameter("Each tag must have a key."));
    create(json!([{"Key": "", "Value": "1"}])).await.is(&violations(&[too_short("''", "tags.1.member.key", 1)]));
    let many: Vec<Value> = (0..51).map(|number| json!({"Key": format!("k{number}")})).collect();
    create(json!(many)).await.is(&invalid_parameter("You can't have more than 50 tags on a secret."));
    admin.call("DescribeSecret", json!({"SecretId": "db"})).await.is(&not_found());
    create(json!(many[..50])).await.json();
    assert_eq!(admin.describe("db").await["Tags"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_region_holds_as_many_secrets_as_its_quota() {
    let house = House::open_with(&[("quota.secrets_per_region", "2")]).await;
    let admin = house.admin();
    admin.create("one", "1").await;
    admin.create("two", "2").await;
    let three = json!({"Name": "three", "ClientRequestToken": token(1)});
    let full = limit("You can't have more than 2 secrets in this Region.");
    admin.call("CreateSecret", three.clone()).await.is(&full);
    // What waits for its deletion still counts, what is gone does not, and other regions have quotas of their own.
    admin.schedule("two").await;
    admin.call("CreateSecret", three.clone()).await.is(&full);
    admin.in_region(OTHER_REGION).create("three", "3").await;
    admin.ask("DeleteSecret", json!({"SecretId": "two", "ForceDeleteWithoutRecovery": true})).await;
    admin.call("CreateSecret", three).await.json();
}

#[tokio::test]
async fn a_value_beyond_the_quota_is_refused() {
    let house = House::open_with(&[("quota.secret_bytes", "8")]).await;
    let admin = house.admin();
    let members = json!({"Name": "db", "ClientRequestToken": token(1), "SecretString": "123456789"});
    admin.call("CreateSecret", members).await.is(&limit("You can't store a secret value of more than 8 bytes."));
    admin.create("db", "12345678").await;
}

#[tokio::test]
async fn an_arn_is_no_name() {
    let house = House::open().await;
    let members = json!({"Name": "arn:aws:secretsmanager:x", "ClientRequestToken": token(1)});
    house.admin().call("CreateSecret", members).await.is(&invalid_name());
}
