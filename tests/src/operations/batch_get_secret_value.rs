use serde_json::{Value, json};

use crate::{
    house::{House, REGION},
    letters::token,
    texts::{
        denied, invalid_name, invalid_next_token, invalid_parameter, label_not_found, not_found, scheduled, too_large,
        too_long, too_short, violation, violations,
    },
};

#[tokio::test]
async fn values_come_in_the_order_asked_with_everything_that_get_tells() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("one", "1").await;
    let binary = json!({"Name": "two", "ClientRequestToken": token(1), "SecretBinary": "AAH/"});
    let other = admin.ask("CreateSecret", binary).await["ARN"].clone();
    let answer = admin.ask("BatchGetSecretValue", json!({"SecretIdList": ["two", arn, "two"]})).await;
    let one = json!({
        "ARN": arn, "Name": "one", "VersionId": token(1), "SecretString": "1", "VersionStages": ["AWSCURRENT"],
        "CreatedDate": house.now(),
    });
    let two = json!({
        "ARN": other, "Name": "two", "VersionId": token(1), "SecretBinary": "AAH/", "VersionStages": ["AWSCURRENT"],
        "CreatedDate": house.now(),
    });
    assert_eq!(answer, json!({"SecretValues": [two, one, two], "Errors": []}));
    assert_eq!(admin.describe("one").await["LastAccessedDate"], house.today());
}

#[tokio::test]
async fn each_refusal_is_an_entry_and_never_fails_the_rest() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.create("going", "two").await;
    admin.schedule("going").await;
    admin.ask("CreateSecret", json!({"Name": "empty", "ClientRequestToken": token(1)})).await;
    let foreign = format!("arn:aws:secretsmanager:{REGION}:444455556666:secret:db-Ab12Cd");
    let ids = json!(["none", "going", "empty", "no name", foreign, "db"]);
    let answer = admin.ask("BatchGetSecretValue", json!({"SecretIdList": ids})).await;
    let refused: Vec<Value> = [
        ("none", not_found()),
        ("going", scheduled()),
        ("empty", label_not_found("AWSCURRENT")),
        ("no name", invalid_name()),
        (foreign.as_str(), denied("secretsmanager:GetSecretValue", &foreign)),
    ]
    .into_iter()
    .map(|(id, refusal)| json!({"SecretId": id, "ErrorCode": refusal.code, "Message": refusal.text.unwrap()}))
    .collect();
    assert_eq!(answer["Errors"], json!(refused));
    assert_eq!(answer["SecretValues"].as_array().unwrap().len(), 1);
    assert_eq!(answer["SecretValues"][0]["SecretString"], "one");
}

#[tokio::test]
async fn filters_choose_a_page_at_a_time() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["app/a", "app/b", "app/c", "web/d"] {
        admin.create(name, name).await;
        house.turn_clock(1);
    }
    let mut members = json!({"Filters": [{"Key": "name", "Values": ["app/"]}], "MaxResults": 2});
    let first = admin.ask("BatchGetSecretValue", members.clone()).await;
    let values = |answer: &Value| -> Vec<Value> {
        answer["SecretValues"].as_array().unwrap().iter().map(|value| value["SecretString"].clone()).collect()
    };
    assert_eq!(values(&first), ["app/a", "app/b"]);
    assert_eq!(first["Errors"], json!([]));
    members["NextToken"] = first["NextToken"].clone();
    let second = admin.ask("BatchGetSecretValue", members.clone()).await;
    assert_eq!(values(&second), ["app/c"]);
    assert_eq!(second.get("NextToken"), None);
    // The token is bound to its filters.
    members["Filters"] = json!([{"Key": "name", "Values": ["web/"]}]);
    admin.call("BatchGetSecretValue", members).await.is(&invalid_next_token());
    let nothing = json!({"Filters": [{"Key": "name", "Values": ["none"]}]});
    assert_eq!(admin.ask("BatchGetSecretValue", nothing).await, json!({"SecretValues": [], "Errors": []}));
}

#[tokio::test]
async fn a_page_holds_twenty_by_default() {
    let house = House::open().await;
    let admin = house.admin();
    for number in 0..21 {
        admin.create(&format!("s{number:02}"), "one").await;
    }
    let answer = admin.ask("BatchGetSecretValue", json!({"Filters": []})).await;
    assert_eq!(answer["SecretValues"].as_array().unwrap().len(), 20);
    assert!(answer["NextToken"].is_string());
}

#[tokio::test]
async fn ids_or_filters_but_not_both_and_not_neither() {
    let house = House::open().await;
    let admin = house.admin();
    let either = invalid_parameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
    let filters = json!([{"Key": "name", "Values": ["a"]}]);
    admin.call("BatchGetSecretValue", json!({})).await.is(&either);
    admin.call("BatchGetSecretValue", json!({"SecretIdList": ["a"], "Filters": filters})).await.is(&either);
    let members = json!({"SecretIdList": ["a"], "MaxResults": 1});
    admin.call("BatchGetSecretValue", members).await.is(&invalid_parameter(
        "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    ));
    let members = json!({"SecretIdList": ["a"], "NextToken": "AAAA"});
    admin.call("BatchGetSecretValue", members).await.is(&invalid_next_token());
}

#[tokio::test]
async fn sizes_are_limited() {
    let house = House::open().await;
    let admin = house.admin();
    let ids: Vec<String> = (0..21).map(|number| format!("s{number}")).collect();
    let shown = format!("'[{}]'", ids.join(", "));
    let filters = json!([{"Key": "name", "Values": ["a"]}]);
    // AWS tells of lists of texts as a whole.
    let each = "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have \
                length greater than or equal to 1]";
    let cases = [
        (json!({"SecretIdList": ids}), too_long(&shown, "secretIdList", 20)),
        (json!({"SecretIdList": []}), too_short("'[]'", "secretIdList", 1)),
        (json!({"SecretIdList": ["a", ""]}), violation("'[a, ]'", "secretIdList", each)),
        (json!({"Filters": filters, "MaxResults": 21}), too_large("'21'", "maxResults", 20)),
    ];
    for (members, violated) in cases {
        admin.call("BatchGetSecretValue", members).await.is(&violations(&[violated]));
    }
}
