//! Words, as the filters `all` and `description` see them.
//!
//! The rules were found by asking AWS (getmoto/moto#8421, #8529): a text is split at spaces, then at special
//! characters, then at the humps of camel case. A part with two different special characters is not split at all,
//! so `prod-AppBeta/x` is one word.

const SPECIAL_CHARACTERS: [char; 7] = ['/', '_', '+', '=', '.', '@', '-'];

/// The words of a text, in order.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|part| {
        let whole = has_two_special_characters(part);
        part.split(move |letter| !whole && SPECIAL_CHARACTERS.contains(&letter))
            .flat_map(move |piece| Humps { rest: piece, whole })
    })
}

/// A word a caller looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SoughtWord {
    lower_case: Vec<char>,
}

impl SoughtWord {
    pub(super) fn new(word: &str) -> Self {
        Self { lower_case: word.chars().flat_map(char::to_lowercase).collect() }
    }

    pub(super) fn begins(&self, word: &str) -> bool {
        let mut letters = word.chars().flat_map(char::to_lowercase);
        self.lower_case.iter().all(|sought| letters.next() == Some(*sought))
    }
}

fn has_two_special_characters(part: &str) -> bool {
    let mut special = part.chars().filter(|letter| SPECIAL_CHARACTERS.contains(letter));
    special.next().is_some_and(|first| special.any(|other| other != first))
}

/// A hump begins at a capital that follows a small letter (`my|Test`) or comes before one (`COMPAN|Ythings`).
/// `COMPANY` and `Thirdsecret` have one hump.
struct Humps<'a> {
    rest: &'a str,
    whole: bool,
}

impl<'a> Iterator for Humps<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let end = if self.whole { self.rest.len() } else { end_of_hump(self.rest) };
        let (hump, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!hump.is_empty()).then_some(hump)
    }
}

fn end_of_hump(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut before = letters.next().map(|(_, letter)| letter);
    while let (Some(last), Some((position, letter))) = (before, letters.next()) {
        let next_is_small = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        if letter.is_uppercase() && (last.is_lowercase() || next_is_small) {
            return position;
        }
        before = Some(letter);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn split(text: &str) -> Vec<&str> {
        words(text).collect()
    }

    #[test]
    fn humps_of_camel_case_are_words() {
        for (text, expected) in [
            ("test", &["test"][..]),
            ("Mytest", &["Mytest"]),
            ("MyTest", &["My", "Test"]),
            ("myTest", &["my", "Test"]),
            ("MyTestPhrase", &["My", "Test", "Phrase"]),
            ("SecretFTag", &["Secret", "F", "Tag"]),
            ("Thirdsecret", &["Thirdsecret"]),
            ("COMPANY", &["COMPANY"]),
            ("COMPANYthings", &["COMPAN", "Ythings"]),
            ("AppDB", &["App", "DB"]),
            ("db2Prod", &["db2", "Prod"]),
            ("x", &["x"]),
            ("éÉé", &["é", "Éé"]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn spaces_and_special_characters_part_words() {
        for special in SPECIAL_CHARACTERS {
            let name = format!("prod{special}AppBeta{special}x");
            assert_eq!(split(&name), ["prod", "App", "Beta", "x"], "{name}");
            assert_eq!(split(&special.to_string()), [""; 0]);
        }
        assert_eq!(split("  one  two\n"), ["one", "two"]);
        assert_eq!(split("/leading//double/"), ["leading", "double"]);
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn other_signs_belong_to_words() {
        assert_eq!(split("rds!cluster-1 a:b (c)"), ["rds!cluster", "1", "a:b", "(c)"]);
    }

    #[test]
    fn a_part_with_two_special_characters_is_not_split() {
        assert_eq!(split("prod-AppBeta/x"), ["prod-AppBeta/x"]);
        assert_eq!(split("for prod-AppBeta/x and a-b"), ["for", "prod-AppBeta/x", "and", "a", "b"]);
    }

    #[test]
    fn sought_words_begin_words_in_any_case() {
        for (sought, word) in [("sec", "Secret"), ("SEC", "secret"), ("secret", "SECRET"), ("É", "été")] {
            assert!(SoughtWord::new(sought).begins(word), "{sought} in {word}");
        }
        for (sought, word) in [("ret", "secret"), ("secrets", "secret"), ("secret", "")] {
            assert!(!SoughtWord::new(sought).begins(word), "{sought} in {word}");
        }
    }

    proptest! {
        #[test]
        fn splitting_keeps_every_letter_and_digit_in_order(text in "[abABé0-9/_+ -]{0,40}") {
            let joined: String = words(&text).collect();
            let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
            prop_assert_eq!(letters(&joined), letters(&text));
            prop_assert!(!joined.contains(' '));
        }

        #[test]
        fn a_word_is_not_split_again(text in "\\PC{0,40}") {
            for word in words(&text) {
                prop_assert_eq!(split(word), [word]);
            }
        }

        #[test]
        fn every_beginning_of_a_word_is_found(text in "\\PC{0,20}", length in 0_usize..20) {
            for word in words(&text) {
                let beginning: String = word.chars().take(length).collect();
                prop_assert!(SoughtWord::new(&beginning).begins(word));
            }
        }
    }
}
