//! The language in which log events are searched: "Filter pattern syntax" of the CloudWatch Logs user guide.
//!
//! - nothing, or a blank in quotes: every event;
//! - terms, which an event must hold all: `ERROR "exact phrase" %regular expression%`; `-term` must be missing; of `?a ?b`
//!   one suffices, and beside other terms they count for nothing, as documented;
//! - `{ $.property = "value*" && ($.n >= 3 || $.e NOT EXISTS) }` of events that are JSON objects;
//! - `[ip, user, status = 4*, ...]` of events that are fields with blanks between them.
//!
//! Pure, and bounded: a pattern has 1024 characters at most, an event is met in time in proportion to both, and regular
//! expressions are matched without going back.

mod cursor;
mod expression;
mod fields;
mod json;
#[cfg(test)]
mod naive;
mod regex;
mod terms;
#[cfg(test)]
mod tests;
mod value;

use self::{cursor::Cursor, fields::Fields, json::JsonPattern, terms::Terms};

#[derive(Debug)]
pub(crate) enum FilterPattern {
    Terms(Terms),
    Json(JsonPattern),
    Fields(Fields),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidPattern {
    #[error("Invalid filter pattern")]
    Form,
    /// As recorded.
    #[error("Invalid character(s) in term '{0}'")]
    Character(char),
}

impl FilterPattern {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let mut cursor = Cursor::new(text.trim());
        match cursor.peek() {
            Some('{') => JsonPattern::parse(&mut cursor).map(Self::Json),
            Some('[') => Fields::parse(&mut cursor).map(Self::Fields),
            _ => Terms::parse(&mut cursor).map(Self::Terms),
        }
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => terms.match_message(message),
            Self::Json(pattern) => pattern.matches(message),
            Self::Fields(fields) => fields.matches(message),
        }
    }
}
