//! Tags of keys.

use serde_json::{Value, json};

use super::super::Fault;
use crate::{
    house::{ACCOUNT, House},
    letters::Persona,
    people::{allow_if, document},
};

async fn tag(persona: Persona<'_>, key: &str, tags: &[(&str, &str)]) {
    persona.kms("TagResource", tagging(key, tags)).await.is_empty_success();
}

fn tagging(key: &str, tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect();
    json!({"KeyId": key, "Tags": tags})
}

async fn tags(persona: Persona<'_>, key: &str) -> Vec<(String, String)> {
    let answer = persona.ask_kms("ListResourceTags", json!({"KeyId": key})).await;
    assert_eq!(answer["Truncated"], json!(false));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["Tags"].as_array().unwrap().iter().map(|tag| (text(&tag["TagKey"]), text(&tag["TagValue"]))).collect()
}

fn owned(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn tags_come_change_and_go() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    tag(admin, &arn, &[("team", "core"), ("cost", "")]).await;
    tag(admin, &arn, &[("team", "edge"), ("Team", "other")]).await;
    assert_eq!(tags(admin, &arn).await, owned(&[("Team", "other"), ("cost", ""), ("team", "edge")]));
    let first = admin.ask_kms("ListResourceTags", json!({"KeyId": arn, "Limit": 2})).await;
    assert_eq!((first["Tags"].as_array().unwrap().len(), &first["Truncated"]), (2, &json!(true)));
    let rest = json!({"KeyId": arn, "Limit": 2, "Marker": first["NextMarker"]});
    let rest = admin.ask_kms("ListResourceTags", rest).await;
    assert_eq!(rest, json!({"Tags": [{"TagKey": "team", "TagValue": "edge"}], "Truncated": false}));

    let keys = json!({"KeyId": arn, "TagKeys": ["team", "Team", "never"]});
    admin.kms("UntagResource", keys.clone()).await.is_empty_success();
    admin.kms("UntagResource", keys).await.is_empty_success();
    assert_eq!(tags(admin, &arn).await, owned(&[("cost", "")]));
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn tags_that_may_not_be_are_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({})).await;
    let fault = |text: &str| Fault::new("TagException", text);
    for (tags, text) in [
        ([("aws:team", "a"), ("b", "")], "Tags beginning with aws: are reserved"),
        ([("a", "1"), ("a", "2")], "Duplicate tag keys"),
    ] {
        admin.kms("TagResource", tagging(&arn, &tags)).await.is_kms(&fault(text));
    }
    let reserved = json!({"KeyId": arn, "TagKeys": ["aws:team"]});
    admin.kms("UntagResource", reserved).await.is_kms(&fault("Tags beginning with aws: are reserved"));
    let names: Vec<String> = (0..50).map(|number| format!("k{number}")).collect();
    let fifty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    tag(admin, &arn, &fifty).await;
    admin.kms("TagResource", tagging(&arn, &[("more", "")])).await.is_kms(&fault("Too many tags"));
    tag(admin, &arn, &[("k7", "new")]).await;
}

#[tokio::test]
async fn tags_of_the_key_and_of_the_request_say_who_may() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.key(json!({"Tags": [{"TagKey": "team", "TagValue": "core"}]})).await;
    let keys = format!("arn:aws:kms:*:{ACCOUNT}:key/*");
    let rights = json!([
        allow_if(&["kms:DisableKey"], &keys, json!({"StringEquals": {"aws:ResourceTag/team": "core"}})),
        allow_if(&["kms:TagResource"], &keys, json!({"StringEquals": {"aws:RequestTag/stage": ["dev", "test"]}})),
        allow_if(&["kms:UntagResource"], &keys, json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "stage"}})),
    ]);
    let user = house.user("core", &document(rights)).await;
    user.at(&house).does("DisableKey", &arn).await;
    tag(user.at(&house), &arn, &[("stage", "dev")]).await;
    assert_eq!(user.at(&house).kms("TagResource", tagging(&arn, &[("stage", "prod")])).await.status, 400);
    assert_eq!(user.at(&house).kms("UntagResource", json!({"KeyId": arn, "TagKeys": ["team"]})).await.status, 400);
    user.at(&house).kms("UntagResource", json!({"KeyId": arn, "TagKeys": ["stage"]})).await.is_empty_success();
    tag(admin, &arn, &[("team", "edge")]).await;
    assert_eq!(user.at(&house).kms("DisableKey", json!({"KeyId": arn})).await.status, 400);
}
