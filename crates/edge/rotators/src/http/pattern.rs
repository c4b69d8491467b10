//! Text with wildcards, as policies have it.

/// `*` is any run of characters, `?` is any one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Takes time in proportion to the product of the lengths at most.
    pub(crate) fn admits(&self, text: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.chars(), text.chars());
        // Where the last star stands, and how much of the text it has swallowed.
        let mut star = None;
        loop {
            let rest_before = rest.clone();
            match (pattern.next(), rest.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    rest = rest_before;
                    star = Some((pattern.clone(), rest.clone()));
                }
                (Some('?'), Some(_)) => {}
                (Some(wanted), Some(found)) if wanted == found => {}
                _ => {
                    let Some((after_star, swallowed)) = &mut star else { return false };
                    if swallowed.next().is_none() {
                        return false;
                    }
                    (pattern, rest) = (after_star.clone(), swallowed.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Slow, and plain to see.
    fn admits(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=text.len()).any(|length| admits(rest, &text[length..])),
            (Some(('?', rest)), Some((_, after))) => admits(rest, after),
            (Some((wanted, rest)), Some((found, after))) => wanted == found && admits(rest, after),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_pattern_admits_what_it_stands_for(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(pattern.clone()).admits(&text), admits(&letters(&pattern), &letters(&text)));
        }
    }

    #[test]
    fn arns_are_admitted_by_their_beginning() {
        let pattern = Pattern::new("arn:aws:secretsmanager:*:123456789012:secret:mail/*".to_owned());
        assert!(pattern.admits("arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/key-AbCdEf"));
        assert!(!pattern.admits("arn:aws:secretsmanager:eu-west-1:123456789013:secret:mail/key-AbCdEf"));
    }
}
