//! Texts with `*` and `?`.

use std::collections::BTreeMap;

/// A pattern: `*` is any run of characters, `?` is any one.
///
/// Between two stars stands a chunk of fixed width, so the leftmost place where a chunk fits is always as good as any
/// later one, and nothing is tried twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Shape);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    /// Without a star.
    Fixed(Chunk),
    /// Around its stars.
    Starred {
        first: Chunk,
        middle: Box<[Chunk]>,
        last: Chunk,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Chunk(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    One,
}

/// Puts a pattern together piece by piece, so that text from elsewhere stays literal.
#[derive(Debug, Default)]
pub(crate) struct GlobBuilder {
    first: Option<Chunk>,
    middle: Vec<Chunk>,
    open: Chunk,
}

impl Glob {
    pub(crate) fn parse(pattern: &str) -> Self {
        let mut builder = GlobBuilder::default();
        for piece in pattern.split_inclusive(['*', '?']) {
            match (piece.strip_suffix('*'), piece.strip_suffix('?')) {
                (Some(text), _) => builder.text(text).run(),
                (None, Some(text)) => builder.text(text).one(),
                (None, None) => builder.text(piece),
            };
        }
        builder.finish()
    }

    /// The text, when the pattern has no wildcard.
    pub(crate) fn as_exact(&self) -> Option<&str> {
        match &self.0 {
            Shape::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// What every matching text begins with.
    pub(crate) fn literal_prefix(&self) -> &str {
        match &self.0 {
            Shape::Any => "",
            Shape::Exact(text) | Shape::Prefix(text) => text,
            Shape::Fixed(chunk) | Shape::Starred { first: chunk, .. } => match chunk.0.first() {
                Some(Part::Text(text)) => text,
                _ => "",
            },
        }
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Shape::Any => true,
            Shape::Exact(exact) => **exact == *text,
            Shape::Prefix(prefix) => text.starts_with(&**prefix),
            Shape::Fixed(chunk) => chunk.strip_from(text) == Some(""),
            Shape::Starred { first, middle, last } => {
                let after_first = first.strip_from(text);
                let after_middle = middle.iter().try_fold(after_first, |rest, chunk| Some(chunk.find_in(rest?)));
                after_middle.flatten().is_some_and(|rest| last.ends(rest))
            }
        }
    }
}

impl GlobBuilder {
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        match self.open.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(before)) => before.push_str(text),
            _ => self.open.0.push(Part::Text(text.to_owned())),
        }
        self
    }

    pub(crate) fn one(&mut self) -> &mut Self {
        self.open.0.push(Part::One);
        self
    }

    pub(crate) fn run(&mut self) -> &mut Self {
        let closed = std::mem::take(&mut self.open);
        if self.first.is_none() {
            self.first = Some(closed);
        } else if !closed.0.is_empty() {
            self.middle.push(closed);
        }
        self
    }

    pub(crate) fn finish(self) -> Glob {
        let (middle, last) = (self.middle.into_boxed_slice(), self.open);
        let Some(first) = self.first else {
            return Glob(last.into_text().map_or_else(Shape::Fixed, Shape::Exact));
        };
        if !middle.is_empty() || !last.0.is_empty() {
            return Glob(Shape::Starred { first, middle, last });
        }
        Glob(match first.into_text() {
            Ok(prefix) if prefix.is_empty() => Shape::Any,
            Ok(prefix) => Shape::Prefix(prefix),
            Err(first) => Shape::Starred { first, middle, last },
        })
    }
}

impl Chunk {
    fn into_text(mut self) -> Result<Box<str>, Self> {
        match self.0.as_mut_slice() {
            [] => Ok("".into()),
            [Part::Text(text)] => Ok(std::mem::take(text).into()),
            _ => Err(self),
        }
    }

    /// The text after the chunk, when it begins with it.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.0.iter().try_fold(text, |rest, part| match part {
            Part::Text(text) => rest.strip_prefix(text.as_str()),
            Part::One => {
                let mut letters = rest.chars();
                letters.next().map(|_| letters.as_str())
            }
        })
    }

    /// The text after the first place where the chunk fits.
    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let [Part::Text(wanted)] = self.0.as_slice() {
            return text.split_once(wanted.as_str()).map(|(_, rest)| rest);
        }
        self.find_by_bits(text)
    }

    /// Every beginning of the chunk that fits where the text has been read to is a bit, so that one step a character
    /// moves them all on.
    fn find_by_bits<'t>(&self, text: &'t str) -> Option<&'t str> {
        let wanted: Vec<Option<char>> = self.letters().collect();
        let words = wanted.len().div_ceil(64);
        let mut fits_any = vec![0_u64; words];
        let mut fits: BTreeMap<char, Vec<u64>> = BTreeMap::new();
        for (at, letter) in wanted.iter().enumerate() {
            let row = letter.map_or(&mut fits_any, |letter| fits.entry(letter).or_insert_with(|| vec![0; words]));
            if let Some(word) = row.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
        for (word, any) in fits.values_mut().flat_map(|row| row.iter_mut().zip(&fits_any)) {
            *word |= any;
        }
        let done = 1 << (wanted.len().checked_sub(1)? % 64);
        let (mut state, mut rest) = (vec![0_u64; words], text.chars());
        while let Some(letter) = rest.next() {
            let mut carry = 1;
            for (word, fit) in state.iter_mut().zip(fits.get(&letter).unwrap_or(&fits_any)) {
                let next = *word >> 63;
                *word = (*word << 1 | carry) & fit;
                carry = next;
            }
            if state.last().is_some_and(|word| word & done != 0) {
                return Some(rest.as_str());
            }
        }
        None
    }

    /// Its characters; none is any.
    fn letters(&self) -> impl Iterator<Item = Option<char>> {
        self.0.iter().flat_map(|part| {
            let (text, any) = match part {
                Part::Text(text) => (text.as_str(), None),
                Part::One => ("", Some(None)),
            };
            text.chars().map(Some).chain(any)
        })
    }

    fn ends(&self, text: &str) -> bool {
        if let [Part::Text(wanted)] = self.0.as_slice() {
            return text.ends_with(wanted.as_str());
        }
        let Some(last) = self.letters().count().checked_sub(1) else { return true };
        let Some((start, _)) = text.char_indices().nth_back(last) else { return false };
        text.get(start..).is_some_and(|end| self.strip_from(end) == Some(""))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::parse(pattern).matches(text)
    }

    #[test]
    fn a_star_is_any_run_and_a_question_mark_is_one_character() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "a:b/c"),
            ("a*", "a"),
            ("*a", "ba"),
            ("a*c", "abbc"),
            ("a*b*c", "a-b-b-c"),
            ("?", "é"),
            ("a?c", "abc"),
            ("*??", "ab"),
            ("secret:name-??????", "secret:name-Ab12Cd"),
            ("*-??????", "x-y-Ab12Cd"),
            ("**a**", "bab"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a*c", "ab"),
            ("?", ""),
            ("?", "ab"),
            ("ab*ba", "aba"),
            ("secret:name-??????", "secret:name-Ab12Cdx"),
            ("*??", "a"),
            ("A*", "a"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_thousand_wildcards_are_decided_at_once() {
        let text = "a".repeat(8_192);
        let started = std::time::Instant::now();
        assert!(!matches(&format!("{}b", "a*".repeat(60_000)), &text));
        assert!(!matches(&format!("{}b", "*a".repeat(4_000)), &text));
        assert!(!matches(&format!("*{}b*", "?".repeat(8_000)), &text));
        assert!(!matches(&format!("*{}b*", "a?".repeat(4_000)), &text));
        assert!(matches(&format!("*{}b*", "a?".repeat(4_000)), &format!("{text}b{text}")));
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    }

    /// The meaning, as a table of every prefix against every prefix.
    fn by_table(pattern: &str, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        let mut row = vec![false; letters.len() + 1];
        row[0] = true;
        for wanted in pattern.chars() {
            let before = row.clone();
            row[0] = wanted == '*' && before[0];
            for (at, letter) in letters.iter().enumerate() {
                row[at + 1] = match wanted {
                    '*' => before[at + 1] || row[at],
                    '?' => before[at],
                    _ => before[at] && wanted == *letter,
                };
            }
        }
        row[letters.len()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_pattern_matches_what_a_table_of_all_prefixes_says(pattern in "[abé*?]{0,10}", text in "[abé]{0,12}") {
            prop_assert_eq!(matches(&pattern, &text), by_table(&pattern, &text));
        }

        #[test]
        fn every_match_begins_with_the_literal_prefix(pattern in "[ab*?]{0,6}", text in "[ab]{0,6}") {
            let glob = Glob::parse(&pattern);
            prop_assert!(!glob.matches(&text) || text.starts_with(glob.literal_prefix()));
        }
    }
}
