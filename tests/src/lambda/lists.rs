//! Lists, a page at a time.

use serde_json::{Value, json};

use super::{Workshop, function_arn, in_path, path};
use crate::house::OTHER_REGION;

/// The names or versions on each page.
async fn pages(workshop: &Workshop, target: &str, list: &str, member: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut marker = String::new();
    loop {
        let more = if marker.is_empty() { String::new() } else { format!("&Marker={marker}") };
        let page = workshop.admin().rest("GET", &format!("{target}{more}"), Value::Null).await.rest_json(200);
        let items = page[list].as_array().unwrap();
        pages.push(items.iter().map(|item| item[member].as_str().unwrap().to_owned()).collect());
        match page.get("NextMarker").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut marker),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn functions_come_by_name_in_pages() {
    let workshop = Workshop::open().await;
    for name in ["c", "a-b", "a", "b"] {
        workshop.made_with(name, json!({"Publish": true})).await;
    }
    let list = "/2015-03-31/functions";
    assert_eq!(
        pages(&workshop, &format!("{list}?MaxItems=3"), "Functions", "FunctionName").await,
        [vec!["a", "a-b", "b"], vec!["c"]]
    );
    let all = pages(&workshop, &format!("{list}?MaxItems=3&FunctionVersion=ALL"), "Functions", "FunctionArn").await;
    let arns: Vec<String> = all.into_iter().flatten().collect();
    let expected: Vec<String> = ["a", "a-b", "b", "c"]
        .iter()
        .flat_map(|name| ["$LATEST", "1"].map(|version| format!("{}:{version}", function_arn(name))))
        .collect();
    assert_eq!(arns, expected);
    let elsewhere = workshop.admin().in_region(OTHER_REGION);
    assert_eq!(elsewhere.rest("GET", list, Value::Null).await.rest_json(200), json!({"Functions": []}));
}

#[tokio::test]
async fn lists_say_nothing_of_states() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Environment": {"Variables": {"STAGE": "prod"}}})).await;
    let list = workshop.admin().rest("GET", "/2015-03-31/functions", Value::Null).await.rest_json(200);
    let shown = &list["Functions"][0];
    assert_eq!(shown["Environment"], json!({"Variables": {"STAGE": "prod"}}));
    for absent in ["State", "LastUpdateStatus", "RuntimeVersionConfig"] {
        assert_eq!(shown.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn versions_and_aliases_come_in_order() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    for timeout in 1..=11 {
        let update = json!({"Timeout": timeout});
        workshop.admin().rest("PUT", &path("app", "/configuration"), update).await.rest_json(200);
        workshop.admin().rest("POST", &path("app", "/versions"), json!({})).await.rest_json(201);
    }
    let target = path("app", "/versions?MaxItems=5");
    let versions: Vec<String> = pages(&workshop, &target, "Versions", "Version").await.concat();
    let expected: Vec<String> = std::iter::once("$LATEST".to_owned()).chain((1..=11).map(|n| n.to_string())).collect();
    assert_eq!(versions, expected);
    for (name, version) in [("live", "1"), ("beta", "2"), ("canary", "1")] {
        let alias = json!({"Name": name, "FunctionVersion": version});
        workshop.admin().rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    }
    let target = path("app", "/aliases?MaxItems=2");
    assert_eq!(pages(&workshop, &target, "Aliases", "Name").await, [vec!["beta", "canary"], vec!["live"]]);
    let target = path("app", "/aliases?FunctionVersion=1");
    assert_eq!(pages(&workshop, &target, "Aliases", "Name").await, [vec!["canary", "live"]]);
}

#[tokio::test]
async fn a_marker_is_good_for_its_own_list_only() {
    let workshop = Workshop::open().await;
    for name in ["a", "b"] {
        workshop.made(name).await;
    }
    let page = workshop.admin().rest("GET", "/2015-03-31/functions?MaxItems=1", Value::Null).await.rest_json(200);
    let marker = page["NextMarker"].as_str().unwrap();
    let text = "The marker is not valid.";
    for target in [
        path("a", &format!("/versions?Marker={marker}")),
        format!("/2015-03-31/functions?Marker={marker}x"),
        "/2015-03-31/functions?Marker=a".to_owned(),
    ] {
        let answer = workshop.admin().rest("GET", &target, Value::Null).await;
        answer.is_rest_error(400, "InvalidParameterValueException", text);
    }
    let elsewhere = workshop.admin().in_region(OTHER_REGION);
    let answer = elsewhere.rest("GET", &format!("/2015-03-31/functions?Marker={marker}"), Value::Null).await;
    answer.is_rest_error(400, "InvalidParameterValueException", text);
}

#[tokio::test]
async fn tags_come_and_go() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let target = format!("/2017-03-31/tags/{}", in_path(&function_arn("app")));
    let admin = workshop.admin();
    let tags = || async { admin.rest("GET", &target, Value::Null).await.rest_json(200)["Tags"].clone() };
    assert_eq!(tags().await, json!({}));
    admin.rest("POST", &target, json!({"Tags": {"team": "core", "a b": "ü"}})).await.is_rest_empty(204);
    admin.rest("POST", &target, json!({"Tags": {"team": "edge"}})).await.is_rest_empty(204);
    assert_eq!(tags().await, json!({"team": "edge", "a b": "ü"}));
    admin.rest("DELETE", &format!("{target}?tagKeys=team&tagKeys=none"), Value::Null).await.is_rest_empty(204);
    assert_eq!(tags().await, json!({"a b": "ü"}));
    let text = "Tags on function aliases and versions are not supported. Please specify a function ARN.";
    let qualified = admin.rest("GET", &format!("{target}%3A1"), Value::Null).await;
    qualified.is_rest_error(400, "InvalidParameterValueException", text);
    let none = format!("/2017-03-31/tags/{}", in_path(&function_arn("none")));
    let missing = admin.rest("GET", &none, Value::Null).await;
    let text = format!("Function not found: {}", function_arn("none"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
}
