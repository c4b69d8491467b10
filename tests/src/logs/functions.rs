//! Events of whoever runs functions, written as the function's role.

use facades::{LogEvents, LogEventsError, LogStreamName, NewLogEvent};
use gate::{Caller, RequestContext};
use keepwell::system::SystemEntropy;
use serde_json::{Value, json};
use terms::Timestamp;

use super::{messages, tend};
use crate::{
    house::{DAY_MS, HOUR_MS, House},
    lambda::acting_as,
    people::{allow, document},
};

const GROUP: &str = "/aws/lambda/app";
const STREAM: LogStreamName<'_> = LogStreamName { group: GROUP, stream: "2026/03/02/[$LATEST]0123" };

/// A session of the role `app` with this policy, and a request of Lambda's.
async fn session(house: &House, policy: &str) -> (Caller, RequestContext) {
    let context = RequestContext::begin(house.clock(), &SystemEntropy, [127, 0, 0, 1].into());
    (acting_as(house, "app", policy).await, context)
}

fn event(house: &House, offset: i64, message: &str) -> NewLogEvent {
    NewLogEvent { at: Timestamp::from_millis(house.clock_ms() + offset), message: message.to_owned() }
}

fn writes() -> String {
    document(json!([allow(&["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")]))
}

/// What the trail tells of logs.
fn told(house: &House) -> Vec<Value> {
    house.whole_trail().into_iter().filter(|record| record["eventSource"] == "logs.amazonaws.com").collect()
}

#[tokio::test]
async fn what_a_function_prints_is_written_as_its_role_and_what_is_missing_is_made() {
    let house = House::open().await;
    let (caller, context) = session(&house, &writes()).await;
    let logs = &house.rooms.logs;
    let events = vec![event(&house, 1, "second"), event(&house, 0, "first"), event(&house, 1, "third")];
    logs.append(&context, &caller, STREAM, events).await.unwrap();
    logs.append(&context, &caller, STREAM, vec![event(&house, 2, "fourth")]).await.unwrap();
    logs.append(&context, &caller, STREAM, Vec::new()).await.unwrap();
    let found = house.admin().filtered(json!({"logGroupName": GROUP})).await;
    assert_eq!(messages(&found), ["first", "second", "third", "fourth"]);
    // On the trail are the calls that the role made, and no events.
    let told = told(&house);
    let names: Vec<&Value> = told.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["CreateLogGroup", "CreateLogStream", "FilterLogEvents"]);
    assert_eq!(told[0]["userIdentity"]["type"], "AssumedRole");
    assert_eq!(told[0]["requestParameters"], json!({"logGroupName": GROUP}));
    assert_eq!(told[1]["requestParameters"], json!({"logGroupName": GROUP, "logStreamName": STREAM.stream}));
    let report = house.close().await.audit();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[tokio::test]
async fn a_role_without_the_right_writes_nothing_and_makes_nothing() {
    let house = House::open().await;
    let (caller, context) = session(&house, &document(json!([allow(&["logs:PutLogEvents"], "*")]))).await;
    let logs = &house.rooms.logs;
    let denied = logs.append(&context, &caller, STREAM, vec![event(&house, 0, "m")]).await.unwrap_err();
    assert!(matches!(&denied, LogEventsError::Denied(text) if text.contains("logs:CreateLogGroup")), "{denied:?}");
    assert_eq!(house.admin().ask_logs("DescribeLogGroups", json!({})).await, json!({"logGroups": []}));
    house.admin().log_group(GROUP).await;
    let denied = logs.append(&context, &caller, STREAM, vec![event(&house, 0, "m")]).await.unwrap_err();
    assert!(matches!(&denied, LogEventsError::Denied(text) if text.contains("logs:CreateLogStream")), "{denied:?}");
}

#[tokio::test]
async fn many_writers_at_once_lose_no_event() {
    let house = House::open().await;
    let (caller, context) = session(&house, &writes()).await;
    let logs = &house.rooms.logs;
    let writers = (0..20).map(|number| logs.append(&context, &caller, STREAM, vec![event(&house, number, "m")]));
    for written in futures_of(writers.collect()).await {
        written.unwrap();
    }
    assert_eq!(house.admin().filtered(json!({"logGroupName": GROUP})).await.len(), 20);
    assert_eq!(told(&house).iter().filter(|record| record["eventName"] == "CreateLogGroup").count(), 1);
}

/// All of them at once, each on its way before the first has ended.
async fn futures_of<T: Send>(futures: Vec<contract::Answer<'_, T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(answer) = future.as_mut().poll(context) {
                *done = Some(answer);
            }
        }
        if futures.iter().all(|(_, done)| done.is_some()) {
            std::task::Poll::Ready(futures.iter_mut().map(|(_, done)| done.take().unwrap()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn what_a_clock_far_off_says_is_passed_over_and_too_much_is_refused() {
    let house = House::open().await;
    let (caller, context) = session(&house, &writes()).await;
    let logs = &house.rooms.logs;
    let days = [-20 * DAY_MS, -10 * DAY_MS, 0, 3 * HOUR_MS].map(|offset| event(&house, offset, "m")).to_vec();
    logs.append(&context, &caller, STREAM, days).await.unwrap();
    assert_eq!(house.admin().filtered(json!({"logGroupName": GROUP})).await.len(), 2);
    let large = vec![event(&house, 0, &"m".repeat(1_048_576))];
    assert!(matches!(logs.append(&context, &caller, STREAM, large).await, Err(LogEventsError::Refused(_))));
    let many = vec![event(&house, 0, &"m".repeat(1_000_000)); 17];
    assert!(matches!(logs.append(&context, &caller, STREAM, many).await, Err(LogEventsError::Refused(_))));
    tend(&house).await;
}
