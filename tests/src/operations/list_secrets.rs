use serde_json::{Value, json};

use crate::{
    house::{DAY_MS, House, OTHER_REGION, SECOND_MS},
    letters::{Persona, token},
    texts::{invalid_next_token, invalid_parameter, too_large, too_short, too_small, violation, violations},
};

async fn names(admin: Persona<'_>, members: Value) -> Vec<String> {
    names_of(&admin.ask("ListSecrets", members).await)
}

fn names_of(answer: &Value) -> Vec<String> {
    let list = answer["SecretList"].as_array().unwrap().iter();
    list.map(|entry| entry["Name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_entry_tells_what_describe_tells_under_another_name_for_the_labels() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "SecretString": "one", "Description": "d",
        "Tags": [{"Key": "k", "Value": "v"}],
    });
    admin.ask("CreateSecret", members).await;
    admin.value("db").await;
    house.settle_notes().await;
    let mut expected = admin.describe("db").await;
    let stages = expected.as_object_mut().unwrap().remove("VersionIdsToStages").unwrap();
    expected["SecretVersionsToStages"] = stages;
    assert_eq!(admin.ask("ListSecrets", json!({})).await, json!({"SecretList": [expected]}));
}

#[tokio::test]
async fn a_plain_entry_has_the_recorded_members() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({
        "Name": "db", "ClientRequestToken": token(1), "SecretString": "one", "Description": "d",
    });
    let arn = admin.ask("CreateSecret", members).await["ARN"].clone();
    let entry = json!({
        "ARN": arn, "Name": "db", "Description": "d", "CreatedDate": house.now(), "LastChangedDate": house.now(),
        "SecretVersionsToStages": {token(1): ["AWSCURRENT"]},
    });
    assert_eq!(admin.ask("ListSecrets", json!({})).await, json!({"SecretList": [entry]}));
}

#[tokio::test]
async fn a_region_lists_its_own_secrets() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("here", "one").await;
    admin.in_region(OTHER_REGION).create("there", "two").await;
    assert_eq!(names(admin, json!({})).await, ["here"]);
    assert_eq!(names(admin.in_region(OTHER_REGION), json!({})).await, ["there"]);
}

#[tokio::test]
async fn secrets_come_in_the_order_asked_for() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["b", "c", "a"] {
        admin.create(name, "one").await;
        house.turn_clock(SECOND_MS);
    }
    admin.put("b", 2, "two").await;
    admin.value("c").await;
    house.turn_clock(DAY_MS);
    admin.value("b").await;
    house.settle_notes().await;
    for (by, ascending) in [
        (json!(null), ["b", "c", "a"]),
        (json!("created-date"), ["b", "c", "a"]),
        (json!("name"), ["a", "b", "c"]),
        (json!("last-changed-date"), ["c", "a", "b"]),
        (json!("last-accessed-date"), ["a", "c", "b"]),
    ] {
        assert_eq!(names(admin, json!({"SortBy": by})).await, ascending, "{by}");
        let mut descending = ascending;
        descending.reverse();
        assert_eq!(names(admin, json!({"SortBy": by, "SortOrder": "desc"})).await, descending, "{by}");
    }
}

#[tokio::test]
async fn pages_together_hold_every_secret_once_in_every_order() {
    let house = House::open().await;
    let admin = house.admin();
    // Secrets of the same millisecond too.
    for number in 0..11 {
        admin.create(&format!("s{:02}", number * 7 % 11), "one").await;
        house.turn_clock(number % 2);
    }
    for by in ["created-date", "name", "last-changed-date", "last-accessed-date"] {
        for order in ["asc", "desc"] {
            let whole = names(admin, json!({"SortBy": by, "SortOrder": order})).await;
            assert_eq!(whole.len(), 11);
            let mut members = json!({"SortBy": by, "SortOrder": order, "MaxResults": 3});
            let mut paged = Vec::new();
            loop {
                let page = admin.ask("ListSecrets", members.clone()).await;
                paged.extend(names_of(&page));
                match page.get("NextToken") {
                    Some(token) => members["NextToken"] = token.clone(),
                    None => break,
                }
            }
            assert_eq!(paged, whole, "{by} {order}");
        }
    }
}

#[tokio::test]
async fn the_last_page_has_no_token_even_when_it_is_full() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["a", "b", "c", "d"] {
        admin.create(name, "one").await;
    }
    let first = admin.ask("ListSecrets", json!({"MaxResults": 2})).await;
    let second = admin.ask("ListSecrets", json!({"MaxResults": 2, "NextToken": first["NextToken"]})).await;
    assert_eq!(names_of(&second), ["c", "d"]);
    assert_eq!(second.get("NextToken"), None);
    let whole = admin.ask("ListSecrets", json!({"MaxResults": 4})).await;
    assert_eq!(whole.get("NextToken"), None);
}

#[tokio::test]
async fn a_token_is_bound_to_operation_filters_order_and_region() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["a", "b", "c"] {
        admin.create(name, "one").await;
    }
    let next = admin.ask("ListSecrets", json!({"MaxResults": 1})).await["NextToken"].clone();
    for members in [
        json!({"SortBy": "name"}),
        json!({"SortOrder": "desc"}),
        json!({"IncludePlannedDeletion": true}),
        json!({"Filters": [{"Key": "name", "Values": ["a"]}]}),
    ] {
        let mut members = members;
        members["NextToken"] = next.clone();
        admin.call("ListSecrets", members).await.is(&invalid_next_token());
    }
    admin.in_region(OTHER_REGION).call("ListSecrets", json!({"NextToken": next})).await.is(&invalid_next_token());
    for forged in ["x", "!", "AAAA", &"A".repeat(4_096)] {
        admin.call("ListSecrets", json!({"NextToken": forged})).await.is(&invalid_next_token());
    }
    let batch = json!({"Filters": [{"Key": "name", "Values": ["a"]}], "NextToken": next});
    admin.call("BatchGetSecretValue", batch).await.is(&invalid_next_token());
}

#[tokio::test]
async fn a_token_outlives_a_restart() {
    let house = House::open().await;
    for name in ["a", "b"] {
        house.admin().create(name, "one").await;
    }
    let next = house.admin().ask("ListSecrets", json!({"MaxResults": 1})).await["NextToken"].clone();
    let house = house.restart().await;
    assert_eq!(names(house.admin(), json!({"NextToken": next})).await, ["b"]);
}

#[tokio::test]
async fn filters_select_as_recorded() {
    let house = House::open().await;
    let admin = house.admin();
    for (name, description, tag) in [
        ("prod/db", "Primary database", "core"),
        ("prod/dbReplica", "an secret", "core"),
        ("Prod/cache", "asecret of COMPANYthings", "web"),
        ("uat/COMPANY/x", "", "web"),
    ] {
        let members = json!({
            "Name": name, "ClientRequestToken": token(1), "Description": description,
            "Tags": [{"Key": "team", "Value": tag}],
        });
        admin.ask("CreateSecret", members).await;
        house.turn_clock(1);
    }
    let cases: [(Value, &[&str]); 14] = [
        (json!([{"Key": "name", "Values": ["prod/"]}]), &["prod/db", "prod/dbReplica"]),
        // The whole name stands first even where it is younger.
        (json!([{"Key": "name", "Values": ["prod/dbReplica", "prod/"]}]), &["prod/dbReplica", "prod/db"]),
        (json!([{"Key": "name", "Values": ["db"]}]), &[]),
        (json!([{"Key": "name", "Values": ["!prod/"]}]), &["Prod/cache", "uat/COMPANY/x"]),
        (json!([{"Key": "name", "Values": ["uat", "Prod"]}]), &["Prod/cache", "uat/COMPANY/x"]),
        (json!([{"Key": "description", "Values": ["a secret"]}]), &["prod/dbReplica"]),
        (json!([{"Key": "description", "Values": ["DATA"]}]), &["prod/db"]),
        (
            json!([{"Key": "tag-key", "Values": ["te"]}, {"Key": "tag-value", "Values": ["w"]}]),
            &["Prod/cache", "uat/COMPANY/x"],
        ),
        (json!([{"Key": "tag-value", "Values": ["Core"]}]), &[]),
        (json!([{"Key": "all", "Values": ["company"]}]), &["uat/COMPANY/x"]),
        (json!([{"Key": "all", "Values": ["things"]}]), &[]),
        (json!([{"Key": "primary-region", "Values": ["eu"]}]), &[]),
        (json!([{"Key": "owning-service", "Values": ["rds"]}]), &[]),
        (json!([]), &["prod/db", "prod/dbReplica", "Prod/cache", "uat/COMPANY/x"]),
    ];
    for (filters, expected) in cases {
        assert_eq!(names(admin, json!({"Filters": filters})).await, expected, "{filters}");
    }
}

#[tokio::test]
async fn a_bad_filter_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let keys = "Member must satisfy enum value set: [description, name, tag-key, tag-value, primary-region, \
                owning-service, all]";
    let pattern = r"Member must satisfy constraint: [Member must have length less than or equal to 512, Member must satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$]";
    let filters: Vec<Value> = (0..11).map(|_| json!({"Key": "name", "Values": ["a"]})).collect();
    let cases = [
        (json!([{"Key": "invalid", "Values": ["a"]}]), violation("'invalid'", "filters.1.member.key", keys)),
        (json!([{"Key": "name", "Values": []}]), too_short("'[]'", "filters.1.member.values", 1)),
        (json!([{"Key": "name", "Values": ["a", "a*"]}]), violation("'[a, a*]'", "filters.1.member.values", pattern)),
    ];
    for (filters, violated) in cases {
        admin.call("ListSecrets", json!({"Filters": filters})).await.is(&violations(&[violated]));
    }
    let many = admin.call("ListSecrets", json!({"Filters": filters})).await.text();
    assert!(
        many.contains("at 'filters' failed to satisfy constraint: Member must have length less than or equal to 10")
    );
    let no_key = json!({"Filters": [{"Values": ["a"]}]});
    admin.call("ListSecrets", no_key).await.is(&invalid_parameter("Invalid filter key"));
    let no_values = json!({"Filters": [{"Key": "name"}]});
    admin.call("ListSecrets", no_values).await.is(&invalid_parameter("Invalid filter values for key: name"));
}

#[tokio::test]
async fn bounds_are_checked() {
    let house = House::open().await;
    let admin = house.admin();
    let long = "t".repeat(4_097);
    let orders = "Member must satisfy enum value set: ";
    for (members, violated) in [
        (json!({"MaxResults": 0}), too_small("'0'", "maxResults", 1)),
        (json!({"MaxResults": 101}), too_large("'101'", "maxResults", 100)),
        (json!({"NextToken": ""}), too_short("''", "nextToken", 1)),
        (json!({"SortOrder": "up"}), violation("'up'", "sortOrder", &format!("{orders}[asc, desc]"))),
        (
            json!({"SortBy": "size"}),
            violation(
                "'size'",
                "sortBy",
                &format!("{orders}[created-date, last-accessed-date, last-changed-date, name]"),
            ),
        ),
    ] {
        admin.call("ListSecrets", members).await.is(&violations(&[violated]));
    }
    // Of a long value the answer shows the beginning.
    let shown = format!("'{}", "t".repeat(1_000));
    let answer = admin.call("ListSecrets", json!({"NextToken": long})).await.text();
    assert!(answer.contains(&format!("Value {shown}")), "{answer}");
    let rule = "at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 4096";
    assert!(answer.contains(rule), "{answer}");
}
