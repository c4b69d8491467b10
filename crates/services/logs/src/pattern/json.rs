//! Properties of events that are JSON.

use serde_json::Value;

use super::{InvalidPattern, cursor::Cursor, expression::Expression, value::Comparison};

#[derive(Debug)]
pub(crate) struct JsonPattern(Expression<Condition>);

#[derive(Debug)]
struct Condition {
    selector: Vec<Step>,
    test: Test,
}

/// From a value to one within it.
#[derive(Debug)]
enum Step {
    Property(String),
    Element(usize),
    /// Every element of an array, every property of an object.
    Any,
}

#[derive(Debug)]
enum Test {
    Compare(Comparison),
    IsNull,
    Is(bool),
    NotExists,
}

impl JsonPattern {
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.expect("{")?;
        let expression = Expression::parse(cursor, &mut |cursor| Condition::parse(cursor))?;
        cursor.expect("}")?;
        cursor.skip_blanks();
        if cursor.is_at_end() { Ok(Self(expression)) } else { Err(cursor.unexpected()) }
    }

    /// What is no JSON, or a bare value, has no properties and is not meant.
    pub(super) fn matches(&self, message: &str) -> bool {
        let event = serde_json::from_str(message).ok();
        let Some(event @ (Value::Object(_) | Value::Array(_))) = event else { return false };
        self.0.holds(&|condition| condition.holds(&event))
    }
}

impl Condition {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let selector = selector(cursor)?;
        let test = if cursor.eat_word("IS") {
            let tests = [("NULL", Test::IsNull), ("TRUE", Test::Is(true)), ("FALSE", Test::Is(false))];
            let found = tests.into_iter().find(|(word, _)| cursor.eat_word(word));
            found.map(|(_, test)| test).ok_or(InvalidPattern::Form)?
        } else if cursor.eat_word("NOT") {
            // "The variables IS NOT and EXISTS currently aren't supported."
            if cursor.eat_word("EXISTS") { Test::NotExists } else { return Err(InvalidPattern::Form) }
        } else {
            Test::Compare(Comparison::parse(cursor)?)
        };
        Ok(Self { selector, test })
    }

    fn holds(&self, event: &Value) -> bool {
        match &self.test {
            Test::NotExists => !any(event, &self.selector, &|_| true),
            Test::IsNull => any(event, &self.selector, &Value::is_null),
            Test::Is(wanted) => any(event, &self.selector, &|value| value.as_bool() == Some(*wanted)),
            Test::Compare(comparison) => any(event, &self.selector, &|value| match value {
                Value::String(text) => comparison.holds_for_text(text),
                Value::Number(number) => comparison.holds_for_number(&number.to_string()),
                // "If a property selector points to an array or object, the filter pattern won't match."
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
            }),
        }
    }
}

/// `$.a-b[0].*.['with.period']`, with one wildcard at most.
fn selector(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, InvalidPattern> {
    cursor.expect("$")?;
    let mut steps = Vec::new();
    let mut has_wildcard = false;
    loop {
        let is_named = cursor.eat(".");
        let step = if cursor.eat("[") {
            let step = bracketed(cursor)?;
            cursor.expect("]")?;
            step
        } else if !is_named {
            break;
        } else if cursor.eat("*") {
            Step::Any
        } else {
            let name = cursor.take_while(|character| character.is_alphanumeric() || "_-".contains(character));
            if name.is_empty() {
                return Err(cursor.unexpected());
            }
            Step::Property(name.to_owned())
        };
        if matches!(step, Step::Any) {
            if has_wildcard {
                return Err(InvalidPattern::Form);
            }
            has_wildcard = true;
            cursor.count_wildcard()?;
        }
        steps.push(step);
    }
    if steps.is_empty() { Err(cursor.unexpected()) } else { Ok(steps) }
}

fn bracketed(cursor: &mut Cursor<'_>) -> Result<Step, InvalidPattern> {
    cursor.skip_blanks();
    match cursor.peek() {
        Some(quote @ ('\'' | '"')) => cursor.quoted(quote).map(|name| Step::Property(name.to_owned())),
        Some('*') if cursor.eat("*") => Ok(Step::Any),
        _ => {
            let index = cursor.take_while(|character| character.is_ascii_digit());
            if index.is_empty() {
                return Err(cursor.unexpected());
            }
            index.parse().map(Step::Element).map_err(|_| InvalidPattern::Form)
        }
    }
}

/// Is there a value at the end of the steps that passes?
fn any(value: &Value, steps: &[Step], test: &impl Fn(&Value) -> bool) -> bool {
    let Some((step, behind)) = steps.split_first() else { return test(value) };
    match (step, value) {
        (Step::Property(name), Value::Object(members)) => {
            members.get(name).is_some_and(|value| any(value, behind, test))
        }
        (Step::Element(index), Value::Array(elements)) => {
            elements.get(*index).is_some_and(|value| any(value, behind, test))
        }
        (Step::Any, Value::Object(members)) => members.values().any(|value| any(value, behind, test)),
        (Step::Any, Value::Array(elements)) => elements.iter().any(|value| any(value, behind, test)),
        _ => false,
    }
}
