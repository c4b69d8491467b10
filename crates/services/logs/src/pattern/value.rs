//! What something is compared with.

use std::cmp::Ordering;

use super::{InvalidPattern, cursor::Cursor, regex::Regex};

#[derive(Debug)]
pub(super) struct Comparison {
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
enum Value {
    Text { glob: Glob, number: Option<f64> },
    Regex(Regex),
}

impl Comparison {
    /// An operator and a value. What is not in quotes may be a number.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let operator = Operator::parse(cursor)?;
        cursor.skip_blanks();
        let value = match cursor.peek() {
            Some('"') => Value::Text { glob: Glob::parse(cursor.quoted('"')?), number: None },
            Some('%') => Value::Regex(cursor.regex()?),
            _ => {
                let text = cursor.take_while(|character| character.is_alphanumeric() || "_.*+-".contains(character));
                if text.is_empty() {
                    return Err(cursor.unexpected());
                }
                Value::Text { glob: Glob::parse(text), number: number(text) }
            }
        };
        let is_fit = match (&value, operator) {
            (_, Operator::Equal | Operator::NotEqual) | (Value::Text { number: Some(_), .. }, _) => true,
            (Value::Text { number: None, .. } | Value::Regex(_), _) => false,
        };
        if is_fit { Ok(Self { operator, value }) } else { Err(InvalidPattern::Form) }
    }

    /// Of a text that is no number where it stands, as in JSON.
    pub(super) fn holds_for_text(&self, text: &str) -> bool {
        self.operator.holds_for_equality(self.value.is(text))
    }

    /// Of a number that is written so.
    pub(super) fn holds_for_number(&self, text: &str) -> bool {
        match (&self.value, number(text)) {
            (Value::Text { number: Some(wanted), .. }, Some(found)) => self.operator.holds_for(found, *wanted),
            _ => self.holds_for_text(text),
        }
    }
}

impl Operator {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.skip_blanks();
        let operators = [
            ("!=", Self::NotEqual),
            ("<=", Self::LessOrEqual),
            (">=", Self::GreaterOrEqual),
            ("=", Self::Equal),
            ("<", Self::Less),
            (">", Self::Greater),
        ];
        let found = operators.into_iter().find(|(text, _)| cursor.eat(text));
        found.map(|(_, operator)| operator).ok_or_else(|| cursor.unexpected())
    }

    /// Texts are equal or not, and in no order.
    fn holds_for_equality(self, is_equal: bool) -> bool {
        match self {
            Self::Equal => is_equal,
            Self::NotEqual => !is_equal,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => false,
        }
    }

    fn holds_for(self, found: f64, wanted: f64) -> bool {
        let Some(order) = found.partial_cmp(&wanted) else { return false };
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::NotEqual => order != Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Greater => order == Ordering::Greater,
            Self::GreaterOrEqual => order != Ordering::Less,
        }
    }
}

impl Value {
    fn is(&self, text: &str) -> bool {
        match self {
            Self::Text { glob, .. } => glob.is(text),
            Self::Regex(regex) => regex.is_in(text),
        }
    }
}

/// A decimal number, also in scientific notation. What Rust reads beside these is none: `inf`, `nan`.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if is_decimal { text.parse().ok() } else { None }
}

/// Text in which a star stands for anything.
#[derive(Debug)]
pub(super) struct Glob {
    /// What stands between the stars.
    parts: Vec<String>,
}

impl Glob {
    /// A backslash makes the next character itself.
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let literal = match character {
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => characters.next().unwrap_or('\\'),
                _ => character,
            };
            if let Some(part) = parts.last_mut() {
                part.push(literal);
            }
        }
        Self { parts }
    }

    /// The parts are looked for one behind the other; the first that fits is always good enough.
    pub(super) fn is(&self, text: &str) -> bool {
        let (first, behind) = match self.parts.as_slice() {
            [only] => return only == text,
            [first, behind @ ..] => (first, behind),
            [] => return text.is_empty(),
        };
        let Some((last, middle)) = behind.split_last() else { return false };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some((_, behind)) = rest.split_once(part.as_str()) else { return false };
            rest = behind;
        }
        rest.ends_with(last.as_str())
    }
}
