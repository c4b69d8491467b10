//! Events of whoever runs functions, written as the function's role.

use std::sync::Arc;

use facades::{LogEvents, LogEventsError, LogStreamName, NewLogEvent};
use gate::{Caller, NewRoleSession, RequestContext, Restrictions, RoleSessions, RoleTaker, SessionKey};
use keepwell::system::SystemEntropy;
use serde_json::{Value, json};
use terms::{AccountId, Region, Timestamp};

use super::{messages, tend};
use crate::{
    house::{ACCOUNT, DAY_MS, HOUR_MS, House, REGION},
    people::{allow, document},
};

const GROUP: &str = "/aws/lambda/app";
const STREAM: LogStreamName<'_> = LogStreamName { group: GROUP, stream: "2026/03/02/[$LATEST]0123" };
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// A session of the role `app` with this policy, as Lambda begins it.
async fn session(house: &House, policy: &str) -> (Caller, RequestContext) {
    let role = house.admin().role("app", TRUST, policy).await;
    let store = Arc::clone(&house.rooms.secretsmanager.store);
    let sessions =
        RoleSessions::new(store, Arc::new(SessionKey::new(house.key("keepwell sessions"))), Arc::new(SystemEntropy));
    let context = RequestContext::begin(house.clock(), &SystemEntropy, [127, 0, 0, 1].into());
    let taker = RoleTaker {
        service: "lambda.amazonaws.com",
        source_arn: "arn:aws:lambda:eu-central-1:111122223333:function:app",
        source_account: AccountId::parse(ACCOUNT).unwrap(),
        request: context.request_id,
        now: context.received_at,
    };
    let until = context.received_at.plus_millis(HOUR_MS);
    let new = NewRoleSession {
        role_arn: &role.arn,
        session_name: "app",
        region: Region::parse(REGION).unwrap(),
        expires_at: until,
        restrictions: Restrictions::default(),
    };
    let session = sessions.begin(new, &taker).await.unwrap();
    (sessions.caller(&session, context.received_at).await.unwrap().unwrap(), context)
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
