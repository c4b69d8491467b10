//! Forms that several operations share. AWS's names begin with a small letter here: `arnType` is [`ArnType`].

use shape::characters::{is_latin_1_text, is_word};
use shape::{Integer, Pattern, SecretText, Text, Time};

/// As it is read and not as it was meant: `\u10000-\u10FFFF` is U+1000, everything from `0` to U+10FF, and two `F`. So
/// it takes DEL and its neighbours, and no character beyond U+FFFF.
const ARN: Pattern = Pattern {
    text: r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    holds: is_arn,
};
const ACCESS_KEY_ID: Pattern = Pattern { text: r"[\w]*", holds: |text| text.chars().all(is_word) };
const SERIAL_NUMBER: Pattern = Pattern { text: r"[\w+=/:,.@-]*", holds: |text| is_words_and(text, "+=/:,.@-") };
const TOKEN_CODE: Pattern = Pattern { text: r"[\d]*", holds: |text| text.bytes().all(|byte| byte.is_ascii_digit()) };
pub(crate) const NAME: Pattern = Pattern { text: r"[\w+=,.@-]*", holds: |text| is_words_and(text, "+=,.@-") };
pub(crate) const POLICY: Pattern = Pattern { text: r"[\u0009\u000A\u000D\u0020-\u00FF]+", holds: is_policy };

shape::forms! {
    pub ArnType: Text { min: 20, max: 2048, pattern: ARN }
    pub AccountType: Text {}
    pub AccessKeyIdType: Text { min: 16, max: 128, pattern: ACCESS_KEY_ID }
    pub AccessKeySecretType: SecretText {}
    /// AWS does not mark it sensitive. It is half of a key all the same.
    pub TokenType: SecretText {}
    pub DateType: Time {}

    pub DurationSecondsType: Integer { min: 900, max: 129_600 }
    pub SerialNumberType: Text { min: 9, max: 256, pattern: SERIAL_NUMBER }
    /// AWS does not mark it sensitive, but keeps it off its trail.
    pub TokenCodeType: Text { min: 6, max: 6, pattern: TOKEN_CODE }
    pub SourceIdentityType: Text { min: 2, max: 64, pattern: NAME }

    pub NonNegativeIntegerType: Integer { min: 0 }
    pub MinimumSessionTokenSizeType: Integer { min: 0, max: 4096 }
    pub SessionTokenUtilizationType: Integer { min: 0 }
    pub SessionTokenSizeType: Integer { min: 0 }
}

pub(crate) fn is_words_and(text: &str, others: &str) -> bool {
    text.chars().all(|character| is_word(character) || others.contains(character))
}

fn is_arn(text: &str) -> bool {
    let is_taken = |character| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}');
    !text.is_empty() && text.chars().all(is_taken)
}

fn is_policy(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_latin_1_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_text_as_the_pattern_reads_it() {
        for text in ["arn:aws:iam::111122223333:role/prod/db", "\t\n\r ~", "\u{7f}\u{80}\u{a0}", "ü\u{e000}\u{fffd}"] {
            assert!(is_arn(text), "{text}");
        }
        for text in ["", "\0", "a\u{1f}", "\u{fffe}", "\u{ffff}", "arn:😀"] {
            assert!(!is_arn(text), "{text}");
        }
    }

    #[test]
    fn names_serial_numbers_and_codes_are_made_of_few_characters() {
        assert!((NAME.holds)("") && (NAME.holds)("a_Z9+=,.@-"));
        for text in ["a b", "a:b", "a/b", "ü", "٣", "a\n"] {
            assert!(!(NAME.holds)(text), "{text}");
        }
        assert!((SERIAL_NUMBER.holds)("arn:aws:iam::111122223333:mfa/Ada+=,.@-_"));
        assert!(!(SERIAL_NUMBER.holds)("mfa Ada"));
        assert!((TOKEN_CODE.holds)("012345") && !(TOKEN_CODE.holds)("12345a") && !(TOKEN_CODE.holds)("١٢٣٤٥٦"));
        assert!((ACCESS_KEY_ID.holds)("AKIAIOSFODNN7EXAMPLE") && !(ACCESS_KEY_ID.holds)("AKIA-IOSFODNN7EXAMPLE"));
    }

    #[test]
    fn a_policy_is_latin_1_and_not_empty() {
        assert!(is_policy("{\r\n\t\"Version\": \"2012-10-17\" ÿ}"));
        assert!(!is_policy("") && !is_policy("{\"€\"}") && !is_policy("\0"));
    }
}
