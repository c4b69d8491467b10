//! Log events: written, and read back from their stream.

use serde_json::{Value, json};

use super::{invalid, messages, named, with};
use crate::house::{DAY_MS, HOUR_MS, House};

#[tokio::test]
async fn events_come_back_as_they_were_written() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let now = house.clock_ms();
    let answer = admin.put_logs("app", "s", &[(-20, "größe \u{1F511} \"\\\n"), (-20, "b"), (0, "c")]).await;
    assert_eq!(answer["nextSequenceToken"].as_str().unwrap().len(), 56);
    assert_eq!(answer.get("rejectedLogEventsInfo"), None);
    let told = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    let event =
        |at: i64, message: &str| json!({"timestamp": at as f64, "message": message, "ingestionTime": now as f64});
    let expected = json!([event(now - 20, "größe \u{1F511} \"\\\n"), event(now - 20, "b"), event(now, "c")]);
    assert_eq!(told["events"], expected);
    // The same after a restart, which has the keys anew.
    let house = house.restart().await;
    assert_eq!(house.admin().ask_logs("GetLogEvents", named("app", "s")).await["events"], expected);
}

#[tokio::test]
async fn a_batch_is_refused_whole_or_event_by_event() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let now = house.clock_ms();
    let put =
        async |events: Value| admin.logs("PutLogEvents", with(named("app", "s"), json!({"logEvents": events}))).await;
    let event = |offset: i64| json!({"timestamp": now + offset, "message": "m"});
    let order = put(json!([event(1), event(0)])).await;
    invalid(&order, "Log events in a single PutLogEvents request must be in chronological order.");
    let span = put(json!([event(-DAY_MS - 1), event(0)])).await;
    invalid(&span, "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    let large = put(json!([{"timestamp": now, "message": "m".repeat(1_048_551)}])).await;
    invalid(&large, "Upload too large: 1048577 bytes exceeds limit of 1048576");
    let none = put(json!([])).await;
    invalid(
        &none,
        "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length \
         greater than or equal to 1",
    );
    let empty = put(json!([{"timestamp": now, "message": ""}])).await;
    assert!(
        empty
            .text()
            .starts_with(r#"{"__type":"InvalidParameterException","message":"1 validation error detected: Value at"#),
        "{}",
        empty.text()
    );
    let many = put(vec![event(0); 10_001].into()).await;
    assert!(many.text().ends_with(r#"Member must have length less than or equal to 10000"}"#), "{}", many.text().len());

    let some = put(json!([event(-15 * DAY_MS), event(0), event(3 * HOUR_MS)])).await.json();
    let rejected = json!({"tooOldLogEventEndIndex": 1.0, "tooNewLogEventStartIndex": 2.0});
    assert_eq!(some["rejectedLogEventsInfo"], rejected);
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1})).await;
    let expired = put(json!([event(-2 * DAY_MS)])).await.json();
    assert_eq!(expired["rejectedLogEventsInfo"], json!({"expiredLogEventEndIndex": 1.0}));
    let kept = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    assert_eq!(kept["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_entity_is_rejected_and_the_events_are_taken() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let entity = json!({"keyAttributes": {"Type": "Service", "Name": "app"}});
    let events = json!([{"timestamp": house.clock_ms(), "message": "m"}]);
    let members = with(named("app", "s"), json!({"logEvents": events, "entity": entity, "sequenceToken": "old"}));
    let answer = admin.ask_logs("PutLogEvents", members).await;
    assert_eq!(answer["rejectedEntityInfo"], json!({"errorType": "UnsupportedLogGroupType"}));
    assert_eq!(admin.ask_logs("GetLogEvents", named("app", "s")).await["events"].as_array().unwrap().len(), 1);
}

/// A stream with so many events, a second apart, the last of them now.
async fn stream_of(house: &House, count: i64) {
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let texts: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    // In writes that overlap in time.
    for step in 0..3 {
        let events: Vec<(i64, &str)> = (0..count)
            .zip(&texts)
            .filter(|(number, _)| number % 3 == step)
            .map(|(number, text)| ((number - count + 1) * 1000, text.as_str()))
            .collect();
        admin.put_logs("app", "s", &events).await;
    }
}

#[tokio::test]
async fn pages_go_forward_from_the_head_and_stay_at_the_end() {
    let house = House::open().await;
    stream_of(&house, 10).await;
    let admin = house.admin();
    let mut members = with(named("app", "s"), json!({"startFromHead": true, "limit": 4}));
    let mut seen = Vec::new();
    loop {
        let page = admin.ask_logs("GetLogEvents", members.clone()).await;
        seen.extend(messages(page["events"].as_array().unwrap()).iter().map(|message| message.to_string()));
        assert!(page["nextForwardToken"].as_str().unwrap().starts_with("f/"));
        assert!(page["nextBackwardToken"].as_str().unwrap().starts_with("b/"));
        if page["nextForwardToken"] == members["nextToken"] {
            break;
        }
        members["nextToken"] = page["nextForwardToken"].clone();
    }
    let all: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(seen, all);
    // With the same token one goes on when there is more.
    house.turn_clock(1000);
    admin.put_logs("app", "s", &[(0, "later")]).await;
    let page = admin.ask_logs("GetLogEvents", members.clone()).await;
    assert_eq!(messages(page["events"].as_array().unwrap()), ["later"]);
    // And back again.
    members["nextToken"] = page["nextBackwardToken"].clone();
    let page = admin.ask_logs("GetLogEvents", members).await;
    assert_eq!(messages(page["events"].as_array().unwrap()), ["6", "7", "8", "9"]);
}

#[tokio::test]
async fn pages_begin_with_the_latest_and_go_backward_reading_forward() {
    let house = House::open().await;
    stream_of(&house, 10).await;
    let admin = house.admin();
    let mut members = with(named("app", "s"), json!({"limit": 4}));
    let mut pages = Vec::new();
    loop {
        let page = admin.ask_logs("GetLogEvents", members.clone()).await;
        pages.push(messages(page["events"].as_array().unwrap()).join(" "));
        if page["nextBackwardToken"] == members["nextToken"] {
            break;
        }
        members["nextToken"] = page["nextBackwardToken"].clone();
    }
    assert_eq!(pages, ["6 7 8 9", "2 3 4 5", "0 1", ""]);
}

#[tokio::test]
async fn an_empty_stream_has_tokens_that_find_what_comes() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let first = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    assert_eq!(first["events"], json!([]));
    admin.put_logs("app", "s", &[(0, "m")]).await;
    let members = with(named("app", "s"), json!({"nextToken": first["nextForwardToken"], "startFromHead": true}));
    let page = admin.ask_logs("GetLogEvents", members).await;
    assert_eq!(messages(page["events"].as_array().unwrap()), ["m"]);
}

#[tokio::test]
async fn a_span_of_time_has_its_beginning_and_not_its_end() {
    let house = House::open().await;
    stream_of(&house, 5).await;
    let (admin, now) = (house.admin(), house.clock_ms());
    let members = with(named("app", "s"), json!({"startTime": now - 3000, "endTime": now - 1000}));
    let page = admin.ask_logs("GetLogEvents", members).await;
    assert_eq!(messages(page["events"].as_array().unwrap()), ["1", "2"]);
    let backwards = with(named("app", "s"), json!({"startTime": now, "endTime": now - 1000}));
    assert_eq!(admin.ask_logs("GetLogEvents", backwards).await["events"], json!([]));
}

#[tokio::test]
async fn tokens_of_other_streams_and_made_up_ones_are_refused() {
    let house = House::open().await;
    stream_of(&house, 3).await;
    let admin = house.admin();
    admin.log_stream("app", "other").await;
    let page = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    let forward = page["nextForwardToken"].as_str().unwrap();
    let turned = forward.replacen("f/", "b/", 1);
    for (stream, token) in [("other", forward), ("s", "f/"), ("s", "x"), ("s", &turned), ("s", "f/AAAA")] {
        let refusal = admin.logs("GetLogEvents", with(named("app", stream), json!({"nextToken": token}))).await;
        invalid(&refusal, "The specified nextToken is invalid.");
    }
    let limit = admin.logs("GetLogEvents", with(named("app", "s"), json!({"limit": 10_001}))).await;
    invalid(
        &limit,
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value \
         less than or equal to 10000",
    );
}

#[tokio::test]
async fn a_page_is_a_mebibyte_at_most() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let line = "m".repeat(300_000);
    for step in 0..3 {
        admin.put_logs("app", "s", &[(step, &line), (step + 10, &line)]).await;
    }
    let mut members = with(named("app", "s"), json!({"startFromHead": true}));
    let mut pages = Vec::new();
    loop {
        let page = admin.ask_logs("GetLogEvents", members.clone()).await;
        let count = page["events"].as_array().unwrap().len();
        if count == 0 {
            break;
        }
        pages.push(count);
        members["nextToken"] = page["nextForwardToken"].clone();
    }
    assert_eq!(pages, [3, 3]);
    let largest = "m".repeat(1_048_550);
    admin.put_logs("app", "s", &[(60_000, &largest)]).await;
    let latest = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    assert_eq!(latest["events"].as_array().unwrap().len(), 1);
}
