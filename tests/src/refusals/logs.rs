//! A log group for the requests of CloudWatch Logs.

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, REGION},
    logs::named,
};

/// The group has a retention and a tag, and a stream with an event.
pub(super) async fn keep_logs(house: &House) {
    let admin = house.admin();
    admin.do_logs("CreateLogGroup", json!({"logGroupName": "app", "tags": {"team": "core"}})).await;
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 30})).await;
    admin.do_logs("CreateLogStream", named("app", "s")).await;
    admin.put_logs("app", "s", &[(0, "a line")]).await;
}

pub(super) fn requests(house: &House) -> Vec<(&'static str, Value)> {
    let group = json!({"logGroupName": "app"});
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app");
    let events = json!([{"timestamp": house.clock_ms(), "message": "another"}]);
    vec![
        ("CreateLogGroup", json!({"logGroupName": "new"})),
        ("CreateLogStream", named("app", "new")),
        ("DeleteLogGroup", group.clone()),
        ("DeleteLogStream", named("app", "s")),
        ("DeleteRetentionPolicy", group.clone()),
        ("DescribeLogGroups", json!({})),
        ("DescribeLogStreams", group.clone()),
        ("FilterLogEvents", group.clone()),
        ("GetLogEvents", named("app", "s")),
        ("ListTagsForResource", json!({"resourceArn": arn})),
        ("ListTagsLogGroup", group),
        ("PutLogEvents", json!({"logGroupName": "app", "logStreamName": "s", "logEvents": events})),
        ("PutLogGroupDeletionProtection", json!({"logGroupIdentifier": "app", "deletionProtectionEnabled": true})),
        ("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 7})),
        ("TagLogGroup", json!({"logGroupName": "app", "tags": {"a": ""}})),
        ("TagResource", json!({"resourceArn": arn, "tags": {"a": ""}})),
        ("UntagLogGroup", json!({"logGroupName": "app", "tags": ["team"]})),
        ("UntagResource", json!({"resourceArn": arn, "tagKeys": ["team"]})),
    ]
}
