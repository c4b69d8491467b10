//! Documents that are refused when they are saved, and the words AWS refuses them with, as rows of
//! `invalid/documents.json`. A row gives the policy as JSON, or as text where JSON cannot say it.

use std::collections::BTreeSet;

use keepwell_policy::{Policy, PolicyKind};
use serde_json::Value;

#[test]
fn every_document_that_aws_refuses_is_refused_in_its_words() {
    let groups: Value = serde_json::from_str(include_str!("invalid/documents.json")).unwrap();
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    for group in groups.as_array().unwrap() {
        assert!(group["source"].as_str().unwrap().contains(", "), "{}", group["source"]);
        for row in group["rows"].as_array().unwrap() {
            let name = row["name"].as_str().unwrap();
            assert!(names.insert(name), "there are two rows of the name {name}");
            let text = match &row["text"] {
                Value::String(text) => text.clone(),
                _ => row["policy"].to_string(),
            };
            let kind = [&row["kind"], &group["kind"]].into_iter().find_map(Value::as_str).unwrap();
            let message = [&row["message"], &group["message"]].into_iter().find_map(Value::as_str).unwrap();
            match Policy::parse(&text, parse_kind(kind)) {
                Ok(_) => wrong.push(format!("{name}: accepted")),
                Err(error) => {
                    assert_eq!(error.code(), "MalformedPolicyDocument");
                    if error.to_string() != message {
                        wrong.push(format!("{name}:\n    expected {message}\n    is       {error}"));
                    }
                }
            }
        }
    }
    println!("{} invalid documents", names.len());
    assert!(names.len() >= 60, "the table has {} rows", names.len());
    assert!(wrong.is_empty(), "{} are answered otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

fn parse_kind(name: &str) -> PolicyKind {
    match name {
        "identity" => PolicyKind::Identity,
        "trust" => PolicyKind::Trust,
        "resource" => PolicyKind::Resource,
        "session" => PolicyKind::Session,
        "boundary" => PolicyKind::Boundary,
        "control" => PolicyKind::Control,
        "endpoint" => PolicyKind::Endpoint,
        "key" => PolicyKind::Key,
        other => panic!("no such kind of policy: {other}"),
    }
}
