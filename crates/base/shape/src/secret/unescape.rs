//! What stands between the quotes of a JSON string, turned into the text it means.

use zeroize::Zeroizing;

/// The text itself. `None` where an escape stands for no character (half a surrogate pair).
pub(super) fn unescape(quoted: &str) -> Option<Vec<u8>> {
    // An escape is never shorter than what it stands for, so this never grows and leaves no copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(quoted.len()));
    let mut rest = quoted;
    while let Some((run, escape)) = rest.split_once('\\') {
        text.extend_from_slice(run.as_bytes());
        if let Some(units) = escape.strip_prefix('u') {
            let (character, behind) = unicode_escape(units)?;
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = behind;
            continue;
        }
        let (letter, behind) = escape.split_at_checked(1)?;
        text.push(match letter {
            "\"" => b'"',
            "\\" => b'\\',
            "/" => b'/',
            "b" => 0x08,
            "f" => 0x0c,
            "n" => b'\n',
            "r" => b'\r',
            "t" => b'\t',
            _ => return None,
        });
        rest = behind;
    }
    text.extend_from_slice(rest.as_bytes());
    Some(std::mem::take(&mut text))
}

/// What follows `\u`: four hex digits, or a pair of surrogates with a second `\u` between them.
fn unicode_escape(escape: &str) -> Option<(char, &str)> {
    let (high, behind) = hex_unit(escape)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, behind));
    }
    let (low, behind) = hex_unit(behind.strip_prefix("\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)?, behind))
}

fn hex_unit(escape: &str) -> Option<(u32, &str)> {
    let (digits, behind) = escape.split_at_checked(4)?;
    let unit = digits.chars().try_fold(0, |unit, digit| Some(unit << 4 | digit.to_digit(16)?))?;
    Some((unit, behind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Kind, SecretText};

    fn read(json: &str) -> Option<String> {
        SecretText::read(&mut serde_json::Deserializer::from_str(json))
            .ok()
            .map(|secret| String::from_utf8(secret.expose().to_vec()).unwrap())
    }

    #[test]
    fn every_escape_stands_for_its_character() {
        assert_eq!(
            read(r#""a\"b\\c\/\b\f\n\r\tA\u00e9\u20AC\ud83d\ude00z""#).unwrap(),
            "a\"b\\c/\u{8}\u{c}\n\r\tAé€😀z"
        );
        assert_eq!(read(r#""""#).unwrap(), "");
    }

    #[test]
    fn half_a_surrogate_pair_is_refused() {
        for json in
            [r#""\ud83d""#, r#""\ud83dx""#, r#""\ud83d\n""#, r#""\ud83d\u0041""#, r#""\ud83d\ue000""#, r#""\ude00""#]
        {
            assert_eq!(read(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_unescaped_as_any_json_string_is(json in r#""([ -!#-\[\]-~é€😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\ud83d\\ude0[0-9]){0,40}""#) {
            prop_assert_eq!(read(&json), serde_json::from_str::<String>(&json).ok());
        }
    }
}
