//! Reading a pattern from the left to the right.

use super::{InvalidPattern, regex::Regex};

/// "There is a limit of 2 regex for each filter pattern."
const REGEXES_MAX: usize = 2;

/// "Up to three wildcard selectors in a filter pattern with compound expressions."
const WILDCARDS_MAX: usize = 3;

pub(super) struct Cursor<'a> {
    rest: &'a str,
    regexes: usize,
    wildcards: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, regexes: 0, wildcards: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the text if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let behind = self.rest.strip_prefix(text);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// The same, behind blanks.
    pub(super) fn eat_spaced(&mut self, text: &str) -> bool {
        self.skip_blanks();
        self.eat(text)
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), InvalidPattern> {
        if self.eat_spaced(text) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// A keyword, in any case.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let mut ahead = Cursor::new(self.rest);
        let is_next = ahead.take_while(char::is_alphanumeric).eq_ignore_ascii_case(word);
        if is_next {
            self.rest = ahead.rest;
        }
        is_next
    }

    pub(super) fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// What stands between quotes, with its escapes.
    pub(super) fn quoted(&mut self, quote: char) -> Result<&'a str, InvalidPattern> {
        self.enclosed(quote).ok_or(InvalidPattern::Form)
    }

    /// A regular expression between percent signs.
    pub(super) fn regex(&mut self) -> Result<Regex, InvalidPattern> {
        self.regexes = self.regexes.saturating_add(1);
        if self.regexes > REGEXES_MAX {
            return Err(InvalidPattern::Form);
        }
        Regex::parse(self.enclosed('%').ok_or(InvalidPattern::Form)?)
    }

    pub(super) fn count_wildcard(&mut self) -> Result<(), InvalidPattern> {
        self.wildcards = self.wildcards.saturating_add(1);
        if self.wildcards > WILDCARDS_MAX { Err(InvalidPattern::Form) } else { Ok(()) }
    }

    /// What comes next is not what it should be.
    pub(super) fn unexpected(&self) -> InvalidPattern {
        match self.peek() {
            Some(character) if !character.is_alphanumeric() => InvalidPattern::Character(character),
            _ => InvalidPattern::Form,
        }
    }

    fn enclosed(&mut self, mark: char) -> Option<&'a str> {
        let inside = self.rest.strip_prefix(mark)?;
        let mut is_escaped = false;
        let end = inside.find(|character| {
            let is_end = character == mark && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_end
        })?;
        let (inside, rest) = inside.split_at_checked(end)?;
        self.rest = rest.strip_prefix(mark)?;
        Some(inside)
    }
}
