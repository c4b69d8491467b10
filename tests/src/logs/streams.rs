//! Log streams.

use serde_json::{Value, json};

use super::{NO_STREAM, invalid, named, refused, with};
use crate::house::{ACCOUNT, House, REGION};

#[tokio::test]
async fn a_stream_tells_of_its_events() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "2026/03/02/[$LATEST]abc").await;
    let stream = async || {
        let told = admin.ask_logs("DescribeLogStreams", json!({"logGroupName": "app"})).await;
        told["logStreams"][0].clone()
    };
    let created = house.clock_ms();
    let empty = stream().await;
    let token = empty["uploadSequenceToken"].clone();
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app:log-stream:2026/03/02/[$LATEST]abc");
    let expected = json!({
        "logStreamName": "2026/03/02/[$LATEST]abc", "creationTime": created as f64, "uploadSequenceToken": token,
        "arn": arn, "storedBytes": 0.0,
    });
    assert_eq!(empty, expected);
    house.turn_clock(5000);
    admin.put_logs("app", "2026/03/02/[$LATEST]abc", &[(-3000, "one"), (-1000, "two")]).await;
    let times = json!({
        "firstEventTimestamp": (created + 2000) as f64, "lastEventTimestamp": (created + 4000) as f64,
        "lastIngestionTime": (created + 5000) as f64,
    });
    assert_eq!(stream().await, with(expected, times));
}

#[tokio::test]
async fn streams_are_listed_in_both_orders() {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["b", "a/1", "c", "a/2"] {
        admin.log_stream("app", name).await;
    }
    admin.put_logs("app", "b", &[(-10, "m")]).await;
    admin.put_logs("app", "a/2", &[(-5, "m")]).await;
    let names = async |more: Value| {
        let mut members = with(json!({"logGroupName": "app", "limit": 3}), more);
        let mut names = Vec::new();
        loop {
            let told = admin.ask_logs("DescribeLogStreams", members.clone()).await;
            let streams = told["logStreams"].as_array().unwrap();
            names.extend(streams.iter().map(|stream| stream["logStreamName"].as_str().unwrap().to_owned()));
            match told.get("nextToken") {
                Some(token) => members["nextToken"] = token.clone(),
                None => return names.join(" "),
            }
        }
    };
    assert_eq!(names(json!({})).await, "a/1 a/2 b c");
    assert_eq!(names(json!({"descending": true})).await, "c b a/2 a/1");
    assert_eq!(names(json!({"logStreamNamePrefix": "a/"})).await, "a/1 a/2");
    assert_eq!(names(json!({"orderBy": "LastEventTime", "descending": true})).await, "a/2 b c a/1");
    assert_eq!(names(json!({"orderBy": "LastEventTime"})).await, "a/1 c b a/2");
    let wrong = json!({"logGroupName": "app", "orderBy": "LastEventTime", "logStreamNamePrefix": "a"});
    let refusal = admin.logs("DescribeLogStreams", wrong).await;
    invalid(&refusal, "Cannot order by LastEventTime with a logStreamNamePrefix.");
    let both = json!({"logGroupName": "app", "logGroupIdentifier": "app"});
    let refusal = admin.logs("DescribeLogStreams", both).await;
    refused(&refusal, "ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
    let neither = admin.logs("DescribeLogStreams", json!({})).await;
    invalid(&neither, "Either logGroupName or logGroupIdentifier must be specified.");
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app");
    let told = admin.ask_logs("DescribeLogStreams", json!({"logGroupIdentifier": arn})).await;
    assert_eq!(told["logStreams"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_name_is_given_once_and_again_when_its_stream_is_gone() {
    let house = House::open().await;
    let admin = house.admin();
    admin.log_stream("app", "s").await;
    admin.put_logs("app", "s", &[(0, "of the first")]).await;
    let again = admin.logs("CreateLogStream", named("app", "s")).await;
    refused(&again, "ResourceAlreadyExistsException", "The specified log stream already exists");
    admin.do_logs("DeleteLogStream", named("app", "s")).await;
    let put = with(named("app", "s"), json!({"logEvents": [{"timestamp": house.clock_ms(), "message": "m"}]}));
    for (operation, members) in
        [("DeleteLogStream", named("app", "s")), ("GetLogEvents", named("app", "s")), ("PutLogEvents", put)]
    {
        refused(&admin.logs(operation, members).await, "ResourceNotFoundException", NO_STREAM);
    }
    admin.do_logs("CreateLogStream", named("app", "s")).await;
    let events = admin.ask_logs("GetLogEvents", named("app", "s")).await;
    assert_eq!(events["events"], json!([]));
    let wrong = admin.logs("CreateLogStream", named("app", "a:b")).await;
    invalid(
        &wrong,
        "1 validation error detected: Value 'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [^:*]*",
    );
}
