//! What bounds and marks a session: policies and tags.

use shape::characters::is_letter_separator_or_number;
use shape::{List, Optional, Pattern, Required, Text};

use super::forms::{ArnType, POLICY};

const TAG_KEY: Pattern =
    Pattern { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", holds: |text| !text.is_empty() && is_tag_text(text) };
const TAG_VALUE: Pattern = Pattern { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", holds: is_tag_text };

shape::forms! {
    pub SessionPolicyDocumentType: Text { min: 1, max: 2048, pattern: POLICY }
    /// The same without the limit in the model; AWS still counts it against the packed size.
    pub UnrestrictedSessionPolicyDocumentType: Text { min: 1, pattern: POLICY }
    pub PolicyDescriptorListType: List<PolicyDescriptorType> {}

    pub TagKeyType: Text { min: 1, max: 128, pattern: TAG_KEY }
    pub TagValueType: Text { min: 0, max: 256, pattern: TAG_VALUE }
    pub TagListType: List<Tag> { max: 50 }
    pub TagKeyListType: List<TagKeyType> { max: 50 }
}

shape::structure! {
    /// A managed policy. This member alone begins with a small letter.
    pub struct PolicyDescriptorType {
        arn: Optional<ArnType> = "arn",
    }
}

shape::structure! {
    pub struct Tag {
        key: Required<TagKeyType> = "Key",
        value: Required<TagValueType> = "Value",
    }
}

fn is_tag_text(text: &str) -> bool {
    text.chars().all(|character| is_letter_separator_or_number(character) || "_.:/=+-@".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_letters_separators_numbers_and_some_signs() {
        for text in ["Team", "Équipe α/β", "cost center: 42", "a_.:/=+-@", "北京"] {
            assert!((TAG_KEY.holds)(text), "{text}");
        }
        for text in ["a*", "a\tb", "(a)", "a#b", "€", "😀"] {
            assert!(!is_tag_text(text), "{text}");
        }
        assert!((TAG_VALUE.holds)("") && !(TAG_KEY.holds)(""));
    }
}
