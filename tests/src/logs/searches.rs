//! Searching groups.

use std::collections::HashSet;

use serde_json::json;

use super::{NO_STREAM, invalid, messages, refused};
use crate::house::House;

/// A group with three streams whose events alternate.
async fn searched() -> House {
    let house = House::open().await;
    let admin = house.admin();
    for (offset, stream) in [(0, "a/1"), (1, "a/2"), (2, "b")] {
        admin.log_stream("app", stream).await;
        let lines: Vec<(i64, String)> =
            (0..4).map(|step| (step * 10 + offset, format!("{stream} line {step}"))).collect();
        let lines: Vec<(i64, &str)> = lines.iter().map(|(at, text)| (*at, text.as_str())).collect();
        admin.put_logs("app", stream, &lines).await;
    }
    house
}

#[tokio::test]
async fn events_of_all_streams_come_in_the_order_of_their_times() {
    let house = searched().await;
    let admin = house.admin();
    let found = admin.filtered(json!({"logGroupName": "app"})).await;
    let expected: Vec<String> =
        (0..4).flat_map(|step| ["a/1", "a/2", "b"].map(|stream| format!("{stream} line {step}"))).collect();
    assert_eq!(messages(&found), expected);
    assert_eq!(found[1]["logStreamName"], "a/2");
    let ids: HashSet<&str> = found.iter().map(|event| event["eventId"].as_str().unwrap()).collect();
    assert!(ids.len() == 12 && ids.iter().all(|id| id.len() == 56 && id.bytes().all(|byte| byte.is_ascii_digit())));
    for limit in 1..13 {
        let paged = admin.filtered(json!({"logGroupName": "app", "limit": limit})).await;
        assert_eq!(paged, found, "{limit}");
    }
    let mut latest_first = admin.filtered(json!({"logGroupName": "app", "startFromHead": false, "limit": 5})).await;
    latest_first.reverse();
    assert_eq!(latest_first, found);
    let page = admin.ask_logs("FilterLogEvents", json!({"logGroupName": "app"})).await;
    assert_eq!((page.get("nextToken"), &page["searchedLogStreams"]), (None, &json!([])));
}

#[tokio::test]
async fn streams_times_and_patterns_narrow_a_search() {
    let house = searched().await;
    let (admin, now) = (house.admin(), house.clock_ms());
    let search = async |more: serde_json::Value| {
        let found = admin.filtered(super::with(json!({"logGroupName": "app", "limit": 2}), more)).await;
        messages(&found).join(", ")
    };
    assert_eq!(search(json!({"logStreamNames": ["b"], "endTime": now + 12})).await, "b line 0, b line 1");
    assert_eq!(search(json!({"logStreamNamePrefix": "a/", "startTime": now + 30})).await, "a/1 line 3, a/2 line 3");
    assert_eq!(search(json!({"filterPattern": "\"line 2\" -b"})).await, "a/1 line 2, a/2 line 2");
    assert_eq!(search(json!({"filterPattern": "%^b.*[13]$%"})).await, "b line 1, b line 3");
    assert_eq!(search(json!({"filterPattern": "[stream=a*, word, number>2]"})).await, "a/1 line 3, a/2 line 3");
    assert_eq!(search(json!({"filterPattern": "nothing"})).await, "");
    admin.put_logs("app", "b", &[(50, r#"{"level":"error","code":500}"#), (51, r#"{"level":"info"}"#)]).await;
    let json_pattern = json!({"filterPattern": "{ $.level = \"err*\" && ($.code >= 500 || $.code NOT EXISTS) }"});
    assert_eq!(search(json_pattern).await, r#"{"level":"error","code":500}"#);
}

#[tokio::test]
async fn a_search_that_cannot_be_made_is_refused() {
    let house = searched().await;
    let admin = house.admin();
    let search = async |more: serde_json::Value| {
        admin.logs("FilterLogEvents", super::with(json!({"logGroupName": "app"}), more)).await
    };
    invalid(&search(json!({"filterPattern": "{ $.a }"})).await, "Invalid character(s) in term '}'");
    invalid(&search(json!({"filterPattern": "\"open"})).await, "Invalid filter pattern");
    invalid(&search(json!({"filterPattern": "a:b"})).await, "Invalid character(s) in term ':'");
    let both = search(json!({"logStreamNames": ["b"], "logStreamNamePrefix": "a"})).await;
    invalid(&both, "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
    let missing = search(json!({"logStreamNames": ["b", "none"]})).await;
    refused(&missing, "ResourceNotFoundException", NO_STREAM);
    let old = search(json!({"startFromHead": false, "startTime": 1_704_067_199_999_i64})).await;
    invalid(&old, "startFromHead can be false only if startTime is on or after January 1, 2024.");
    let page = admin.ask_logs("FilterLogEvents", json!({"logGroupName": "app", "limit": 2})).await;
    let other = search(json!({"limit": 2, "nextToken": page["nextToken"], "filterPattern": "line"})).await;
    invalid(&other, "The specified nextToken is invalid.");
    // The direction is the token's.
    let same = search(json!({"limit": 9, "nextToken": page["nextToken"], "startFromHead": false})).await.json();
    assert_eq!(same["events"][0]["message"], "b line 0");
}

/// As `aws logs tail --follow` does it: polls from the newest time that it has seen, and passes over the events of that time
/// whose ids it knows.
#[tokio::test]
async fn a_tail_sees_every_event_once() {
    let house = House::open().await;
    let admin = house.admin();
    for stream in ["one", "two"] {
        admin.log_stream("app", stream).await;
    }
    let (mut since, mut known, mut seen) = ((house.clock_ms() - 600_000) as f64, HashSet::new(), Vec::new());
    for round in 0..6 {
        for (stream, offset) in [("one", -1), ("two", 0), ("one", 0)] {
            admin.put_logs("app", stream, &[(offset, &format!("{round} {stream} {offset}"))]).await;
        }
        let found = admin.filtered(json!({"logGroupName": "app", "startTime": since.round(), "limit": 2})).await;
        for event in found {
            let (at, id) = (event["timestamp"].as_f64().unwrap(), event["eventId"].as_str().unwrap().to_owned());
            if at > since {
                since = at;
                known.clear();
            }
            if known.insert(id) {
                seen.push(event["message"].as_str().unwrap().to_owned());
            }
        }
        house.turn_clock(5000);
    }
    assert_eq!(seen.len(), 18);
    assert_eq!(seen[..3], ["0 one -1", "0 two 0", "0 one 0"]);
}

/// Many writes that all reach over the same time, so that no page is found in one place.
#[tokio::test]
async fn writes_that_overlap_are_found_in_order() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    for first in 0..20_i64 {
        let lines: Vec<(i64, String)> =
            (0..20).map(|step| (first + step * 20, format!("{:03}", first + step * 20))).collect();
        let lines: Vec<(i64, &str)> = lines.iter().map(|(at, text)| (*at, text.as_str())).collect();
        admin.put_logs("app", "s", &lines).await;
    }
    let expected: Vec<String> = (0..400).map(|number| format!("{number:03}")).collect();
    let found = admin.filtered(json!({"logGroupName": "app", "limit": 37})).await;
    assert_eq!(messages(&found), expected);
    let mut found = admin.filtered(json!({"logGroupName": "app", "limit": 37, "startFromHead": false})).await;
    found.reverse();
    assert_eq!(messages(&found), expected);
}

/// What is looked through before a page is answered is bounded, and so a page may be empty while there is more.
#[tokio::test]
async fn a_rare_event_is_found_behind_pages_without_any() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let line = "m".repeat(1_000_000);
    for step in 0..20 {
        admin.put_logs("app", "s", &[(step * 10, &line)]).await;
    }
    admin.put_logs("app", "s", &[(500, "needle")]).await;
    let first = admin.ask_logs("FilterLogEvents", json!({"logGroupName": "app", "filterPattern": "needle"})).await;
    assert!(first["events"].as_array().unwrap().is_empty() && first.get("nextToken").is_some(), "{first}");
    let found = admin.filtered(json!({"logGroupName": "app", "filterPattern": "needle"})).await;
    assert_eq!(messages(&found), ["needle"]);
    let backward = json!({"logGroupName": "app", "filterPattern": "-needle", "startFromHead": false});
    assert_eq!(admin.filtered(backward).await.len(), 20);
}
