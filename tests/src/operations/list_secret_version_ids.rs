use serde_json::{Value, json};

use crate::{
    house::{House, SECOND_MS},
    letters::{Persona, token},
    texts::{invalid_name, invalid_next_token, not_found, required, too_large, too_small, violations},
};

async fn ids_by_page(admin: Persona<'_>, secret: &str, page_size: u32) -> Vec<Vec<String>> {
    let mut members = json!({"SecretId": secret, "IncludeDeprecated": true, "MaxResults": page_size});
    let mut pages = Vec::new();
    loop {
        let page = admin.ask("ListSecretVersionIds", members.clone()).await;
        let ids = page["Versions"].as_array().unwrap().iter();
        pages.push(ids.map(|version| version["VersionId"].as_str().unwrap().to_owned()).collect());
        match page.get("NextToken") {
            Some(token) => members["NextToken"] = token.clone(),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn an_entry_has_its_id_date_and_key_always_and_the_rest_when_there_is_something() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let created = house.now();
    for number in 2..=3 {
        house.turn_clock(SECOND_MS);
        admin.put("db", number, "value").await;
    }
    admin.value("db").await;
    let key = json!(["DefaultEncryptionKey"]);
    let deprecated = json!({"VersionId": token(1), "CreatedDate": created, "KmsKeyIds": key});
    let previous = json!({
        "VersionId": token(2), "CreatedDate": created + 1.0, "KmsKeyIds": key, "VersionStages": ["AWSPREVIOUS"],
    });
    let current = json!({
        "VersionId": token(3), "CreatedDate": created + 2.0, "KmsKeyIds": key, "VersionStages": ["AWSCURRENT"],
        "LastAccessedDate": house.today(),
    });
    let answer = admin.ask("ListSecretVersionIds", json!({"SecretId": "db"})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "Versions": [previous, current]}));
    let answer = admin.ask("ListSecretVersionIds", json!({"SecretId": "db", "IncludeDeprecated": true})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "Versions": [deprecated, previous, current]}));
}

#[tokio::test]
async fn an_empty_secret_has_an_empty_list() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.ask("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(1)})).await["ARN"].clone();
    let answer = admin.ask("ListSecretVersionIds", json!({"SecretId": "db"})).await;
    assert_eq!(answer, json!({"ARN": arn, "Name": "db", "Versions": []}));
}

#[tokio::test]
async fn pages_together_hold_every_version_once_the_oldest_first() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    for number in 2..=7 {
        house.turn_clock(SECOND_MS);
        admin.put("db", number, "value").await;
    }
    let all: Vec<String> = (1..=7).map(token).collect();
    for page_size in [1, 2, 3, 6, 7, 100] {
        let pages = ids_by_page(admin, "db", page_size).await;
        assert_eq!(pages.concat(), all, "pages of {page_size}");
        assert!(pages.iter().all(|page| !page.is_empty()), "pages of {page_size}");
    }
}

#[tokio::test]
async fn versions_of_the_same_millisecond_are_paged_through_whole_before_and_after_a_restart() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    // Later ids sort before earlier ones.
    for number in [9, 4, 7, 2] {
        admin.put("db", number, "value").await;
    }
    let expected: Vec<String> = [1, 2, 4, 7, 9].map(token).into();
    for page_size in [1, 2, 100] {
        assert_eq!(ids_by_page(admin, "db", page_size).await.concat(), expected, "pages of {page_size}");
    }
    let house = house.restart().await;
    assert_eq!(ids_by_page(house.admin(), "db", 2).await.concat(), expected);
}

#[tokio::test]
async fn a_clock_that_was_set_back_loses_no_version_from_the_pages() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    house.turn_clock(-60 * SECOND_MS);
    admin.put("db", 3, "three").await;
    let mut ids = ids_by_page(admin, "db", 1).await.concat();
    ids.sort();
    assert_eq!(ids, [1, 2, 3].map(token));
}

#[tokio::test]
async fn a_token_is_good_for_the_request_it_was_given_for_and_no_other() {
    let house = House::open().await;
    let admin = house.admin();
    for secret in ["db", "other"] {
        admin.create(secret, "one").await;
        admin.put(secret, 2, "two").await;
    }
    let first = admin.ask("ListSecretVersionIds", json!({"SecretId": "db", "MaxResults": 1})).await;
    let next = first["NextToken"].as_str().unwrap();
    let with = |members: Value| {
        let mut members = members;
        members["NextToken"] = json!(next);
        members
    };
    for members in [
        json!({"SecretId": "other"}),
        json!({"SecretId": "db", "IncludeDeprecated": true}),
        json!({"SecretId": "db", "NextToken": "AAAA"}),
        json!({"SecretId": "db", "NextToken": format!("{next}A")}),
    ] {
        let members = if members.get("NextToken").is_some() { members } else { with(members) };
        admin.call("ListSecretVersionIds", members).await.is(&invalid_next_token());
    }
    let members = with(json!({}));
    admin.call("ListSecrets", members).await.is(&invalid_next_token());
    // Page size is free to change.
    admin.ask("ListSecretVersionIds", with(json!({"SecretId": "db", "MaxResults": 5}))).await;
}

#[tokio::test]
async fn bounds_and_names_are_checked() {
    let house = House::open().await;
    let admin = house.admin();
    let steps = [
        (json!({}), violations(&[required("secretId")])),
        (json!({"SecretId": "x", "MaxResults": 0}), violations(&[too_small("'0'", "maxResults", 1)])),
        (json!({"SecretId": "x", "MaxResults": 101}), violations(&[too_large("'101'", "maxResults", 100)])),
        (json!({"SecretId": "no name"}), invalid_name()),
        (json!({"SecretId": "none"}), not_found()),
    ];
    for (members, refusal) in steps {
        admin.call("ListSecretVersionIds", members).await.is(&refusal);
    }
}
