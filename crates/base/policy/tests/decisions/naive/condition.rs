//! The Condition element: operators AND, keys AND, values OR (none of them, for a negated operator).

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use super::glob::{self, Piece, chars, like};
use super::{Tally, list, scalar, variable};
use crate::case::Context;

/// The operators and keys that do not hold.
pub(super) fn failures(
    block: &Value,
    context: &Context,
    has_variables: bool,
    tally: &RefCell<Tally>,
) -> BTreeSet<(String, String)> {
    let mut failures = BTreeSet::new();
    for (operator, keys) in block.as_object().into_iter().flatten() {
        for (key, wanted) in keys.as_object().unwrap() {
            let wanted = list(wanted);
            let holds = holds(operator, context.get(&key.to_ascii_lowercase()), &wanted, context, has_variables);
            tally.borrow_mut().entry(operator.clone()).or_default()[usize::from(holds)] += 1;
            if !holds {
                failures.insert((operator.clone(), key.clone()));
            }
        }
    }
    failures
}

fn holds(
    operator: &str,
    present: Option<&Vec<String>>,
    wanted: &[&Value],
    context: &Context,
    has_variables: bool,
) -> bool {
    // A key without values is a key that is not there.
    let values: &[String] = present.map_or(&[], Vec::as_slice);
    if operator == "Null" {
        return wanted.iter().any(|wanted| spelled(wanted) == values.is_empty().to_string());
    }
    let (set, operator) = match operator.split_once(':') {
        Some((set, operator)) => (Some(set), operator),
        None => (None, operator),
    };
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    if if_exists && values.is_empty() {
        return true;
    }
    let (positive, is_negated) = positive(operator);
    let matches_one =
        |value: &String| wanted.iter().any(|wanted| compare(positive, value, wanted, context, has_variables));
    // An empty string alone is an empty set.
    let is_empty_set = values.iter().all(String::is_empty);
    match set {
        Some("ForAllValues") => is_empty_set || values.iter().all(|value| matches_one(value) != is_negated),
        Some("ForAnyValue") => !is_empty_set && values.iter().any(|value| matches_one(value) != is_negated),
        Some(other) => panic!("{other} is no set operator"),
        None => values.iter().any(matches_one) != is_negated,
    }
}

/// The operator without its negation.
fn positive(operator: &str) -> (&str, bool) {
    match operator {
        "StringNotEquals" => ("StringEquals", true),
        "StringNotEqualsIgnoreCase" => ("StringEqualsIgnoreCase", true),
        "StringNotLike" => ("StringLike", true),
        "NumericNotEquals" => ("NumericEquals", true),
        "DateNotEquals" => ("DateEquals", true),
        "NotIpAddress" => ("IpAddress", true),
        "ArnNotEquals" | "ArnNotLike" => ("ArnLike", true),
        "ArnEquals" => ("ArnLike", false),
        other => (other, false),
    }
}

fn compare(operator: &str, value: &str, wanted: &Value, context: &Context, has_variables: bool) -> bool {
    let wanted = spelled(wanted);
    let expanded = || variable::expand(&wanted, has_variables, context);
    match operator {
        "StringEquals" => expanded().is_some_and(|wanted| plain(&wanted) == value),
        "StringEqualsIgnoreCase" => {
            expanded().is_some_and(|wanted| plain(&wanted).to_lowercase() == value.to_lowercase())
        }
        "StringLike" => expanded().is_some_and(|wanted| like(&wanted, &chars(value))),
        "ArnLike" => expanded().is_some_and(|wanted| glob::arn(&wanted, value)),
        "Bool" => scalar::boolean(&wanted).is_some_and(|wanted| scalar::boolean(value) == Some(wanted)),
        "BinaryEquals" => scalar::binary(&wanted).is_some_and(|wanted| scalar::binary(value) == Some(wanted)),
        "IpAddress" => scalar::is_in_network(value, &wanted),
        other => match (other.strip_prefix("Numeric"), other.strip_prefix("Date")) {
            (Some(relation), _) => ordered(relation, scalar::number(value), scalar::number(&wanted)),
            (_, Some(relation)) => ordered(relation, scalar::instant(value), scalar::instant(&wanted)),
            _ => panic!("{other} is no operator"),
        },
    }
}

fn ordered<T: PartialOrd>(relation: &str, value: Option<T>, wanted: Option<T>) -> bool {
    let (Some(value), Some(wanted)) = (value, wanted) else { return false };
    match relation {
        "Equals" => value == wanted,
        "LessThan" => value < wanted,
        "LessThanEquals" => value <= wanted,
        "GreaterThan" => value > wanted,
        "GreaterThanEquals" => value >= wanted,
        other => panic!("{other} is no relation"),
    }
}

/// Where wildcards mean themselves.
fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Is(letter) => *letter,
            Piece::One => '?',
            Piece::Many => '*',
        })
        .collect()
}

/// Numbers and booleans of JSON are compared as they are written.
fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
