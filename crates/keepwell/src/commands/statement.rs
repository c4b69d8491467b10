//! A policy's statement, as commands name it.

use serde_json::Value;

use crate::client::member;

pub(super) fn name(statement: &Value) -> String {
    let policy = member(statement, "Policy").as_str().unwrap_or("an unknown policy");
    let number = member(statement, "Number").as_i64().unwrap_or_default();
    match member(statement, "Sid").as_str() {
        Some(sid) => format!("{sid} (statement {number}) of {policy}"),
        None => format!("statement {number} of {policy}"),
    }
}
