//! CloudWatch Logs through its API.

mod events;
mod functions;
mod groups;
mod keeping;
mod rights;
mod searches;
mod streams;

use serde_json::{Value, json};

use crate::{
    house::House,
    letters::{Answer, Letter, Persona},
};

pub(crate) const TARGET: &str = "Logs_20140328";

impl Persona<'_> {
    pub(crate) async fn logs(self, operation: &str, members: Value) -> Answer {
        let mut letter = Letter::unsigned(operation, members.to_string().as_bytes());
        letter.set("x-amz-target", &format!("{TARGET}.{operation}"));
        Persona { service: "logs", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    /// The call succeeds; its answer.
    pub(crate) async fn ask_logs(self, operation: &str, members: Value) -> Value {
        self.logs(operation, members).await.json()
    }

    /// The call succeeds and answers nothing.
    pub(crate) async fn do_logs(self, operation: &str, members: Value) {
        self.logs(operation, members).await.is_empty_success();
    }

    pub(crate) async fn log_group(self, name: &str) {
        self.do_logs("CreateLogGroup", json!({"logGroupName": name})).await;
    }

    /// A stream of a group, both made here.
    pub(crate) async fn log_stream(self, group: &str, stream: &str) {
        let answer = self.logs("CreateLogGroup", json!({"logGroupName": group})).await;
        assert!(answer.status == 200 || answer.text().contains("already exists"), "{}", answer.text());
        self.do_logs("CreateLogStream", named(group, stream)).await;
    }

    /// Writes events some milliseconds from now.
    pub(crate) async fn put_logs(self, group: &str, stream: &str, events: &[(i64, &str)]) -> Value {
        let now = self.house.clock_ms();
        let events: Vec<Value> =
            events.iter().map(|(offset, message)| json!({"timestamp": now + offset, "message": message})).collect();
        let mut members = named(group, stream);
        members["logEvents"] = events.into();
        self.ask_logs("PutLogEvents", members).await
    }

    /// All that a filter finds, page by page.
    pub(crate) async fn filtered(self, mut members: Value) -> Vec<Value> {
        let mut found = Vec::new();
        for _ in 0..100 {
            let page = self.ask_logs("FilterLogEvents", members.clone()).await;
            found.extend(page["events"].as_array().unwrap().iter().cloned());
            match page.get("nextToken") {
                Some(token) => members["nextToken"] = token.clone(),
                None => return found,
            }
        }
        panic!("the pages do not end");
    }
}

pub(crate) fn named(group: &str, stream: &str) -> Value {
    json!({"logGroupName": group, "logStreamName": stream})
}

/// Members of a request and some more.
fn with(mut members: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        members[name] = value.clone();
    }
    members
}

fn messages(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["message"].as_str().unwrap()).collect()
}

/// A refusal, byte for byte.
#[track_caller]
pub(crate) fn refused(answer: &Answer, code: &str, text: &str) {
    let member = if code == "AccessDeniedException" { "Message" } else { "message" };
    let body = format!(r#"{{"__type":"{code}","{member}":{}}}"#, json!(text));
    assert_eq!((answer.text(), answer.status), (body, 400));
}

#[track_caller]
fn invalid(answer: &Answer, text: &str) {
    refused(answer, "InvalidParameterException", text);
}

const NO_GROUP: &str = "The specified log group does not exist.";
const NO_STREAM: &str = "The specified log stream does not exist.";

/// Does all the work that is due, also what it leaves to do.
async fn tend(house: &House) {
    for _ in 0..20 {
        if house.do_due().await == 0 {
            return;
        }
    }
    panic!("the work does not end");
}
