//! Letters of both cases as one.

/// The text with each letter in lower case, as condition keys are asked for.
///
/// Unlike [`str::to_lowercase`] it does not look where a letter stands: the sigma that ends a word is a sigma like any
/// other. So a part of a key, such as a tag's, is the same whatever stands around it.
pub fn in_lower_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().flat_map(lower).collect() }
}

/// Does [`in_lower_case`] make the same of both? Nothing is allocated for it.
pub fn is_same_in_any_case(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(lower).eq(other.chars().flat_map(lower))
}

fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of letters whose lower case is peculiar.
    fn peculiar() -> impl Strategy<Value = String> {
        "[aAbkK\u{212A}sSſßẞiIİıσςΣοΟäÄ.: '/\u{307}ǅΌό]{0,6}"
    }

    proptest! {
        #[test]
        fn texts_are_the_same_if_and_only_if_they_come_out_alike(one in peculiar(), other in peculiar()) {
            prop_assert_eq!(is_same_in_any_case(&one, &other), in_lower_case(&one) == in_lower_case(&other));
        }

        #[test]
        fn what_the_standard_library_makes_equal_is_the_same(one in peculiar(), other in peculiar()) {
            let [lower_one, lower_other] = [&one, &other].map(|text| text.to_lowercase());
            prop_assert_eq!(in_lower_case(&one), lower_one.replace('ς', "σ"));
            prop_assert!(lower_one != lower_other || is_same_in_any_case(&one, &other));
        }

        #[test]
        fn a_part_comes_out_as_it_does_in_the_whole(start in peculiar(), end in peculiar()) {
            prop_assert_eq!(in_lower_case(&format!("{start}{end}")), in_lower_case(&start) + &in_lower_case(&end));
        }
    }

    #[test]
    fn what_is_in_lower_case_stays_as_it_is() {
        for letter in (char::MIN..=char::MAX).map(String::from) {
            let lower = in_lower_case(&letter);
            assert_eq!(in_lower_case(&lower), lower);
            assert!(is_same_in_any_case(&letter, &lower), "{letter}");
        }
    }

    #[test]
    fn a_sigma_is_a_sigma_wherever_it_stands() {
        for other in ["ΟΔΟΣ", "οδος", "οδοσ", "Οδος"] {
            assert!(is_same_in_any_case("ΟΔΟΣ", other), "{other}");
        }
        assert!(is_same_in_any_case("\u{212A}", "K"));
        assert!(!is_same_in_any_case("ß", "SS"));
        assert!(!is_same_in_any_case("a", "aa"));
    }
}
