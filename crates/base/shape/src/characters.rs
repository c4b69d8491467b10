//! The classes of characters in the patterns of AWS's models, as Java reads them.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// `\w`: ASCII letters, digits and the underscore.
pub fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// `\p{L}\p{Z}\p{N}`: letters, separators and numbers of all scripts.
pub fn is_letter_separator_or_number(character: char) -> bool {
    let group = character.general_category_group();
    matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Number)
}

/// `\u0009\u000A\u000D\u0020-\u00FF`: of which policy documents are made.
pub fn is_latin_1_text(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_ascii() {
        assert!("azAZ09_".chars().all(is_word));
        assert!(!" -é٣".chars().any(is_word));
    }

    #[test]
    fn letters_separators_and_numbers_are_those_of_all_scripts_and_marks_are_none() {
        assert!("aÉ北ش \u{a0}\u{2028}9٣½Ⅻʰ".chars().all(is_letter_separator_or_number));
        assert!(!"\t\n_-.\u{301}\u{93f}€😀\u{200b}".chars().any(is_letter_separator_or_number));
    }

    #[test]
    fn policies_are_latin_1_without_most_controls() {
        assert!("{\t\n\r \"~\u{7f}\u{85}ÿ}".chars().all(is_latin_1_text));
        assert!(!"\0\u{1f}Ā€".chars().any(is_latin_1_text));
    }
}
