//! Terms that an event holds or does not.

use super::{InvalidPattern, cursor::Cursor, regex::Regex};

#[derive(Debug)]
pub(crate) struct Terms {
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
    /// One of them suffices. "If you combine ? with other filter patterns, all question mark terms will be ignored."
    optional: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Terms {
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let mut terms = Self { wanted: Vec::new(), unwanted: Vec::new(), optional: Vec::new() };
        loop {
            cursor.skip_blanks();
            if cursor.is_at_end() {
                break;
            }
            let kind = if cursor.eat("?") {
                &mut terms.optional
            } else if cursor.eat("-") {
                &mut terms.unwanted
            } else {
                &mut terms.wanted
            };
            kind.push(Term::parse(cursor)?);
        }
        if !terms.wanted.is_empty() || !terms.unwanted.is_empty() {
            terms.optional.clear();
        }
        Ok(terms)
    }

    pub(super) fn match_message(&self, message: &str) -> bool {
        let is_in = |term: &Term| term.is_in(message);
        self.wanted.iter().all(is_in)
            && !self.unwanted.iter().any(is_in)
            && (self.optional.is_empty() || self.optional.iter().any(is_in))
    }
}

impl Term {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        match cursor.peek() {
            Some('"') => cursor.quoted('"').map(|text| Self::Text(unescaped(text))),
            Some('%') => cursor.regex().map(Self::Regex),
            _ => {
                let word = cursor.take_while(|character| character.is_alphanumeric() || character == '_');
                let is_ended = cursor.peek().is_none_or(char::is_whitespace);
                if !word.is_empty() && is_ended { Ok(Self::Text(word.to_owned())) } else { Err(cursor.unexpected()) }
            }
        }
    }

    /// A term is found within words too. Blanks alone are in every event, as documented.
    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty() || message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_in(message),
        }
    }
}

fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        unescaped.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    unescaped
}
