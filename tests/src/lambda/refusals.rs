//! Who is turned away, from every operation: nothing is opened, nothing runs, nothing is changed, and the trail tells of
//! those who are known.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Workshop, asked, function_arn, in_path, path, rest_letter};
use crate::{
    house::{ACCOUNT, HOUR_MS, House, SECOND_MS},
    letters::{Letter, Persona},
    people::{Person, allow, document, trusting},
};

/// A request that an administrator may make.
struct Request {
    operation: &'static str,
    method: &'static str,
    target: String,
    body: String,
}

impl Request {
    fn unsigned(&self) -> Letter {
        rest_letter(self.method, &self.target, self.body.as_bytes())
    }

    fn signed(&self, persona: Persona<'_>) -> Letter {
        let mut letter = self.unsigned();
        Persona { service: "lambda", ..persona }.sign(&mut letter);
        letter
    }

    /// What a policy calls it.
    fn action(&self) -> String {
        format!("lambda:{}", if self.operation == "Invoke" { "InvokeFunction" } else { self.operation })
    }
}

/// One good request for every operation.
fn requests(role_arn: &str) -> Vec<Request> {
    let tags = format!("/2017-03-31/tags/{}", in_path(&function_arn("app")));
    let statement = json!({"StatementId": "two", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"});
    let concurrency = "/2017-10-31/functions/app/concurrency";
    let rows = [
        ("AddPermission", "POST", path("app", "/policy"), statement),
        ("CreateAlias", "POST", path("app", "/aliases"), json!({"Name": "beta", "FunctionVersion": "1"})),
        (
            "CreateFunction",
            "POST",
            "/2015-03-31/functions".to_owned(),
            asked("new", role_arn, json!({"Tags": {"a": "b"}})),
        ),
        ("DeleteAlias", "DELETE", path("app", "/aliases/live"), Value::Null),
        ("DeleteFunction", "DELETE", path("app", ""), Value::Null),
        ("DeleteFunctionConcurrency", "DELETE", concurrency.to_owned(), Value::Null),
        ("GetAccountSettings", "GET", "/2016-08-19/account-settings".to_owned(), Value::Null),
        ("GetAlias", "GET", path("app", "/aliases/live"), Value::Null),
        ("GetFunction", "GET", path("app", ""), Value::Null),
        (
            "GetFunctionCodeSigningConfig",
            "GET",
            "/2020-06-30/functions/app/code-signing-config".to_owned(),
            Value::Null,
        ),
        ("GetFunctionConcurrency", "GET", "/2019-09-30/functions/app/concurrency".to_owned(), Value::Null),
        ("GetFunctionConfiguration", "GET", path("app", "/configuration"), Value::Null),
        ("GetFunctionRecursionConfig", "GET", "/2024-08-31/functions/app/recursion-config".to_owned(), Value::Null),
        ("GetPolicy", "GET", path("app", "/policy"), Value::Null),
        (
            "GetRuntimeManagementConfig",
            "GET",
            "/2021-07-20/functions/app/runtime-management-config".to_owned(),
            Value::Null,
        ),
        ("Invoke", "POST", path("app", "/invocations"), json!({})),
        ("ListAliases", "GET", path("app", "/aliases"), Value::Null),
        ("ListFunctions", "GET", "/2015-03-31/functions".to_owned(), Value::Null),
        ("ListTags", "GET", tags.clone(), Value::Null),
        ("ListVersionsByFunction", "GET", path("app", "/versions"), Value::Null),
        ("PublishVersion", "POST", path("app", "/versions"), json!({"Description": "next"})),
        ("PutFunctionConcurrency", "PUT", concurrency.to_owned(), json!({"ReservedConcurrentExecutions": 9})),
        ("RemovePermission", "DELETE", path("app", "/policy/one"), Value::Null),
        ("TagResource", "POST", tags.clone(), json!({"Tags": {"k": "v"}})),
        ("UntagResource", "DELETE", format!("{tags}?tagKeys=team"), Value::Null),
        ("UpdateAlias", "PUT", path("app", "/aliases/live"), json!({"Description": "new"})),
        ("UpdateFunctionCode", "PUT", path("app", "/code"), json!({"ZipFile": STANDARD.encode(super::OTHER_ZIP)})),
        ("UpdateFunctionConfiguration", "PUT", path("app", "/configuration"), json!({"Timeout": 9})),
    ];
    let body = |members: Value| if members.is_null() { String::new() } else { members.to_string() };
    rows.into_iter()
        .map(|(operation, method, target, members)| Request { operation, method, target, body: body(members) })
        .collect()
}

/// A house in which every one of them is good.
async fn furnished() -> Workshop {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true, "Tags": {"team": "core"}})).await;
    let statement = json!({"StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"});
    let rows = [
        ("POST", path("app", "/aliases"), json!({"Name": "live", "FunctionVersion": "1"})),
        ("POST", path("app", "/policy"), statement),
        ("PUT", "/2017-10-31/functions/app/concurrency".to_owned(), json!({"ReservedConcurrentExecutions": 5})),
    ];
    for (method, target, members) in rows {
        let answer = workshop.admin().rest(method, &target, members).await;
        assert!(answer.status < 300, "{target}: {}", answer.text());
    }
    workshop
}

#[test]
fn every_routed_operation_turns_someone_away_here() {
    let tested: BTreeSet<&str> = requests("").iter().map(|request| request.operation).collect();
    let routed: BTreeSet<&str> =
        lambda::Operation::ALL.iter().map(|operation| operation.action().operation()).collect();
    assert_eq!(tested, routed);
}

/// So that it is not the request that everybody else is refused for.
#[tokio::test]
async fn an_administrator_is_let_in_with_every_one_of_these_requests() {
    let workshop = furnished().await;
    let all = document(json!([allow(&["lambda:*", "iam:PassRole"], "*")]));
    let alice = workshop.house.user("alice", &all).await;
    for request in requests(&workshop.role.arn) {
        let copy = workshop.house.copy().open_with_host(Arc::clone(&workshop.host) as _).await;
        let answer = copy.deliver(request.signed(alice.at(&copy))).await;
        assert!(answer.status < 300, "{}: {}", request.operation, answer.text());
    }
}

#[tokio::test]
async fn whom_no_policy_mentions_is_refused_everything() {
    let workshop = furnished().await;
    let house = &workshop.house;
    let nobody = house.user("nobody", "").await;
    let assumer = house.user("assumer", &document(json!([allow(&["sts:AssumeRole"], "*")]))).await;
    let role = house.admin().role("hollow", &trusting(ACCOUNT), "").await;
    let hollow = assumer.at(house).assume(&role.arn, &[]).await;
    for person in [&nobody, &hollow] {
        house.settle_notes().await;
        let (rows, told) = (house.rows(&["last_use"]), house.whole_trail().len());
        let requests = requests(&workshop.role.arn);
        for request in &requests {
            let answer = house.deliver(request.signed(person.at(house))).await;
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let text = body["Message"].as_str().unwrap();
            let words = format!("User: {} is not authorized to perform: {} ", person.arn, request.action());
            let start = words.trim_end();
            assert!(text.starts_with(start) && text.contains("because no identity-based policy allows"), "{text}");
            assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
        }
        house.settle_notes().await;
        assert_eq!(house.rows(&["last_use"]), rows);
        let records = house.whole_trail().split_off(told);
        assert_eq!(records.len(), requests.len(), "each of them leaves one record");
        for (request, record) in requests.iter().zip(&records) {
            assert!(record["eventName"].as_str().unwrap().starts_with(request.operation));
            assert_eq!((&record["errorCode"], &record["requestParameters"]), (&json!("AccessDenied"), &Value::Null));
        }
    }
    assert_eq!(workshop.host.calls().len(), 0);
}

/// Writes a request that is not believed, of what belongs to alice, to her session and to nobody.
type Disguise = fn(&House, &Request, &Person, &Person, &Person) -> Letter;

#[tokio::test]
async fn whoever_does_not_show_who_they_are_is_told_nothing_and_leaves_nothing() {
    let workshop = furnished().await;
    let house = &workshop.house;
    let admin = document(json!([allow(&["*"], "*")]));
    let alice = house.user("alice", &admin).await;
    let role = house.admin().role("almighty", &trusting(ACCOUNT), &admin).await;
    let session = alice.at(house).assume(&role.arn, &[]).await;
    let nobody = house.user("nobody", "").await;
    let disguises: [(&str, Disguise); 8] = [
        ("MissingAuthenticationTokenException", |_, request, _, _, _| request.unsigned()),
        ("UnrecognizedClientException", |house, request, alice, _, _| {
            request.signed(Persona { access_key_id: "AKIAKEEPWELLSTORIES2", ..alice.at(house) })
        }),
        ("InvalidSignatureException", |house, request, alice, _, nobody| {
            request.signed(Persona { secret_access_key: &nobody.secret_access_key, ..alice.at(house) })
        }),
        ("UnrecognizedClientException", |house, request, _, session, _| {
            request.signed(Persona { session_token: None, ..session.at(house) })
        }),
        ("ExpiredTokenException", |house, request, _, session, _| {
            house.turn_clock(HOUR_MS + SECOND_MS);
            request.signed(session.at(house))
        }),
        ("InvalidSignatureException", |house, request, alice, _, _| {
            let mut letter = request.unsigned();
            Persona { service: "secretsmanager", ..alice.at(house) }.sign(&mut letter);
            letter
        }),
        ("InvalidSignatureException", |house, request, alice, _, _| {
            request.signed(alice.at(house).in_region("ap-south-1"))
        }),
        ("InvalidSignatureException", |house, request, alice, _, _| {
            let mut letter = request.signed(alice.at(house));
            letter.body.push(b' ');
            letter
        }),
    ];
    for (code, write) in disguises {
        house.settle_notes().await;
        let (rows, told, before) = (house.rows(&[]), house.whole_trail().len(), house.clock_ms());
        for request in requests(&workshop.role.arn) {
            let answer = house.deliver(write(house, &request, &alice, &session, &nobody)).await;
            let named = answer.header("x-amzn-errortype");
            assert_eq!((answer.status, named), (403, Some(code)), "{}: {}", request.operation, answer.text());
            house.turn_clock(before - house.clock_ms());
        }
        house.settle_notes().await;
        assert_eq!(house.rows(&[]), rows, "{code}");
        assert_eq!(house.whole_trail().len(), told, "what nobody is known to have asked is not on the trail");
    }
    assert_eq!(workshop.host.calls().len(), 0);
}
