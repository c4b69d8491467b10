use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{
    FilterPattern, InvalidPattern,
    naive::{message, tree},
};

fn matches(pattern: &str, message: &str) -> bool {
    FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).matches(message)
}

#[track_caller]
fn picks(pattern: &str, yes: &[&str], no: &[&str]) {
    for message in yes {
        assert!(matches(pattern, message), "{pattern} does not match {message}");
    }
    for message in no {
        assert!(!matches(pattern, message), "{pattern} matches {message}");
    }
}

const ERRORS: [&str; 5] = [
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[INFO] REQUEST FAILED",
];

/// What of the documented examples matches, by number.
#[track_caller]
fn of_errors(pattern: &str, wanted: &[usize]) {
    let found: Vec<usize> = (0..ERRORS.len()).filter(|index| matches(pattern, ERRORS[*index])).collect();
    assert_eq!(found, wanted, "{pattern}");
}

#[test]
fn terms_are_wanted_all_unless_they_are_marked() {
    for everything in ["", "  ", "\" \"", "\"\""] {
        of_errors(everything, &[0, 1, 2, 3, 4]);
    }
    of_errors("ERROR", &[0, 1, 2, 3]);
    of_errors("ERROR ARGUMENTS", &[2, 3]);
    of_errors("ERROR -ARGUMENTS", &[0, 1]);
    of_errors("-ERROR", &[4]);
    of_errors("?INFO ?ARGUMENTS", &[2, 3, 4]);
    // Beside others these are passed over.
    of_errors("?ERROR ?ARGUMENTS REQUEST", &[0, 1, 4]);
    of_errors("\"BAD REQUEST\"", &[0]);
    of_errors("\"REQUEST BAD\"", &[]);
    of_errors("error", &[]);
    of_errors("%4[01][0-9]%", &[0, 1, 2]);
    of_errors("%4[01][0-9]% -%AUTH|MISS%", &[0]);
    picks("ERROR", &["Exiting with ERRORCODE: -1"], &["ERR OR"]);
    picks(r#""say \"no\" \\""#, &[r#"they say "no" \ "#], &["they say no"]);
    picks("größe_1", &["die größe_1 ist"], &["die grösse_1 ist"]);
}

const EVENT: &str = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],
    "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"cluster.name":"c","on":true,"off":false,
    "number":1000,"negative":-1.5,"text-5":"5","empty":""}"#;

#[test]
fn properties_of_json_are_compared() {
    for holds in [
        r#"{ $.eventType = "UpdateTrail" }"#,
        "{$.eventType=UpdateTrail}",
        r#"{ $.eventType = "Update*" }"#,
        "{ $.eventType = *Tr*l }",
        r#"{ $.eventType != "CreateTrail" }"#,
        "{ $.sourceIPAddress != 123.123.* }",
        r#"{ $.arrayKey[0] = "value" }"#,
        "{ $.eventType = %Trail% }",
        "{ $.arrayKey[*] = %val.{2}% }",
        r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }",
        "{ $.['cluster.name'] = \"c\" }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.on IS TRUE && $.off is false }",
        "{ $.number = 1e+3 }",
        "{ $.number = 1* }",
        "{ $.number >= 1000 && $.number <= 1000 && $.number < 1000.5 && $.number > 999 }",
        "{ $.negative = -1.5 }",
        "{ $.negative < 0 }",
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].name = b }",
        "{ $.objectList[*].name != b }",
        r#"{ $.text-5 = 5 && $.text-5 = "5" && $.number = "1000" }"#,
        r#"{ $.empty = "" }"#,
        "{ $.eventType = x || $.number = 1 && $.number = 2 || $.on IS TRUE }",
        "{ ($.eventType = x || $.on IS TRUE) && ($.number = 1000) }",
    ] {
        picks(holds, &[EVENT], &["", "no json", "17", "\"UpdateTrail\""]);
    }
    for fails in [
        r#"{ $.eventType = "updatetrail" }"#,
        r#"{ $.eventType != "Update*" }"#,
        "{ $.missing != x }",
        "{ $.missing = * }",
        // Arrays and objects are not compared.
        "{ $.arrayKey = * }",
        "{ $.objectList[0] != x }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.missing IS NULL }",
        "{ $.on = true }",
        "{ $.text-5 > 4 }",
        "{ $.arrayKey[2] = * }",
        "{ $.eventType[0] = * }",
        "{ ($.eventType = x || $.on IS TRUE) && $.number = 1 }",
    ] {
        picks(fails, &[], &[EVENT]);
    }
    picks("{ $[0].a = 1 }", &[r#"[{"a":1}]"#], &[r#"[[],{"a":1}]"#, r#"{"a":1}"#]);
}

const ACCESS: &str = r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;

#[test]
fn fields_are_taken_in_their_order() {
    for holds in [
        r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request, status_code, bytes]",
        "[..., request =*.html*, status_code = 4*, bytes]",
        "[..., status_code = 404 || status_code = 410, bytes > 1000]",
        "[ip, ..., bytes >= 1534 && bytes <= 1534]",
        "[ip = 127.*, ...]",
        "[...]",
        "[ip, user != Test, rest]",
        r#"[ip, user, name, time = "10/Oct/*", ...]"#,
        "[line = 127*1534]",
    ] {
        picks(holds, &[ACCESS], &[]);
    }
    for fails in [
        "[ip, user, username, timestamp, request, status_code, bytes, more]",
        "[ip = 127.0.0.1]",
        "[..., status_code = 4*]",
        "[..., bytes > 2000]",
        "[ip, user = prod, ...]",
        "[a, b, c, d, e, ..., f, g, h]",
    ] {
        picks(fails, &[], &[ACCESS]);
    }
    let lines = [
        "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
        "WARNING 09/25/2014 12:00:02 Invalid user request",
        "ERROR 09/25/2014 12:00:02 Failed to process request",
    ];
    picks("[w1=ERROR, w2]", &lines[2..], &lines[..2]);
    picks("[w1=ERROR || w1=WARNING, w2]", &lines[1..], &lines[..1]);
    picks("[w1!=ERROR && w1!=WARNING, w2]", &lines[..1], &lines[1..]);
    picks("[a = \"x y\", b]", &["[x y] z", "\"x y\"  z"], &["x y z", "[x y]z z"]);
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in [
        "\"open",
        "%open",
        "%[%",
        "%%",
        "%a% %b% %c%",
        "{",
        "{ }",
        "{ $.a }",
        "{ $ = 1 }",
        "{ $.a = }",
        "{ $.a = 1",
        "{ $.a = 1 } b",
        "{ $.a EXISTS }",
        "{ $.a IS NOT NULL }",
        "{ $.a IS }",
        "{ $.a NOT }",
        "{ $.a < b }",
        "{ $.a < \"1\" }",
        "{ $.a > %1% }",
        "{ $.a = 1 & $.b = 1 }",
        "{ ($.a = 1 }",
        "{ $.*.b.* = 1 }",
        "{ $.* = 1 || $.a.* = 1 || $.b[*] = 1 || $.c[*] = 1 }",
        "{ a = 1 }",
        "{ $.a[99999999999999999999999] = 1 }",
        "[",
        "[]",
        "[a,]",
        "[a",
        "[a] b",
        "[a=1 && b=2]",
        "[a=1 && a]",
        "[a b]",
        "[..., a, ...]",
        "?",
        "--a",
        r"%\%",
        r"%\x4%",
    ] {
        assert!(FilterPattern::parse(pattern).is_err(), "{pattern}");
    }
}

/// The characters are as recorded of live refusals, where there are records.
#[test]
fn a_character_that_fits_nowhere_is_told() {
    for (pattern, character) in [
        ("?Status: timeout", ':'),
        ("2024-01-01", '-'),
        ("error.code", '.'),
        ("`ERROR`", '`'),
        ("ERROR }", '}'),
        ("{ $.\"sc-status\" = 5* }", '"'),
        ("{ $.a = (b) }", '('),
        ("%a(b)%", '('),
        ("%something!%", '!'),
        ("%ä%", 'ä'),
        (r"%\q%", '\\'),
    ] {
        let refused = FilterPattern::parse(pattern).err();
        assert_eq!(refused, Some(InvalidPattern::Character(character)), "{pattern}");
    }
    assert_eq!(InvalidPattern::Character(':').to_string(), "Invalid character(s) in term ':'");
    assert_eq!(InvalidPattern::Form.to_string(), "Invalid filter pattern");
}

#[test]
fn patterns_made_to_be_slow_are_refused_or_quick() {
    let long = "a".repeat(500_000);
    let json = format!("{{\"a\":\"{long}\"}}");
    let stars = format!("{{ $.a = \"{}b\" }}", "*a".repeat(490));
    let nested = format!("{{ {}$.a = 1{} }}", "(".repeat(500), ")".repeat(500));
    let many = format!("{{ {} $.a = a }}", "$.a = *b || ".repeat(80));
    let patterns: [&str; 8] = [
        &stars,
        &nested,
        &many,
        "%[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*b%",
        "%a{1000}{1000}{1000}%",
        "%a{500}b%",
        "%.*.*.*.*.*.*.*.*.*b%",
        &"?aaaaaab ".repeat(110),
    ];
    for pattern in patterns {
        let begun = Instant::now();
        if let Ok(parsed) = FilterPattern::parse(pattern) {
            assert!(!parsed.matches(&long));
            let _ = parsed.matches(&json);
        }
        // A debug build on a busy machine: what goes back and forth would take years.
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", pattern.get(..40).unwrap_or(pattern));
    }
}

proptest! {
    #[test]
    fn every_pattern_means_what_a_naive_reader_makes_of_it(tree in tree(), messages in prop::collection::vec(message(), 1..6)) {
        let text = tree.text();
        let pattern = FilterPattern::parse(&text);
        prop_assert!(pattern.is_ok(), "{text}");
        for message in messages {
            prop_assert_eq!(pattern.as_ref().unwrap().matches(&message), tree.matches(&message), "{} of {}", text, message);
        }
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "\\PC{0,60}|[\\[\\]{}()$.*&|=!<>,%?\"a1 \\\\-]{0,60}", message in "\\PC{0,40}") {
        if let Ok(pattern) = FilterPattern::parse(&text) {
            pattern.matches(&message);
        }
    }
}
