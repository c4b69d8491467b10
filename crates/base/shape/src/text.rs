//! Text, and the rules of length and pattern.

use serde::Deserializer;

use crate::read::{NO_STRING, Refusals, Take, take};
use crate::violations::Shown;
use crate::write::{text_size_bound, write_text};
use crate::xml::{write_xml_text, xml_text_size_bound};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A string that anyone may see.
#[derive(Debug)]
pub struct Text;

/// Length and pattern of a string.
#[derive(Debug, Clone, Copy)]
pub struct TextRules {
    min: Option<usize>,
    max: Option<usize>,
    pattern: Option<Pattern>,
    pattern_told: Option<&'static str>,
    in_bytes: bool,
    known: Option<&'static [&'static str]>,
}

/// A regular expression of the model: its text, and a predicate that decides the same for the whole string.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    pub text: &'static str,
    pub holds: fn(&str) -> bool,
}

impl TextRules {
    pub(crate) const ANY: Self =
        Self { min: None, max: None, pattern: None, pattern_told: None, in_bytes: false, known: None };

    #[must_use]
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    #[must_use]
    pub const fn pattern(mut self, pattern: Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// A sentence instead of the pattern, as IAM has for its names: `The specified value for roleName is invalid. It must
    /// contain only alphanumeric characters and/or the following: +=,.@_-`. It is told where nothing else is broken.
    #[must_use]
    pub const fn pattern_told(mut self, sentence: &'static str) -> Self {
        self.pattern_told = Some(sentence);
        self
    }

    /// Length counts bytes of UTF-8, not characters.
    #[must_use]
    pub const fn in_bytes(mut self, in_bytes: bool) -> Self {
        self.in_bytes = in_bytes;
        self
    }

    /// The strings that the model lists, where the service does not hold a request to them but says in words of its own
    /// what it thinks of others.
    #[must_use]
    pub const fn known(mut self, known: &'static [&'static str]) -> Self {
        self.known = Some(known);
        self
    }

    /// The pattern comes before the length: so in most recordings of other services (Cognito, DynamoDB, Firehose);
    /// for this one it is unproven.
    pub(crate) fn check(&self, text: &str, shown: &Shown<'_>, at: &Path<'_>, found: &mut Violations) {
        if let Some(pattern) = self.pattern
            && !(pattern.holds)(text)
        {
            match self.pattern_told {
                Some(sentence) => found.add_own(at, sentence),
                None => {
                    let rule = format_args!("Member must satisfy regular expression pattern: {}", pattern.text);
                    found.add(shown, at, rule);
                }
            }
        }
        if self.min.is_none() && self.max.is_none() {
            return;
        }
        let length = if self.in_bytes { text.len() } else { text.chars().count() };
        check_length(length, self.min, self.max, shown, at, found);
    }

    /// In the order of Lambda's and ACM's recorded answers.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = length_texts(self.min, self.max);
        texts.extend(
            self.pattern.map(|pattern| format!("Member must satisfy regular expression pattern: {}", pattern.text)),
        );
        texts
    }

    pub(crate) fn describe(&self) -> Description {
        let mut description = Description::of("string").sized(self.min, self.max);
        description.pattern = self.pattern.map(|pattern| pattern.text);
        description.choices = self.known.map(<[_]>::to_vec);
        description
    }
}

impl Kind for Text {
    type Value = String;
    type Draft = String;
    type Rules = TextRules;

    const ANY: TextRules = TextRules::ANY;
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<String, D::Error> {
        take::<Self, D>(json)
    }

    fn read_query(given: &Given<'_>) -> Result<String, Malformed> {
        given.scalar().map(str::to_owned)
    }

    fn check(draft: &String, rules: &TextRules, at: &Path<'_>, found: &mut Violations) {
        rules.check(draft, &Shown::Text(draft), at, found);
    }

    fn make(draft: String) -> Option<String> {
        Some(draft)
    }

    fn excerpt(draft: &String, out: &mut Excerpt) {
        out.push(draft);
    }

    fn rule_texts(rules: &TextRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &TextRules) -> Description {
        rules.describe()
    }

    fn write(value: &String, out: &mut Vec<u8>) {
        write_text(value.as_bytes(), out);
    }

    fn size_bound(value: &String) -> usize {
        text_size_bound(value.as_bytes())
    }

    fn write_xml(value: &String, out: &mut Vec<u8>) {
        write_xml_text(value.as_bytes(), out);
    }

    fn xml_size_bound(value: &String) -> usize {
        xml_text_size_bound(value.as_bytes())
    }
}

impl RecordedKind for Text {
    fn record(value: &String, out: &mut Vec<u8>) {
        Self::write(value, out);
    }
}

impl Take<'_> for Text {
    type Draft = String;
    const REFUSALS: Refusals = NO_STRING;

    fn string(value: &str) -> Result<String, &'static str> {
        Ok(value.to_owned())
    }
}

pub(crate) fn check_length(
    length: usize,
    min: Option<usize>,
    max: Option<usize>,
    shown: &Shown<'_>,
    at: &Path<'_>,
    found: &mut Violations,
) {
    if let Some(min) = min
        && length < min
    {
        found.add(shown, at, format_args!("Member must have length greater than or equal to {min}"));
    }
    if let Some(max) = max
        && length > max
    {
        found.add(shown, at, format_args!("Member must have length less than or equal to {max}"));
    }
}

pub(crate) fn length_texts(min: Option<usize>, max: Option<usize>) -> Vec<String> {
    let max = max.map(|max| format!("Member must have length less than or equal to {max}"));
    let min = min.map(|min| format!("Member must have length greater than or equal to {min}"));
    max.into_iter().chain(min).collect()
}
