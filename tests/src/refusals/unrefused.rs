//! Whom the house knows and no policy mentions: each refusal is told in AWS's words and is on the trail, and what is not
//! refused stands in a list that only shrinks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Request, furnished};
use crate::{letters::Answer, people::Person};

/// `<principal> <service>:<Operation> <reason>` a line.
const UNREFUSED: &str = include_str!("../coverage/unrefused.txt");
/// How long the list is. It may be made smaller.
const UNREFUSED_MAX: usize = 3;

fn listed() -> BTreeSet<String> {
    let lines = UNREFUSED.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let parts = lines.map(|line| {
        let [principal, action, reason] = *line.splitn(3, ' ').collect::<Vec<_>>() else { panic!("{line}") };
        assert!(reason.len() > 20, "{action} has no reason");
        format!("{principal} {action}")
    });
    parts.collect()
}

/// Refusals that speak of who the caller is, and not of policies: the calls are for users alone.
const NOT_FOR_SESSIONS: [(&str, &str); 3] = [
    ("iam:ChangePassword", "InvalidUserType"),
    ("sts:GetFederationToken", "AccessDenied"),
    ("sts:GetSessionToken", "AccessDenied"),
];

#[tokio::test]
async fn whom_no_policy_mentions_is_refused_everything_but_what_is_listed() {
    assert!(listed().len() <= UNREFUSED_MAX, "tests/src/coverage/unrefused.txt only shrinks");
    let (house, furniture) = furnished().await;
    let mut unrefused = BTreeSet::new();
    for (kind, person) in [("user", &furniture.nobody), ("session", &furniture.hollow)] {
        let requests = furniture.requests(&house).await;
        house.settle_notes().await;
        // That the key was used is noted.
        let rows = house.rows(&["last_use"]);
        let told = house.whole_trail().len();
        let mut answers = Vec::new();
        for request in &requests {
            answers.push(house.deliver(request.signed(person.at(&house))).await);
        }
        house.settle_notes().await;
        assert_eq!(house.rows(&["last_use"]), rows, "{kind}");
        let records = house.whole_trail().split_off(told);
        assert_eq!(records.len(), requests.len(), "each of them leaves one record");
        for ((request, answer), record) in requests.iter().zip(&answers).zip(&records) {
            assert_eq!(record["eventName"], request.operation);
            if answer.status == 200 {
                unrefused.insert(format!("{kind} {}", request.action()));
            } else {
                is_refused(person, request, answer, record);
            }
        }
    }
    assert_eq!(unrefused, listed(), "left: what answers a principal without policies, right: what is listed");
}

#[track_caller]
fn is_refused(person: &Person, request: &Request, answer: &Answer, record: &Value) {
    let action = request.action();
    let own_words = NOT_FOR_SESSIONS.iter().find(|(refused, _)| person.session_token.is_some() && *refused == action);
    let (status, code, text) = if request.is_query() {
        let code = answer.element("Code");
        (if code == "AccessDenied" { 403 } else { 400 }, code, answer.element("Message"))
    } else {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let text = body.get("Message").or(body.get("message")).unwrap().as_str().unwrap().to_owned();
        assert_eq!(body["__type"], "AccessDeniedException", "{action}");
        (400, "AccessDenied".to_owned(), text)
    };
    assert_eq!(code, own_words.map_or("AccessDenied", |(_, code)| code), "{action}: {text}");
    assert_eq!(answer.status, status, "{action}: {text}");
    assert_eq!((&record["errorCode"], &record["errorMessage"]), (&json!(code), &json!(text)), "{action}");
    let words = format!("User: {} is not authorized to perform: {action}", person.arn);
    assert!(own_words.is_some() || text.starts_with(&words), "{action}: {text}");
}
