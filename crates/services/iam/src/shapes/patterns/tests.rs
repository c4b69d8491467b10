use proptest::prelude::*;

use super::*;

fn assert_takes(pattern: Pattern, texts: &[&str]) {
    for text in texts {
        assert!((pattern.holds)(text), "{} takes {text:?}", pattern.text);
    }
}

fn assert_refuses(pattern: Pattern, texts: &[&str]) {
    for text in texts {
        assert!(!(pattern.holds)(text), "{} refuses {text:?}", pattern.text);
    }
}

#[test]
fn names_ids_and_serial_numbers_are_made_of_few_characters() {
    assert_takes(NAME, &["a", "a_Z9+=,.@-"]);
    assert_refuses(NAME, &["", "a b", "a:b", "a/b", "ü", "٣", "a\n"]);
    assert_takes(SERIAL_NUMBER, &["arn:aws:iam::111122223333:mfa/Ada+=,.@-_", "GAHT12345678"]);
    assert_refuses(SERIAL_NUMBER, &["", "mfa Ada", "mfa;", "é"]);
    assert_takes(ID, &["AIDAIOSFODNN7EXAMPLE", "_"]);
    assert_refuses(ID, &["", "AIDA-IOSFODNN7EXAMPLE", "AÏDA"]);
    assert_takes(DIGITS, &["0", "012345"]);
    assert_refuses(DIGITS, &["", "12345a", "١٢٣٤٥٦", "-1"]);
}

#[test]
fn a_path_begins_and_ends_with_a_slash() {
    assert_takes(PATH, &["/", "///", "/division/team/", "/~!\"*/"]);
    assert_refuses(PATH, &["", "//", "/division", "division/", "/a b/", "/ü/", "/\u{7f}/", "/a/\n"]);
    assert_takes(PATH_PREFIX, &["/", "//", "/division", "/\u{7f}", "/a/b/"]);
    assert_refuses(PATH_PREFIX, &["", "division/", "/a b", "/ü"]);
    assert_takes(POLICY_PATH, &["/", "/a/", "/Aa0.,+@=_-/b/"]);
    assert_refuses(POLICY_PATH, &["", "//", "/a", "a/", "/a//", "//a/", "/a:b/", "/é/", "/a/ "]);
}

#[test]
fn documents_markers_and_descriptions_are_latin_1() {
    assert_takes(POLICY_DOCUMENT, &["{\r\n\t\"Version\": \"2012-10-17\" ÿ\u{7f}\u{80}}"]);
    assert_refuses(POLICY_DOCUMENT, &["", "{\"€\"}", "\0", "\u{b}"]);
    assert_takes(LATIN_1_LINE, &[" ", "a b", "ÿ", "\u{80}"]);
    assert_refuses(LATIN_1_LINE, &["", "a\n", "\t", "Ā"]);
    assert_takes(ROLE_DESCRIPTION, &["", "deploys\r\n\tto production ~", "¡ÿ"]);
    assert_refuses(ROLE_DESCRIPTION, &["\u{7f}", "\u{80}", "\u{a0}", "Ā", "ほげ", "\0"]);
}

#[test]
fn a_version_id_is_a_number_behind_a_v() {
    assert_takes(VERSION_ID, &["v1", "v10", "v907", "v1.", "v1.a-B0"]);
    assert_refuses(VERSION_ID, &["", "v", "v0", "v01", "1", "V1", "v1a", "v.a", "v1.a.b", "v1.a_b", "v1 ", "vv1"]);
}

#[test]
fn hyphens_of_an_alias_stand_alone_and_inside() {
    let (longest, too_long) = ("a".repeat(63), "a".repeat(64));
    assert_takes(ACCOUNT_ALIAS, &["abc", "a-b", "0-0-0", "my-company-1", &longest]);
    assert_refuses(ACCOUNT_ALIAS, &["", "ab", "-ab", "ab-", "a--b", "Abc", "a_b", "a.b", "äbc", "abc\n", &too_long]);
}

#[test]
fn a_tag_is_letters_separators_numbers_and_some_signs() {
    assert_takes(TAG_KEY, &["Team", "Équipe α/β", "cost center: 42", "a_.:/=+-@", "北京"]);
    assert_refuses(TAG_KEY, &["", "a*", "a\tb", "(a)", "a#b", "€", "😀"]);
    assert_takes(TAG_VALUE, &["", "platform"]);
    assert_refuses(TAG_VALUE, &["a*", "€"]);
}

proptest! {
    #[test]
    fn whatever_a_pattern_generates_is_taken(
        path in r"/([!-~]{1,20}/)?",
        prefix in r"/[!-\x7f]{0,20}",
        policy_path in r"(/[A-Za-z0-9.,+@=_-]{1,5}){0,4}/",
        version in r"v[1-9][0-9]{0,5}(\.[A-Za-z0-9-]{0,5})?",
        alias in r"[a-z0-9](-?[a-z0-9]){2,30}",
        description in r"[\t\n\r\x20-\x7e\u{a1}-\u{ff}]{0,30}",
        line in r"[\x20-\u{ff}]{1,30}",
    ) {
        let generated = [
            (PATH, path), (PATH_PREFIX, prefix), (POLICY_PATH, policy_path), (VERSION_ID, version),
            (ACCOUNT_ALIAS, alias), (ROLE_DESCRIPTION, description), (LATIN_1_LINE, line),
        ];
        for (pattern, text) in generated {
            prop_assert!((pattern.holds)(&text), "{} takes {text:?}", pattern.text);
        }
    }
}
