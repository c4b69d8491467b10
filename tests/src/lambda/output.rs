//! What functions write, and as whom it is written.

use std::sync::{Arc, Mutex};

use contract::Answer;
use facades::{FunctionOutput, LogEvents, LogEventsError, LogStreamName, NewLogEvent, OutputLine, OutputSource};
use gate::{Caller, RequestContext};
use keepwell::system::SystemEntropy;
use lambda::{Output, OutputMeans};
use serde_json::{Value, json};
use terms::Timestamp;

use super::{Workshop, function_arn, path};

/// Keeps what it is given.
#[derive(Default)]
struct Book(Mutex<Vec<(String, String, Vec<String>)>>);

impl LogEvents for Book {
    fn append<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        stream: LogStreamName<'a>,
        events: Vec<NewLogEvent>,
    ) -> Answer<'a, Result<(), LogEventsError>> {
        assert_eq!(context.user_agent.as_ref().unwrap(), "awslambda-worker/1.0");
        let place = format!("{}|{}", stream.group, stream.stream);
        let messages = events.into_iter().map(|event| event.message).collect();
        self.0.lock().unwrap().push((caller.principal().to_string(), place, messages));
        Box::pin(std::future::ready(Ok(())))
    }
}

fn source(name: &str, stream: &str) -> OutputSource {
    OutputSource {
        function_arn: function_arn(name),
        log_group: format!("/aws/lambda/{name}"),
        log_stream: stream.to_owned(),
    }
}

fn lines(texts: &[&str]) -> Vec<OutputLine> {
    texts.iter().map(|text| OutputLine { at: Timestamp::from_millis(1), text: (*text).to_owned() }).collect()
}

fn output(workshop: &Workshop, book: &Arc<Book>) -> Output {
    let rooms = &workshop.house.rooms;
    let means = &rooms.lambda;
    Output::new(OutputMeans {
        store: Arc::clone(&means.store),
        gate: Arc::clone(&means.gate),
        roles: workshop.house.roles(),
        logs: Arc::clone(book) as _,
        clock: Arc::clone(&rooms.clock),
        entropy: Arc::new(SystemEntropy),
    })
}

#[tokio::test]
async fn output_is_written_as_the_role_of_the_version_that_wrote_it() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let other = workshop.admin().role("other", &super::trusting_lambda(), "").await;
    workshop.admin().rest("PUT", &path("app", "/configuration"), json!({"Role": other.arn})).await.rest_json(200);
    let book = Arc::<Book>::default();
    let output = output(&workshop, &book);
    output.write(&source("app", "2026/03/02/[1]aa"), lines(&["START", "one"]));
    output.write(&source("app", "2026/03/02/[$LATEST]bb"), lines(&["START"]));
    output.write(&source("app", "2026/03/02/[1]aa"), lines(&["END"]));
    output.flush().await;
    let written = std::mem::take(&mut *book.0.lock().unwrap());
    let told = |role: &str| format!("arn:aws:sts::111122223333:assumed-role/{role}/app");
    let place = |stream: &str| format!("/aws/lambda/app|2026/03/02/{stream}");
    let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        written,
        [
            (told("worker"), place("[1]aa"), all(&["START", "one", "END"])),
            (told("other"), place("[$LATEST]bb"), all(&["START"])),
        ]
    );
    output.flush().await;
    assert!(book.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn output_of_a_function_that_is_gone_is_let_go() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let book = Arc::<Book>::default();
    let output = output(&workshop, &book);
    output.write(&source("app", "2026/03/02/[$LATEST]aa"), lines(&["kept"]));
    output.flush().await;
    workshop.admin().rest("DELETE", &path("app", ""), Value::Null).await.is_rest_empty(204);
    output.write(&source("app", "2026/03/02/[$LATEST]aa"), lines(&["lost"]));
    output.flush().await;
    assert_eq!(book.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn too_much_output_is_dropped_and_said_so() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let book = Arc::<Book>::default();
    let output = output(&workshop, &book);
    let long = "x".repeat(1 << 20);
    for _ in 0..20 {
        output.write(&source("app", "2026/03/02/[$LATEST]aa"), lines(&[&long]));
    }
    output.flush().await;
    let written = book.0.lock().unwrap();
    let messages: Vec<&String> = written.iter().flat_map(|(_, _, messages)| messages).collect();
    assert_eq!(messages.len(), 16);
    let notice = "keepwell: 5 lines were dropped, because too many were waiting to be written.";
    assert_eq!(messages.last().unwrap().as_str(), notice);
}
