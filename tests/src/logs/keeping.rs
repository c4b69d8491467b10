//! How logs rest: sealed, as long as they should, and no more than they may.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use super::{messages, named, tend, with};
use crate::house::{DAY_MS, HOUR_MS, House};

/// Of a table, with a condition.
fn count(house: &House, what: &str) -> i64 {
    let connection = Connection::open(house.grounds().data_dir().join("keepwell.sqlite3")).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn event_text_is_found_in_no_file() {
    let house = House::open().await;
    let admin = house.admin();
    let canary = "canary-4d0f3a9c-sings";
    admin.log_stream("app", "s").await;
    for round in 0..30 {
        admin.put_logs("app", "s", &[(round, &format!("{canary} {round}"))]).await;
    }
    let pattern = json!({"logGroupName": "app", "filterPattern": format!("\"{canary}\"")});
    assert_eq!(admin.filtered(pattern).await.len(), 30);
    assert_eq!(admin.ask_logs("GetLogEvents", named("app", "s")).await["events"].as_array().unwrap().len(), 30);
    // A batch that is refused, and a pattern that is none.
    let events = json!([{"timestamp": house.clock_ms(), "message": canary}, {"timestamp": 5, "message": canary}]);
    admin.logs("PutLogEvents", with(named("app", "s"), json!({"logEvents": events}))).await;
    admin.logs("FilterLogEvents", json!({"logGroupName": "app", "filterPattern": format!("\"{canary}")})).await;
    let grounds = house.close().await;
    let files = grounds.files();
    assert!(files.len() > 3);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!is_there, "{}", file.display());
    }
}

#[tokio::test]
async fn rows_that_were_moved_or_changed_are_not_read() {
    let house = House::open().await;
    let admin = house.admin();
    for stream in ["a", "b"] {
        admin.log_stream("app", stream).await;
        admin.put_logs("app", stream, &[(0, stream)]).await;
    }
    let grounds = house.close().await;
    let connection = Connection::open(grounds.data_dir().join("keepwell.sqlite3")).unwrap();
    let swap =
        "UPDATE log_chunk SET stream = (SELECT max(id) FROM log_stream) + (SELECT min(id) FROM log_stream) - stream";
    connection.execute_batch(swap).unwrap();
    drop(connection);
    let house = grounds.open().await;
    let answer = house.admin().logs("GetLogEvents", named("app", "a")).await;
    assert_eq!((answer.status, answer.text().contains("InternalFailure")), (500, true));
    let grounds = house.close().await;
    let connection = Connection::open(grounds.data_dir().join("keepwell.sqlite3")).unwrap();
    connection.execute_batch(swap).unwrap();
    drop(connection);
    let house = grounds.open().await;
    let told = house.admin().ask_logs("GetLogEvents", named("app", "a")).await;
    assert_eq!(messages(told["events"].as_array().unwrap()), ["a"]);
}

#[tokio::test]
async fn what_has_expired_goes_within_the_hour() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    admin.put_logs("app", "s", &[(-2 * DAY_MS, "old")]).await;
    admin.put_logs("app", "s", &[(-HOUR_MS, "hour"), (0, "now")]).await;
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1})).await;
    tend(&house).await;
    assert_eq!(count(&house, "log_chunk"), 2, "not before its time");
    house.turn_clock(HOUR_MS);
    tend(&house).await;
    let found = admin.filtered(json!({"logGroupName": "app"})).await;
    assert_eq!(messages(&found), ["hour", "now"]);
    // A chunk goes as a whole.
    house.turn_clock(DAY_MS - HOUR_MS);
    tend(&house).await;
    assert_eq!(count(&house, "log_chunk"), 1);
    house.turn_clock(HOUR_MS + 1);
    tend(&house).await;
    assert_eq!(count(&house, "log_chunk"), 0);
    // It comes again as long as there is a retention, and not when there is none.
    assert_eq!(count(&house, "job WHERE kind = 'tend-log-group'"), 1);
    admin.do_logs("DeleteRetentionPolicy", json!({"logGroupName": "app"})).await;
    house.turn_clock(HOUR_MS);
    tend(&house).await;
    assert_eq!(count(&house, "job WHERE kind = 'tend-log-group'"), 0);
}

#[tokio::test]
async fn what_lay_in_a_deleted_group_is_erased() {
    let house = House::open().await;
    let admin = house.admin();
    for (group, stream) in [("app", "a"), ("app", "b"), ("kept", "a")] {
        admin.log_stream(group, stream).await;
        for step in 0..3 {
            admin.put_logs(group, stream, &[(step, "m")]).await;
        }
    }
    admin.do_logs("DeleteLogStream", named("kept", "a")).await;
    admin.log_stream("kept", "a").await;
    admin.put_logs("kept", "a", &[(0, "new")]).await;
    admin.do_logs("DeleteLogGroup", json!({"logGroupName": "app"})).await;
    admin.log_stream("app", "a").await;
    assert_eq!(count(&house, "log_chunk"), 10);
    assert!(admin.filtered(json!({"logGroupName": "app"})).await.is_empty());
    tend(&house).await;
    let counts =
        ["log_chunk", "log_stream", "log_group", "job WHERE kind = 'tend-log-group'"].map(|what| count(&house, what));
    assert_eq!(counts, [1, 2, 2, 0]);
    let found = admin.filtered(json!({"logGroupName": "kept"})).await;
    assert_eq!(messages(&found), ["new"]);
}

#[tokio::test]
async fn a_group_is_no_larger_than_it_may_be() {
    let house = House::open_with(&[("quota.log_group_bytes", "100000")]).await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    let line = "m".repeat(30_000);
    for step in 0..8 {
        admin.put_logs("app", "s", &[(step, &format!("{step} {line}"))]).await;
    }
    let found = admin.filtered(json!({"logGroupName": "app"})).await;
    let first: Vec<&str> = messages(&found).iter().map(|message| message.split(' ').next().unwrap()).collect();
    assert_eq!(first, ["5", "6", "7"]);
}
