//! Broken constraints, gathered into AWS's one message.
//!
//! `2 validation errors detected: Value 'x' at 'secretId' failed to satisfy constraint: ...; Value ...`
//!
//! Violations stand in the member order of the model; in what order AWS prints them is unproven. AWS echoes a value
//! whole; we print at most 1,000 characters of one and at most 20 violations (the count stays true), so that an
//! answer never grows with the request.

use std::fmt::{self, Write};

use crate::{Draft, Form, Kind};

const MAX_EXCERPT_CHARACTERS: usize = 1_000;
const MAX_PRINTED: usize = 20;

/// The violations of one request.
#[derive(Debug)]
pub struct Violations {
    count: usize,
    max_printed: usize,
    quotes_values: bool,
    text: String,
    /// What the service says in words of its own, where nothing else is broken.
    own_text: Option<String>,
}

/// Where in the request a value stands, as a chain of borrowed steps: nothing is built unless it is printed.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'static str),
    /// Counted from 1, as AWS does.
    Element(&'a Path<'a>, usize),
}

/// The beginning of a value, bounded.
#[derive(Debug)]
pub struct Excerpt {
    text: String,
    characters_left: usize,
    cut: bool,
}

/// What a violation says of the value.
pub(crate) enum Shown<'a> {
    Null,
    /// The member is sensitive: AWS prints no value.
    Hidden,
    Text(&'a str),
    Excerpt(Excerpt),
}

impl Violations {
    pub(crate) fn new() -> Self {
        Self { count: 0, max_printed: MAX_PRINTED, quotes_values: true, text: String::new(), own_text: None }
    }

    pub(crate) fn quoting_no_values() -> Self {
        Self { quotes_values: false, ..Self::new() }
    }

    /// Counts without printing.
    pub(crate) fn counting() -> Self {
        Self { max_printed: 0, ..Self::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.own_text.is_none()
    }

    pub(crate) fn add(&mut self, shown: &Shown<'_>, at: &Path<'_>, rule: fmt::Arguments<'_>) {
        self.count = self.count.saturating_add(1);
        if self.count > self.max_printed {
            return;
        }
        if self.count > 1 {
            self.text.push_str("; ");
        }
        let shown = if self.quotes_values || matches!(shown, Shown::Null) { shown } else { &Shown::Hidden };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "Value {shown}at '{at}' failed to satisfy constraint: {rule}");
    }

    /// Keeps the first of the violations that the service tells in words of its own.
    pub(crate) fn add_own(&mut self, at: &Path<'_>, rule: &str) {
        self.own_text.get_or_insert_with(|| format!("The specified value for {at} is invalid. {rule}"));
    }

    pub(crate) fn message(&self) -> String {
        if let (0, Some(text)) = (self.count, &self.own_text) {
            return text.clone();
        }
        let plural = if self.count == 1 { "" } else { "s" };
        format!("{} validation error{plural} detected: {}", self.count, self.text)
    }
}

impl<'a> Path<'a> {
    #[must_use]
    pub fn member(&'a self, name: &'static str) -> Path<'a> {
        Path::Member(self, name)
    }

    #[must_use]
    pub fn element(&'a self, index: usize) -> Path<'a> {
        Path::Element(self, index.saturating_add(1))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => lower_camel(name).try_for_each(|c| f.write_char(c)),
            Path::Member(parent, name) => {
                write!(f, "{parent}.")?;
                lower_camel(name).try_for_each(|c| f.write_char(c))
            }
            Path::Element(parent, number) => write!(f, "{parent}.{number}.member"),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Null => f.write_str("null "),
            Shown::Hidden => Ok(()),
            Shown::Text(text) => {
                let mut excerpt = Excerpt::new();
                excerpt.push(text);
                write!(f, "'{}' ", excerpt.text)
            }
            Shown::Excerpt(excerpt) => write!(f, "'{}' ", excerpt.text),
        }
    }
}

impl Excerpt {
    pub(crate) fn new() -> Self {
        Self { text: String::new(), characters_left: MAX_EXCERPT_CHARACTERS, cut: false }
    }

    pub(crate) fn push(&mut self, text: &str) {
        for character in text.chars() {
            if self.cut {
                return;
            }
            match self.characters_left.checked_sub(1) {
                Some(left) => {
                    self.characters_left = left;
                    self.text.push(character);
                }
                None => {
                    self.cut = true;
                    self.text.push_str("...");
                }
            }
        }
    }

    /// The members of a structure, as `{key=value, ...}`.
    pub fn members(&mut self) -> ExcerptMembers<'_> {
        self.push("{");
        ExcerptMembers { out: self, empty: true }
    }

    /// Whether what is pushed now would not be seen.
    pub(crate) fn is_full(&self) -> bool {
        self.cut
    }
}

/// A structure within an excerpt. Sensitive forms print no value.
#[derive(Debug)]
pub struct ExcerptMembers<'a> {
    out: &'a mut Excerpt,
    empty: bool,
}

impl ExcerptMembers<'_> {
    pub fn add<F: Form>(&mut self, name: &'static str, draft: Option<&Draft<F>>) {
        let Some(draft) = draft else { return };
        if self.out.is_full() {
            return;
        }
        if !self.empty {
            self.out.push(", ");
        }
        self.empty = false;
        self.out.push(&lower_camel(name).collect::<String>());
        self.out.push("=");
        F::Kind::excerpt(draft, self.out);
    }

    pub fn close(self) {
        self.out.push("}");
    }
}

/// The name as paths and the trail print it: `SecretId` is `secretId`, `RotationLambdaARN` is `rotationLambdaARN`, and
/// a name all in capitals is lowered whole (`ARN` is `arn`; AWS's former `aRN` was a slip).
pub(crate) fn lower_camel(name: &str) -> impl Iterator<Item = char> + '_ {
    let all_capitals = name.bytes().all(|byte| byte.is_ascii_uppercase());
    name.chars().enumerate().map(
        move |(index, character)| {
            if index == 0 || all_capitals { character.to_ascii_lowercase() } else { character }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camel(name: &str) -> String {
        lower_camel(name).collect()
    }

    #[test]
    fn names_lose_their_first_capital_and_capitals_are_lowered_whole() {
        assert_eq!(camel("SecretId"), "secretId");
        assert_eq!(camel("RotationLambdaARN"), "rotationLambdaARN");
        assert_eq!(camel("ARN"), "arn");
        assert_eq!(camel("KmsKeyId"), "kmsKeyId");
    }

    #[test]
    fn a_path_names_members_and_counts_elements_from_one() {
        let filters = Path::Root.member("Filters");
        assert_eq!(filters.element(0).member("Key").to_string(), "filters.1.member.key");
    }

    #[test]
    fn a_long_value_is_cut_at_a_thousand_characters() {
        let message = |characters: usize| {
            let mut found = Violations::new();
            found.add(&Shown::Text(&"ü".repeat(characters)), &Path::Root.member("Name"), format_args!("R"));
            found.message()
        };
        let printed = |value: &str| {
            format!("1 validation error detected: Value '{value}' at 'name' failed to satisfy constraint: R")
        };
        let thousand = "ü".repeat(1_000);
        assert_eq!(message(1_000), printed(&thousand));
        assert_eq!(message(1_001), printed(&format!("{thousand}...")));
        assert_eq!(message(5_000), printed(&format!("{thousand}...")));
    }

    #[test]
    fn at_most_twenty_violations_are_printed_and_all_are_counted() {
        let mut found = Violations::new();
        for _ in 0..50 {
            found.add(&Shown::Null, &Path::Root.member("Name"), format_args!("R"));
        }
        let message = found.message();
        assert!(message.starts_with("50 validation errors detected: "), "{message}");
        assert_eq!(message.matches("Value null at 'name'").count(), 20);
    }
}
