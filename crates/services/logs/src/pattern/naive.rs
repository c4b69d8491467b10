//! A second reading of the language, as slow and as plain as can be, from patterns that are trees already. What the
//! property holds the first reading against.

use proptest::prelude::*;
use serde_json::Value;

/// A pattern that is known without being parsed.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Terms(Vec<(Mark, String)>),
    Json(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Wanted,
    Unwanted,
    Optional,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Equal(&'static str, String),
    NotEqual(&'static str, String),
    Less(&'static str, i32),
    AtLeast(&'static str, i32),
    IsNull(&'static str),
    IsTrue(&'static str),
    NotExists(&'static str),
}

/// Properties, and where they are.
const PROPERTIES: [(&str, &[&str]); 4] =
    [("$.a", &["a"]), ("$.b.c", &["b", "c"]), ("$.list[1]", &["list", "1"]), ("$.['d.e']", &["d.e"])];

impl Tree {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Terms(terms) => {
                let told = |(mark, term): &(Mark, String)| {
                    let mark = match mark {
                        Mark::Wanted => "",
                        Mark::Unwanted => "-",
                        Mark::Optional => "?",
                    };
                    let is_plain = !term.is_empty() && term.chars().all(char::is_alphanumeric);
                    if is_plain { format!("{mark}{term}") } else { format!("{mark}\"{}\"", escaped(term)) }
                };
                terms.iter().map(told).collect::<Vec<_>>().join("  ")
            }
            Self::Json(node) => format!("{{ {} }}", node.text()),
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => {
                let holds = |term: &str| term.trim().is_empty() || windows(message).any(|window| window == term);
                let of = |wanted: Mark| {
                    let of_mark = terms.iter().filter(move |(mark, _)| *mark == wanted);
                    of_mark.map(|(_, term)| holds(term)).collect::<Vec<bool>>()
                };
                let (wanted, unwanted, optional) = (of(Mark::Wanted), of(Mark::Unwanted), of(Mark::Optional));
                if wanted.is_empty() && unwanted.is_empty() {
                    optional.is_empty() || optional.contains(&true)
                } else {
                    !wanted.contains(&false) && !unwanted.contains(&true)
                }
            }
            Self::Json(node) => {
                serde_json::from_str(message).is_ok_and(|event: Value| event.is_object() && node.matches(&event))
            }
        }
    }
}

impl Node {
    fn text(&self) -> String {
        match self {
            Self::And(a, b) => format!("({}) && ({})", a.text(), b.text()),
            Self::Or(a, b) => format!("({} || {})", a.text(), b.text()),
            Self::Equal(at, value) => format!("{at} = \"{}\"", escaped(value)),
            Self::NotEqual(at, value) => format!("{at}!=\"{}\"", escaped(value)),
            Self::Less(at, value) => format!("{at}<{value}"),
            Self::AtLeast(at, value) => format!("{at} >= {value}"),
            Self::IsNull(at) => format!("{at} IS NULL"),
            Self::IsTrue(at) => format!("{at} is true"),
            Self::NotExists(at) => format!("{at}  NOT EXISTS"),
        }
    }

    fn matches(&self, event: &Value) -> bool {
        let text = |at: &str| match find(event, at) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let number = |at: &str| find(event, at).and_then(Value::as_f64);
        match self {
            Self::And(a, b) => a.matches(event) && b.matches(event),
            Self::Or(a, b) => a.matches(event) || b.matches(event),
            Self::Equal(at, value) => text(at).is_some_and(|text| fits(value, &text)),
            Self::NotEqual(at, value) => text(at).is_some_and(|text| !fits(value, &text)),
            Self::Less(at, value) => number(at).is_some_and(|number| number < f64::from(*value)),
            Self::AtLeast(at, value) => number(at).is_some_and(|number| number >= f64::from(*value)),
            Self::IsNull(at) => find(event, at) == Some(&Value::Null),
            Self::IsTrue(at) => find(event, at) == Some(&Value::Bool(true)),
            Self::NotExists(at) => find(event, at).is_none(),
        }
    }
}

fn find<'v>(event: &'v Value, at: &str) -> Option<&'v Value> {
    let (_, steps) = PROPERTIES.iter().find(|(name, _)| *name == at).unwrap();
    steps.iter().try_fold(event, |value, step| match value {
        Value::Array(elements) => elements.get(step.parse::<usize>().unwrap()),
        other => other.get(step),
    })
}

/// Every part of a text.
fn windows(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    (0..=characters.len()).flat_map(move |start| {
        let characters = characters.clone();
        (start..=characters.len()).map(move |end| characters[start..end].iter().collect())
    })
}

/// With every way of giving characters to the stars.
fn fits(pattern: &str, text: &str) -> bool {
    fn fit(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|taken| fit(rest, &text[taken..])),
            Some((first, rest)) => text.first() == Some(first) && fit(rest, &text[1..]),
        }
    }
    let characters = |text: &str| text.chars().collect::<Vec<char>>();
    fit(&characters(pattern), &characters(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let mark = prop::sample::select(vec![Mark::Wanted, Mark::Unwanted, Mark::Optional]);
    let terms = prop::collection::vec((mark, "[abü]{1,2}|[ab \"\\\\*?-]{0,3}"), 0..4).prop_map(Tree::Terms);
    prop_oneof![terms, node().prop_map(|node| Tree::Json(Box::new(node)))]
}

fn node() -> impl Strategy<Value = Node> {
    let at = || prop::sample::select(PROPERTIES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let leaf = prop_oneof![
        (at(), "[ab1*\"]{0,4}").prop_map(|(at, value)| Node::Equal(at, value)),
        (at(), "[ab1*]{0,4}").prop_map(|(at, value)| Node::NotEqual(at, value)),
        (at(), -3..15).prop_map(|(at, value)| Node::Less(at, value)),
        (at(), -3..15).prop_map(|(at, value)| Node::AtLeast(at, value)),
        at().prop_map(Node::IsNull),
        at().prop_map(Node::IsTrue),
        at().prop_map(Node::NotExists),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Node::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Node::Or(Box::new(a), Box::new(b))),
        ]
    })
}

/// Text, or JSON with some of the properties.
pub(super) fn message() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            "[ab1\"]{0,4}".prop_map(Value::from),
            (-3..15).prop_map(Value::from),
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            Just(serde_json::json!({})),
        ]
    };
    let json = (value(), value(), prop::collection::vec(value(), 0..3), value(), any::<u8>()).prop_map(
        |(a, c, list, d, present)| {
            let mut event = serde_json::Map::new();
            let members = [("a", a), ("b", serde_json::json!({ "c": c })), ("list", list.into()), ("d.e", d)];
            for (bit, (name, value)) in members.into_iter().enumerate() {
                if present >> bit & 1 == 1 {
                    event.insert(name.to_owned(), value);
                }
            }
            Value::Object(event).to_string()
        },
    );
    prop_oneof!["[abü \"\\\\*?-]{0,8}", json]
}
