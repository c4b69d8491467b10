//! Decisions that AWS documents, as rows of `table/*.json`. Each goes through both evaluators.
//!
//! A file holds groups; a group says where its rows are documented (`source`) and what they share (`given`). A row is
//! a sentence (`name`), what it adds to the group and what is expected: `allow`, or `implicit` or `explicit` and the
//! kind of policy that refuses. A policy may be a whole document, a statement, a list of statements, or `*`, which
//! allows everything. `condition` stands for an identity policy that allows everything under this condition,
//! `deny-condition` for one that allows everything and denies under it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::case::{Caller, Case, Context, Documents, Layer, Request, Role};
use crate::differential::difference;
use crate::engine::{Compiled, Outcome};
use crate::naive;

const FILES: &[(&str, &str)] = &[
    ("actions", include_str!("table/actions.json")),
    ("arn", include_str!("table/arn.json")),
    ("bool_and_binary", include_str!("table/bool_and_binary.json")),
    ("boundaries", include_str!("table/boundaries.json")),
    ("cross_account", include_str!("table/cross_account.json")),
    ("date", include_str!("table/date.json")),
    ("endpoints", include_str!("table/endpoints.json")),
    ("global_keys", include_str!("table/global_keys.json")),
    ("grammar", include_str!("table/grammar.json")),
    ("if_exists", include_str!("table/if_exists.json")),
    ("ip", include_str!("table/ip.json")),
    ("kms", include_str!("table/kms.json")),
    ("not_principal", include_str!("table/not_principal.json")),
    ("null", include_str!("table/null.json")),
    ("numeric", include_str!("table/numeric.json")),
    ("organizations", include_str!("table/organizations.json")),
    ("principals", include_str!("table/principals.json")),
    ("resources", include_str!("table/resources.json")),
    ("root", include_str!("table/root.json")),
    ("same_account", include_str!("table/same_account.json")),
    ("secrets_manager", include_str!("table/secrets_manager.json")),
    ("sessions", include_str!("table/sessions.json")),
    ("sets", include_str!("table/sets.json")),
    ("string", include_str!("table/string.json")),
    ("trust", include_str!("table/trust.json")),
    ("variables", include_str!("table/variables.json")),
];

const HOME: &str = "111122223333";
const ABROAD: &str = "444455556666";

#[test]
fn every_documented_decision_is_decided_as_documented() {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for (file, text) in FILES {
        let groups: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}.json: {error}"));
        let before = names.len();
        for group in groups.as_array().unwrap() {
            for row in group["rows"].as_array().unwrap() {
                let row = merged(group, row);
                let name = row["name"].as_str().unwrap().to_owned();
                assert!(name.contains(' '), "{file}: the name of a row is a sentence: {name}");
                let source = row["source"].as_str().unwrap_or_default();
                assert!(source.contains(", "), "{file}: {name}: the source names a document and its section");
                if let Err(difference) = check(&row) {
                    wrong.push(format!("{file}: {name} ({source})\n    {difference}"));
                }
                assert!(names.insert(name.clone()), "{file}: there are two rows of the name {name}");
            }
        }
        println!("{:>4} decisions on {file}", names.len() - before);
    }
    println!("{:>4} documented decisions", names.len());
    assert!(names.len() >= 300, "the table has {} rows", names.len());
    assert!(wrong.is_empty(), "{} rows are decided otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a group gives, then what the row says.
fn merged(group: &Value, row: &Value) -> Map<String, Value> {
    let mut merged = Map::new();
    merged.insert("source".into(), group["source"].clone());
    for from in [group["given"].as_object(), row.as_object()].into_iter().flatten() {
        for (name, value) in from {
            merged.insert(name.clone(), value.clone());
        }
    }
    for name in merged.keys() {
        assert!(WORDS.contains(&name.as_str()), "a row knows nothing of {name}");
    }
    merged
}

const WORDS: &[&str] = &[
    "name",
    "source",
    "expect",
    "by",
    "action",
    "resource",
    "owner",
    "context",
    "role",
    "identity",
    "identity-documents",
    "condition",
    "deny-condition",
    "boundary",
    "session",
    "session-documents",
    "policy",
    "service-control",
    "resource-control",
    "endpoint",
];

fn check(row: &Map<String, Value>) -> Result<(), String> {
    let case = case(row);
    let expected = expected(row["expect"].as_str().unwrap());
    let answer = naive::evaluate(&case, &RefCell::default());
    let engine = Compiled::new(&case.documents).ask(&case.request);
    let naive_agrees = match expected {
        Outcome::Allowed => answer.is_allowed,
        Outcome::Denied { layer, is_explicit: true } => answer.denying.contains(&layer),
        Outcome::Denied { layer, is_explicit: false } => answer.lacking.contains(&layer),
    };
    let engine_agrees = engine.as_ref().is_ok_and(|(outcome, _)| *outcome == expected);
    if naive_agrees && engine_agrees {
        return difference(&answer, engine).map_or(Ok(()), Err);
    }
    Err(format!("expected {expected:?}, the engine says {engine:?}, the naive evaluator {answer:?}"))
}

fn expected(text: &str) -> Outcome {
    if text == "allow" {
        return Outcome::Allowed;
    }
    let (how, layer) = text.split_once(' ').unwrap_or_else(|| panic!("nothing to expect: {text}"));
    let layer = Layer::ALL.into_iter().find(|known| known.name() == layer);
    let layer = layer.unwrap_or_else(|| panic!("no such layer: {text}"));
    match how {
        "explicit" => Outcome::Denied { layer, is_explicit: true },
        "implicit" => Outcome::Denied { layer, is_explicit: false },
        _ => panic!("nothing to expect: {text}"),
    }
}

fn case(row: &Map<String, Value>) -> Case {
    let text = |name: &str| row.get(name).map(|value| value.as_str().unwrap().to_owned());
    let caller = persona(&text("by").unwrap_or("alice".into()));
    let resource = text("resource").unwrap_or(format!("arn:aws:secretsmanager:us-east-1:{HOME}:secret:db-AbCdEf"));
    let owner = text("owner").unwrap_or_else(|| match resource.split(':').nth(4) {
        Some(account) if !account.is_empty() => account.to_owned(),
        _ => caller.account().unwrap_or(HOME).to_owned(),
    });
    let role = match text("role").as_deref() {
        None | Some("optional") => Role::Optional,
        Some("trust") => Role::Trust,
        Some("key") => Role::Key,
        Some(other) => panic!("no such role: {other}"),
    };
    let one = |name: &str| row.get(name).filter(|value| !value.is_null()).map(document);
    let several =
        |name: &str| row.get(name).map(|list| list.as_array().unwrap().iter().map(document).collect::<Vec<_>>());
    let levels = |name: &str| -> Vec<Vec<Value>> {
        let levels = row.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        levels.iter().map(|level| level.as_array().unwrap().iter().map(document).collect()).collect()
    };
    let mut identity = several("identity-documents").unwrap_or_default();
    identity.extend(one("identity"));
    if let Some(condition) = row.get("condition") {
        identity.push(document(&json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition })));
    }
    if let Some(condition) = row.get("deny-condition") {
        identity.push(document(&json!([
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition },
        ])));
    }
    let documents = Documents {
        identity,
        boundary: one("boundary"),
        session: several("session-documents").or_else(|| one("session").map(|policy| vec![policy])),
        resource: one("policy"),
        role,
        service_control: levels("service-control"),
        resource_control: levels("resource-control"),
        endpoint: one("endpoint"),
    };
    let mut context = Context::new();
    for (key, values) in row.get("context").and_then(Value::as_object).into_iter().flatten() {
        let values = match values {
            Value::Array(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        };
        context.insert(key.to_ascii_lowercase(), values);
    }
    let action = text("action").unwrap_or("secretsmanager:GetSecretValue".into());
    let mut case = Case { documents, request: Request { caller, action, resource, owner, context } };
    case.make_coherent();
    case
}

/// Whatever form the table gives it in, a document.
fn document(value: &Value) -> Value {
    match value {
        Value::String(star) if star == "*" => document(&json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })),
        Value::Object(whole) if whole.contains_key("Statement") => value.clone(),
        statements => json!({ "Version": "2012-10-17", "Statement": statements }),
    }
}

/// The people of the table. Accounts: 111122223333 is home, 444455556666 another.
fn persona(name: &str) -> Caller {
    let user = |account: &str, name: &str, path: &str, id: &str| Caller::User {
        account: account.into(),
        id: id.into(),
        name: name.into(),
        path: path.into(),
    };
    let session = |account: &str, role: &str, path: &str, id: &str, session: &str| Caller::RoleSession {
        account: account.into(),
        id: id.into(),
        role: role.into(),
        path: path.into(),
        session: session.into(),
    };
    let alice = ("alice".to_owned(), "/".to_owned(), "AIDAALICE00000000001".to_owned());
    match name {
        "alice" => user(HOME, "alice", "/", "AIDAALICE00000000001"),
        "bob" => user(HOME, "bob", "/team/", "AIDABOB0000000000002"),
        "carol" => user(ABROAD, "carol", "/", "AIDACAROL00000000003"),
        "app" => session(HOME, "app", "/", "AROAAPP0000000000001", "one"),
        "app two" => session(HOME, "app", "/", "AROAAPP0000000000001", "two"),
        "worker" => session(HOME, "worker", "/service/", "AROAWORKER0000000002", "job"),
        "visitor" => session(ABROAD, "visitor", "/", "AROAVISITOR000000003", "tour"),
        "fed" => Caller::FederatedUser { account: HOME.into(), name: "fed".into(), user: Some(alice) },
        "foreign fed" => Caller::FederatedUser {
            account: ABROAD.into(),
            name: "fed".into(),
            user: Some(("carol".into(), "/".into(), "AIDACAROL00000000003".into())),
        },
        "root" => Caller::Root { account: HOME.into() },
        "foreign root" => Caller::Root { account: ABROAD.into() },
        "lambda" => Caller::AwsService { name: "lambda.amazonaws.com".into() },
        "anonymous" => Caller::Anonymous,
        other => panic!("nobody is called {other}"),
    }
}
