//! Calls of functions.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use facades::{HostError, InvocationEnd};
use serde_json::{Value, json};

use super::{Workshop, function_arn, path};
use crate::people::{Person, allow, document};

const EVENT: (&str, &str) = ("x-amz-invocation-type", "Event");
const DRY_RUN: (&str, &str) = ("x-amz-invocation-type", "DryRun");

#[tokio::test]
async fn a_function_answers_with_what_it_was_given_to_answer() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Environment": {"Variables": {"STAGE": "prod"}}})).await;
    let answer = workshop.admin().invoke("app", &[], br#"{"a": [1, "two"]}"#).await;
    assert_eq!((answer.status, &*answer.text()), (200, r#"{"a": [1, "two"]}"#));
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    for absent in ["x-amz-function-error", "x-amz-log-result"] {
        assert_eq!(answer.header(absent), None);
    }
    let call = &workshop.host.calls()[0];
    assert_eq!(call.request_id, answer.request_id());
    assert_eq!((&*call.arn, &*call.invoked_arn), (&*function_arn("app"), &*function_arn("app")));
    assert_eq!((&*call.version, &*call.log_group), ("$LATEST", "/aws/lambda/app"));
    assert_eq!(call.environment, [("STAGE".to_owned(), "prod".to_owned())]);
    assert_eq!(call.code, super::ZIP);
}

#[tokio::test]
async fn no_event_at_all_counts_as_an_empty_object() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    assert_eq!(workshop.admin().invoke("app", &[], b"").await.text(), "{}");
    let answer = workshop.admin().invoke("app", &[], b"{\"password\": hunter2}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, Some("InvalidRequestContentException")));
    let text = answer.text();
    assert!(text.contains("Could not parse request body into json: Could not parse payload into json: "), "{text}");
    assert!(!text.contains("hunter2"));
    assert_eq!(workshop.host.calls().len(), 1);
}

#[tokio::test]
async fn a_function_that_fails_is_told_as_such_and_its_log_if_asked_for() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let failure = Bytes::from_static(br#"{"errorMessage":"no","errorType":"ValueError"}"#);
    workshop.host.then(Ok(InvocationEnd::Failed(failure.clone())));
    let tail = ("x-amz-log-type", "Tail");
    let answer = workshop.admin().invoke("app", &[tail], b"{}").await;
    assert_eq!((answer.status, answer.body.clone()), (200, failure));
    assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    let log = STANDARD.decode(answer.header("x-amz-log-result").unwrap()).unwrap();
    assert_eq!(log, b"START END REPORT");
}

#[tokio::test]
async fn what_the_host_cannot_do_is_told() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    workshop.host.then(Err(HostError::Busy));
    let answer = workshop.admin().invoke("app", &[], b"{}").await;
    answer.is_rest_error(429, "TooManyRequestsException", "Rate Exceeded.");
    workshop.host.then(Err(HostError::Unserved("No Python is installed.".to_owned())));
    let answer = workshop.admin().invoke("app", &[], b"{}").await;
    answer.is_rest_error(502, "InvalidRuntimeException", "No Python is installed.");
    workshop.host.then(Err(HostError::Internal("a secret path".to_owned())));
    let answer = workshop.admin().invoke("app", &[], b"{}").await;
    answer.is_rest_error(500, "ServiceException", "An internal error occurred.");
}

#[tokio::test]
async fn a_function_that_is_not_there_is_not_found() {
    let workshop = Workshop::open().await;
    let missing = workshop.admin().invoke("none", &[], b"{}").await;
    let text = format!("Function not found: {}:$LATEST", function_arn("none"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
    workshop.made("app").await;
    let missing = workshop.admin().invoke("app%3Alive", &[], b"{}").await;
    let text = format!("Function not found: {}:live", function_arn("app"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
    let two = workshop.admin().rest_with("POST", &path("app%3A1", "/invocations?Qualifier=2"), &[], b"").await;
    let text = "The derived qualifier from the function name does not match the specified qualifier.";
    two.is_rest_error(400, "InvalidParameterValueException", text);
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    workshop.admin().invoke("app", &[DRY_RUN], b"{}").await.is_rest_empty(204);
    let missing = workshop.admin().invoke("none", &[DRY_RUN], b"{}").await;
    assert_eq!(missing.status, 404);
    assert_eq!(workshop.host.calls().len(), 0);
}

#[tokio::test]
async fn a_client_context_comes_decoded() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let context = STANDARD.encode(r#"{"custom":{"a":"b"}}"#);
    workshop.admin().invoke("app", &[("x-amz-client-context", &context)], b"{}").await.rest_json(200);
    assert_eq!(workshop.host.calls()[0].client_context.as_deref(), Some(r#"{"custom":{"a":"b"}}"#));
    let wrong = workshop.admin().invoke("app", &[("x-amz-client-context", "e30")], b"{}").await;
    let text = "Client context must be a valid Base64-encoded JSON object.";
    wrong.is_rest_error(400, "InvalidRequestContentException", text);
}

#[tokio::test]
async fn a_function_acts_as_its_role() {
    let workshop = Workshop::open().await;
    let admin = workshop.admin();
    let arn = admin.create("db", "one").await;
    let policy = document(json!([allow(&["secretsmanager:GetSecretValue"], &arn)]));
    let parameters = [("RoleName", "worker"), ("PolicyName", "inline"), ("PolicyDocument", &policy)];
    admin.iam("PutRolePolicy", &parameters).await.is_success();
    workshop.made("app").await;
    admin.invoke("app", &[], b"{}").await.rest_json(200);
    let call = workshop.host.calls().remove(0);
    let function = Person {
        id: String::new(),
        arn: String::new(),
        access_key_id: call.access_key_id,
        secret_access_key: call.secret_access_key,
        session_token: Some(call.session_token),
    };
    assert_eq!(function.at(&workshop.house).value("db").await, "one");
    let identity = function.at(&workshop.house).sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.element("Arn"), "arn:aws:sts::111122223333:assumed-role/worker/app");
    let refused = function.at(&workshop.house).call("DeleteSecret", json!({"SecretId": "db"})).await;
    assert!(refused.text().contains("is not authorized to perform: secretsmanager:DeleteSecret"));
}

#[tokio::test]
async fn a_role_that_lost_its_trust_ends_the_calls() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let trust = crate::people::trusting(crate::house::ACCOUNT);
    let parameters = [("RoleName", "worker"), ("PolicyDocument", &*trust)];
    workshop.admin().iam("UpdateAssumeRolePolicy", &parameters).await.is_success();
    let answer = workshop.admin().invoke("app", &[], b"{}").await;
    let text = "The role defined for the function cannot be assumed by Lambda.";
    answer.is_rest_error(403, "AccessDeniedException", text);
    assert_eq!(workshop.host.calls().len(), 0);
}

#[tokio::test]
async fn as_many_run_at_once_as_are_reserved() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let reserve = async |count: i32| {
        let target = "/2017-10-31/functions/app/concurrency";
        workshop.admin().rest("PUT", target, json!({"ReservedConcurrentExecutions": count})).await.rest_json(200)
    };
    reserve(0).await;
    for headers in [&[][..], &[EVENT]] {
        let answer = workshop.admin().invoke("app", headers, b"{}").await;
        answer.is_rest_error(429, "TooManyRequestsException", "Rate Exceeded.");
        assert!(answer.text().contains("ReservedFunctionConcurrentInvocationLimitExceeded"));
    }
    reserve(1).await;
    let held = workshop.host.gate.lock().await;
    let first = workshop.admin().invoke("app", &[], b"1");
    let second = async {
        while workshop.host.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        let answer = workshop.admin().invoke("app", &[], b"2").await;
        drop(held);
        answer
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.status, second.status), (200, 429));
    workshop.admin().invoke("app", &[], b"3").await.rest_json(200);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_still_counts_until_it_ends() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let target = "/2017-10-31/functions/app/concurrency";
    workshop.admin().rest("PUT", target, json!({"ReservedConcurrentExecutions": 1})).await.rest_json(200);
    let held = workshop.host.gate.lock().await;
    let hung_up = tokio::time::timeout(Duration::from_millis(300), workshop.admin().invoke("app", &[], b"1")).await;
    assert!(hung_up.is_err());
    assert_eq!(workshop.admin().invoke("app", &[], b"2").await.status, 429);
    // And its record is there.
    let records = workshop.house.whole_trail();
    assert!(records.iter().any(|record| record["eventName"] == "Invoke" && record.get("errorCode").is_none()));
    drop(held);
    while workshop.admin().invoke("app", &[], b"3").await.status != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_event_is_run_again_after_a_minute_and_after_two() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    for _ in 0..5 {
        workshop.host.then(Ok(InvocationEnd::Failed(Bytes::from_static(b"{}"))));
    }
    let answer = workshop.admin().invoke("app", &[EVENT], b"{\"n\":1}").await;
    answer.is_rest_empty(202);
    assert_eq!(answer.header("x-amz-function-error"), None);
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < Duration::from_mins(10) {
        pass(Duration::from_secs(5)).await;
        let called = workshop.host.calls().len();
        times.resize(called, began.elapsed().as_secs() / 60);
    }
    assert_eq!(times, [0, 1, 3]);
    let calls = workshop.host.calls();
    assert!(calls.iter().all(|call| call.request_id == answer.request_id() && call.payload == "{\"n\":1}"));
}

#[tokio::test]
async fn an_event_for_a_function_that_is_gone_is_forgotten() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    workshop.host.then(Ok(InvocationEnd::Failed(Bytes::from_static(b"{}"))));
    workshop.admin().invoke("app", &[EVENT], b"{}").await.is_rest_empty(202);
    while workshop.host.calls().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    workshop.admin().rest("DELETE", &path("app", ""), Value::Null).await.is_rest_empty(204);
    workshop.made("app").await;
    tokio::time::pause();
    for _ in 0..20 {
        pass(Duration::from_secs(30)).await;
    }
    assert_eq!(workshop.host.calls().len(), 1);
}

/// Lets time pass that is paused, and the store's threads, which know nothing of it, do meanwhile what they were asked for.
async fn pass(time: Duration) {
    std::thread::sleep(Duration::from_millis(10));
    tokio::time::sleep(time).await;
}
