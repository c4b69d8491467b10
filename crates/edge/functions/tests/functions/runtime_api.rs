use std::time::Duration;

use serde_json::json;

use crate::stage::{Function, Stage};

/// A runtime that speaks the API itself: `next`, then whatever the story wants.
fn bootstrap(story: &str) -> Function {
    Function::provided(&format!(
        r#"#!/usr/bin/env python3
import http.client, json, os, sys, time
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def ask(method, path, body=None, headers={{}}):
    connection.request(method, "/2018-06-01/runtime/" + path, body, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read().decode()

def short(answer):
    return [answer[0], json.loads(answer[2])]

{story}
"#
    ))
}

#[tokio::test]
async fn a_call_has_the_headers_that_clients_need() {
    let stage = Stage::new();
    let function = bootstrap(
        r#"
while True:
    status, headers, body = ask("GET", "invocation/next")
    id = headers["Lambda-Runtime-Aws-Request-Id"]
    told = {name: headers[name] for name in headers if name.lower() not in ("date", "content-length")}
    told["remaining"] = int(told.pop("lambda-runtime-deadline-ms")) - time.time() * 1000
    ask("POST", "invocation/%s/response" % id, json.dumps([status, body, told]))
"#,
    );
    let answer = stage.answer(&function, r#"{"an": "event"}"#).await;
    assert_eq!((&answer[0], &answer[1]), (&json!(200), &json!(r#"{"an": "event"}"#)));
    let headers = answer[2].as_object().unwrap();
    assert_eq!(headers.len(), 6, "{headers:?}");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["lambda-runtime-aws-request-id"].as_str().unwrap().len(), 36);
    assert_eq!(headers["lambda-runtime-invoked-function-arn"], function.to_run.arn);
    assert_eq!(headers["lambda-runtime-trace-id"], "Root=1-5f59510c-047f43fa9c899bf0e1a57cef;Sampled=0");
    assert!(headers["lambda-runtime-client-context"].as_str().unwrap().contains("app_title"));
    assert!((25_000.0..=30_000.0).contains(&headers["remaining"].as_f64().unwrap()));
    stage.close().await;
}

#[tokio::test]
async fn answers_to_the_wrong_question_are_refused() {
    let stage = Stage::new();
    let function = bootstrap(
        r#"
told = [short(ask("POST", "invocation/none/response", "1"))]
status, headers, body = ask("GET", "invocation/next")
id = headers["Lambda-Runtime-Aws-Request-Id"]
told += [
    short(ask("POST", "invocation/other/response", "1")),
    short(ask("POST", "invocation/other/error", "{}")),
    short(ask("POST", "init/error", "{}")),
    short(ask("GET", "invocation/next")),
    short(ask("GET", "restore/next"))[0],
    short(ask("DELETE", "invocation/%s/response" % id))[0],
]
accepted = ask("POST", "invocation/%s/response" % id, json.dumps(told))
again = ask("POST", "invocation/%s/response" % id, "1")
status, headers, body = ask("GET", "invocation/next")
id = headers["Lambda-Runtime-Aws-Request-Id"]
ask("POST", "invocation/%s/response" % id, json.dumps([short(accepted), short(again)]))
ask("GET", "invocation/next")
"#,
    );
    let wrong_state =
        json!([403, {"errorMessage": "State transition is not allowed", "errorType": "InvalidStateTransition"}]);
    let wrong_id = json!([400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}]);
    let first = json!([wrong_state, wrong_id, wrong_id, wrong_state, wrong_state, 404, 404]);
    assert_eq!(stage.answer(&function, "{}").await, first);
    // Where the process has not asked for its next event yet, another one begins anew.
    let mut second = first.clone();
    for _ in 0..10 {
        if second == first {
            second = stage.answer(&function, "{}").await;
        }
    }
    assert_eq!(second, json!([[202, {"status": "OK"}], wrong_state]));
    stage.close().await;
}

#[tokio::test]
async fn errors_pass_with_and_without_their_type_and_also_when_they_are_no_json() {
    let stage = Stage::new();
    let function = bootstrap(
        r#"
while True:
    status, headers, body = ask("GET", "invocation/next")
    told = json.loads(body)
    ask("POST", "invocation/%s/error" % headers["Lambda-Runtime-Aws-Request-Id"], told["body"], told["headers"])
"#,
    );
    for (event, payload) in [
        (
            r#"{"headers": {}, "body": "{\"errorType\": \"Mine\", \"errorMessage\": \"m\"}"}"#,
            r#"{"errorType": "Mine", "errorMessage": "m"}"#,
        ),
        (
            r#"{"headers": {"Lambda-Runtime-Function-Error-Type": "Runtime.Odd"}, "body": "no json"}"#,
            r#"{"errorType":"Runtime.Odd","errorMessage":"no json"}"#,
        ),
        (r#"{"headers": {}, "body": ""}"#, r#"{"errorType":"Runtime.Unknown","errorMessage":""}"#),
    ] {
        assert_eq!(stage.failure(&function, event).await.0, payload);
    }
    stage.close().await;
}

#[tokio::test]
async fn garbage_on_the_connection_harms_nobody() {
    let stage = Stage::new();
    let function = bootstrap(
        r#"
import socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
for garbage in (b"\0" * 1000, b"GET / HTTP/9\r\n\r\n", b"POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nContent-Length: 99\r\n\r\n1", b"x" * 1_000_000):
    other = socket.create_connection((host, int(port)))
    try:
        other.sendall(garbage)
    except OSError:
        pass
    other.close()
while True:
    status, headers, body = ask("GET", "invocation/next")
    ask("POST", "invocation/%s/response" % headers["Lambda-Runtime-Aws-Request-Id"], "not json at all")
"#,
    );
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    assert!(matches!(invoked.end, facades::InvocationEnd::Answered(body) if body == "not json at all"));
    stage.close().await;
}

#[tokio::test]
async fn nobody_polls_anothers_queue() {
    let stage = Stage::new();
    let victim = Function::python(
        "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.environ['AWS_LAMBDA_RUNTIME_API']\n",
    );
    let thief = Function::python(
        r#"
import http.client
def handler(event, context):
    connection = http.client.HTTPConnection(event)
    try:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        return connection.getresponse().status
    except Exception as error:
        return type(error).__name__
"#,
    )
    .timeout(Duration::from_secs(5));
    let api = stage.answer(&victim, "0").await;
    let stolen = stage.answer(&thief, &api.to_string()).await;
    assert!(["RemoteDisconnected", "ConnectionResetError"].contains(&stolen.as_str().unwrap()), "{stolen}");
    // Nor does the user who runs the server.
    let address: std::net::SocketAddr = api.as_str().unwrap().parse().unwrap();
    let outside = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let sent = stream.write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        (sent.is_err() || read.is_err() || answer.is_empty(), answer)
    });
    let (was_turned_away, answer) = outside.await.unwrap();
    assert!(was_turned_away, "{}", String::from_utf8_lossy(&answer));
    assert_eq!(stage.answer(&victim, "0").await, api);
    stage.close().await;
}
