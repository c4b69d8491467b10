//! Log groups: made, listed, tagged, kept and deleted.

use serde_json::json;

use super::{NO_GROUP, invalid, named, refused, tend};
use crate::house::{ACCOUNT, HOUR_MS, House, OTHER_REGION, REGION};

#[tokio::test]
async fn a_group_is_told_as_it_was_made() {
    let house = House::open().await;
    let admin = house.admin();
    let members = json!({
        "logGroupName": "/aws/lambda/app", "tags": {"team": "core"}, "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": false,
    });
    admin.do_logs("CreateLogGroup", members).await;
    admin.do_logs("CreateLogStream", named("/aws/lambda/app", "s")).await;
    admin.put_logs("/aws/lambda/app", "s", &[(0, "four")]).await;
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/app");
    let told = admin.ask_logs("DescribeLogGroups", json!({})).await;
    let created = house.clock_ms() as f64;
    assert_eq!(
        told,
        json!({"logGroups": [{
            "logGroupName": "/aws/lambda/app", "creationTime": created, "metricFilterCount": 0.0,
            "arn": format!("{arn}:*"), "storedBytes": 30.0, "logGroupClass": "STANDARD", "logGroupArn": arn,
            "deletionProtectionEnabled": false,
        }]})
    );
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "/aws/lambda/app", "retentionInDays": 7})).await;
    let told = admin.ask_logs("DescribeLogGroups", json!({})).await;
    assert_eq!(told["logGroups"][0]["retentionInDays"], 7.0);
    admin.do_logs("DeleteRetentionPolicy", json!({"logGroupName": "/aws/lambda/app"})).await;
    let told = admin.ask_logs("DescribeLogGroups", json!({})).await;
    assert_eq!(told["logGroups"][0].get("retentionInDays"), None);
    // Another Region has its own.
    let elsewhere = admin.in_region(OTHER_REGION).ask_logs("DescribeLogGroups", json!({})).await;
    assert_eq!(elsewhere, json!({"logGroups": []}));
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_in_aws_s_words() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_group("app").await;
    let again = admin.logs("CreateLogGroup", json!({"logGroupName": "app"})).await;
    refused(&again, "ResourceAlreadyExistsException", "The specified log group already exists");
    for (members, text) in [
        (
            json!({"logGroupName": "a b"}),
            "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        ),
        (json!({"logGroupName": "b", "kmsKeyId": "k"}), "kmsKeyId is not supported by this server."),
        (
            json!({"logGroupName": "b", "logGroupClass": "INFREQUENT_ACCESS"}),
            "logGroupClass INFREQUENT_ACCESS is not supported by this server.",
        ),
        (json!({"logGroupName": "aws/b"}), "Log groups starting with AWS/ are reserved for AWS."),
        (json!({"logGroupName": "b", "tags": {"aws:x": ""}}), "Tag keys that begin with aws: are reserved."),
        (
            json!({"logGroupName": "b", "tags": {}}),
            "1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length \
             greater than or equal to 1",
        ),
    ] {
        invalid(&admin.logs("CreateLogGroup", members).await, text);
    }
    let days = admin.logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 2})).await;
    invalid(&days, "The retention period of 2 days is not one of the possible values.");
    let missing = json!({"logGroupName": "missing"});
    for (operation, members) in [
        ("DeleteLogGroup", missing.clone()),
        ("PutRetentionPolicy", json!({"logGroupName": "missing", "retentionInDays": 1})),
        ("DeleteRetentionPolicy", missing.clone()),
        ("CreateLogStream", named("missing", "s")),
        ("DeleteLogStream", named("missing", "s")),
        ("DescribeLogStreams", missing.clone()),
        ("GetLogEvents", named("missing", "s")),
        ("FilterLogEvents", missing.clone()),
        ("ListTagsLogGroup", missing),
    ] {
        refused(&admin.logs(operation, members).await, "ResourceNotFoundException", NO_GROUP);
    }
}

#[tokio::test]
async fn groups_are_listed_by_name_and_by_parts_of_it() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["b", "a/2", "a/1", "Ca"] {
        admin.log_group(name).await;
    }
    let names = async |members: serde_json::Value| {
        let told = admin.ask_logs("DescribeLogGroups", members).await;
        let names = told["logGroups"].as_array().unwrap().iter().map(|group| group["logGroupName"].as_str().unwrap());
        (names.collect::<Vec<_>>().join(" "), told.get("nextToken").cloned())
    };
    assert_eq!(names(json!({})).await, ("Ca a/1 a/2 b".to_owned(), None));
    assert_eq!(names(json!({"logGroupNamePrefix": "a/"})).await.0, "a/1 a/2");
    assert_eq!(names(json!({"logGroupNamePattern": "a"})).await.0, "Ca a/1 a/2");
    assert_eq!(names(json!({"logGroupNamePattern": ""})).await.0, "Ca a/1 a/2 b");
    assert_eq!(names(json!({"logGroupIdentifiers": ["b", "none"]})).await.0, "b");
    assert_eq!(names(json!({"logGroupClass": "DELIVERY"})).await.0, "");
    let (first, token) = names(json!({"limit": 3})).await;
    let (second, end) = names(json!({"limit": 3, "nextToken": token})).await;
    assert_eq!((&*first, &*second, end), ("Ca a/1 a/2", "b", None));

    let brief = admin.ask_logs("DescribeLogGroups", json!({"logGroupNamePattern": "b"})).await;
    let members: Vec<&String> = brief["logGroups"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["arn", "creationTime", "logGroupName"]);

    let both = json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "a"});
    let text = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
    invalid(&admin.logs("DescribeLogGroups", both).await, text);
    for token in [json!("nonsense"), token.unwrap()] {
        let other = json!({"logGroupNamePrefix": "a", "nextToken": token});
        invalid(&admin.logs("DescribeLogGroups", other).await, "The specified nextToken is invalid.");
    }
    let linked = admin.logs("DescribeLogGroups", json!({"includeLinkedAccounts": true})).await;
    invalid(&linked, "includeLinkedAccounts is not supported by this server.");
    let many = admin.logs("DescribeLogGroups", json!({"limit": 51})).await;
    invalid(
        &many,
        "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less \
         than or equal to 50",
    );
}

#[tokio::test]
async fn tags_are_given_and_taken_by_name_and_by_arn() {
    let house = House::open().await;
    let admin = house.admin();
    admin.do_logs("CreateLogGroup", json!({"logGroupName": "app", "tags": {"a": "1"}})).await;
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app");
    admin.do_logs("TagResource", json!({"resourceArn": arn, "tags": {"b": "2", "a": "3"}})).await;
    admin.do_logs("TagLogGroup", json!({"logGroupName": "app", "tags": {"c": ""}})).await;
    let expected = json!({"tags": {"a": "3", "b": "2", "c": ""}});
    assert_eq!(admin.ask_logs("ListTagsForResource", json!({"resourceArn": arn})).await, expected);
    assert_eq!(admin.ask_logs("ListTagsLogGroup", json!({"logGroupName": "app"})).await, expected);
    admin.do_logs("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a", "none"]})).await;
    admin.do_logs("UntagLogGroup", json!({"logGroupName": "app", "tags": ["b"]})).await;
    let left = admin.ask_logs("ListTagsForResource", json!({"resourceArn": arn})).await;
    assert_eq!(left, json!({"tags": {"c": ""}}));

    let many: serde_json::Map<_, _> = (0..50).map(|number| (format!("k{number}"), json!(""))).collect();
    let refusal = admin.logs("TagResource", json!({"resourceArn": arn, "tags": many})).await;
    refused(&refusal, "TooManyTagsException", "A resource can have no more than 50 tags.");
    let other = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:none");
    let missing = admin.logs("ListTagsForResource", json!({"resourceArn": other})).await;
    refused(&missing, "ResourceNotFoundException", NO_GROUP);
    let destination = format!("arn:aws:logs:{REGION}:{ACCOUNT}:destination:d");
    let wrong = admin.logs("ListTagsForResource", json!({"resourceArn": destination})).await;
    invalid(&wrong, "The specified ARN is not the ARN of a log group.");
}

#[tokio::test]
async fn a_protected_group_is_not_deleted_nor_are_its_streams() {
    let house = House::open().await;
    let admin = house.admin();
    admin.do_logs("CreateLogGroup", json!({"logGroupName": "app", "deletionProtectionEnabled": true})).await;
    admin.do_logs("CreateLogStream", named("app", "s")).await;
    let text = "The log group is protected from deletion. Disable its deletion protection first.";
    refused(&admin.logs("DeleteLogGroup", json!({"logGroupName": "app"})).await, "ValidationException", text);
    refused(&admin.logs("DeleteLogStream", named("app", "s")).await, "ValidationException", text);
    let protect = json!({"logGroupIdentifier": "app", "deletionProtectionEnabled": false});
    admin.do_logs("PutLogGroupDeletionProtection", protect).await;
    admin.do_logs("DeleteLogStream", named("app", "s")).await;
    admin.do_logs("DeleteLogGroup", json!({"logGroupName": "app"})).await;
}

#[tokio::test]
async fn every_change_of_a_group_is_on_the_trail_and_the_audit_is_sound() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    admin.put_logs("app", "s", &[(0, "a line")]).await;
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1})).await;
    // The same again is no change.
    admin.do_logs("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1})).await;
    admin.log_group("gone").await;
    admin.do_logs("DeleteLogGroup", json!({"logGroupName": "gone"})).await;
    house.turn_clock(HOUR_MS);
    tend(&house).await;
    let told = house.whole_trail();
    let of_logs = told.iter().filter(|record| record["eventSource"] == "logs.amazonaws.com");
    let names: Vec<&str> = of_logs.clone().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CreateLogGroup",
            "CreateLogStream",
            "PutLogEvents",
            "PutRetentionPolicy",
            "PutRetentionPolicy",
            "CreateLogGroup",
            "DeleteLogGroup",
        ]
    );
    let put = of_logs.clone().find(|record| record["eventName"] == "PutLogEvents").unwrap();
    let expected = json!({
        "logGroupName": "app", "logStreamName": "s", "logEvents": put["requestParameters"]["logEvents"],
    });
    assert_eq!(put["requestParameters"], expected);
    assert_eq!(put["requestParameters"]["logEvents"][0].get("message"), None);
    let grounds = house.close().await;
    let report = grounds.audit();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}
