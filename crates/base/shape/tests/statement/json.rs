//! The statement in awsJson.

use keepwell_shape::{ParseError, Reply, Structure, fuzz, parse_json};
use proptest::prelude::*;
use terms::{SecretBytes, Timestamp};
use zeroize::Zeroizing;

use crate::order::{ColorType, Order, Part, full, orders};

fn parse(body: &str) -> Result<Order, ParseError> {
    parse_json(body.as_bytes())
}

fn refused_with(body: &str) -> Option<&'static str> {
    match parse(body) {
        Err(ParseError::Serialization(text)) => text,
        other => panic!("{body}: {other:?}"),
    }
}

fn violations(body: &str) -> String {
    match parse(body) {
        Err(ParseError::Validation(message)) => message,
        other => panic!("{body}: {other:?}"),
    }
}

fn written(order: &Order) -> String {
    let mut out = Zeroizing::new(Vec::new());
    order.write_json(&mut out);
    assert!(out.len() <= order.size_bound());
    String::from_utf8(out.to_vec()).unwrap()
}

fn recorded(order: &Order) -> String {
    let mut out = Vec::new();
    order.record(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_member_is_read_under_its_wire_name() {
    let order = parse(
        r#" {"Id":"one","Count":3,"Age":-7,"Flag":true,"Words":["ab","cd"],"Parts":[{"Key":"green","Values":["xy"]}],
            "OnePart":{},"Phrase":"a\"\u00e9","KeyBytes":"AQL/","Moment":1671028960.515,"WordsById":{"k1":["ab"]},
            "LambdaARN":"l","ARN":"arn"} "#
            .replace(r#""l""#, r#""la""#)
            .as_str(),
    )
    .unwrap();
    assert_eq!(
        order,
        Order {
            id: "one".to_owned(),
            count: Some(3),
            age: Some(-7),
            flag: Some(true),
            words: Some(vec!["ab".to_owned(), "cd".to_owned()]),
            parts: Some(vec![Part { key: Some(ColorType::Green), values: Some(vec!["xy".to_owned()]) }]),
            part: Some(Part::default()),
            phrase: Some(SecretBytes::copy_of("a\"é".as_bytes())),
            key_bytes: Some(SecretBytes::copy_of(&[1, 2, 255])),
            moment: Some(Timestamp::from_millis(1_671_028_960_515)),
            words_by_id: Some([("k1".to_owned(), vec!["ab".to_owned()])].into()),
            lambda_arn: Some("la".to_owned()),
            arn: Some("arn".to_owned()),
        }
    );
}

#[test]
fn a_body_that_is_no_json_object_is_refused_without_a_text() {
    for body in [
        "",
        " ",
        "{",
        "null",
        "1",
        "-1.5",
        "\"x\"",
        "true",
        "}",
        "nul",
        r#"{"Id":"one",}"#,
        r#"{"Id":"one"}x"#,
        r#"{"Id":"one"} {}"#,
        r#"{"Id":"one" "Age":1}"#,
        r#"{Id:"one"}"#,
        r#"{"Id":'one'}"#,
        r#"{"Id":"o"#,
        r#"{"Id":"\ud800"}"#,
        r#"{"Id":"one","Phrase":"\ud800"}"#,
        "{\"Id\":\"a\u{1}b\"}",
        r#"{"Id":"one","X":[1,}"#,
        r#"{"Id":"one","X":nope}"#,
        r#"{"Id":"one","Age":1e999}"#,
        r#"{"Id":"one","Age":01}"#,
    ] {
        assert_eq!(refused_with(body), None, "{body}");
    }
    assert!(parse_json::<Order>(b"{\"Id\":\"\xff\xfe\"}").is_err());
    assert!(parse_json::<Order>(b"{\"Id\":\"one\",\"Phrase\":\"\xff\xfe\"}").is_err());
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_the_recorded_text() {
    let list = Some("Start of list found where not expected");
    let map = Some("Start of structure or map found where not expected.");
    for (body, text) in [
        ("[]", list),
        ("[{}]", list),
        (r#"{"Id":[]}"#, list),
        (r#"{"Count":[1]}"#, list),
        (r#"{"OnePart":[]}"#, list),
        (r#"{"Phrase":["x"]}"#, list),
        (r#"{"Id":{}}"#, map),
        (r#"{"Count":{"a":1}}"#, map),
        (r#"{"Words":{}}"#, map),
        (r#"{"Flag":{}}"#, map),
        (r#"{"KeyBytes":{"a":1}}"#, map),
        (r#"{"Count":"1"}"#, Some("STRING_VALUE can not be converted to an Integer")),
        (r#"{"Count":true}"#, Some("TRUE_VALUE can not be converted to an Integer")),
        (r#"{"Count":false}"#, Some("FALSE_VALUE can not be converted to an Integer")),
        (r#"{"Age":"1"}"#, Some("STRING_VALUE can not be converted to a Long")),
        (r#"{"Age":true}"#, Some("TRUE_VALUE can not be converted to a Long")),
        (r#"{"Id":1}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"Id":1.5}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"Id":18446744073709551615}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"Id":true}"#, Some("TRUE_VALUE can not be converted to a String")),
        (r#"{"Id":false}"#, Some("FALSE_VALUE can not be converted to a String")),
        (r#"{"Phrase":1}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"Phrase":true}"#, Some("TRUE_VALUE can not be converted to a String")),
        (r#"{"KeyBytes":false}"#, Some("FALSE_VALUE can not be converted to a String")),
        (r#"{"Flag":"maybe"}"#, Some("STRING_VALUE can not be converted to an Boolean")),
        (r#"{"Flag":1}"#, Some("NUMBER_VALUE can not be converted to a Boolean")),
        (r#"{"Words":"x"}"#, Some("Expected list or null")),
        (r#"{"Words":1}"#, Some("Expected list or null")),
        (r#"{"Words":[1]}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"OnePart":"x"}"#, Some("Expected null")),
        (r#"{"OnePart":true}"#, Some("Expected null")),
        (r#"{"Parts":["x"]}"#, Some("Expected null")),
        (r#"{"Parts":[{"Key":1}]}"#, Some("NUMBER_VALUE can not be converted to a String")),
        (r#"{"WordsById":"x"}"#, Some("Expected null")),
        // Types that cannot hold the number, and base64 that is none: refused without a text.
        (r#"{"Count":2147483648}"#, None),
        (r#"{"Count":18446744073709551615}"#, None),
        (r#"{"Age":9223372036854775808}"#, None),
        (r#"{"Age":9223372036854775808.0}"#, None),
        (r#"{"Age":1e30}"#, None),
        (r#"{"KeyBytes":"Zm9-"}"#, None),
        (r#"{"Moment":"2026-01-01"}"#, None),
    ] {
        assert_eq!(refused_with(body), text, "{body}");
    }
}

#[test]
fn types_are_judged_before_constraints() {
    assert_eq!(
        refused_with(r#"{"Id":"far too long","Count":"1"}"#),
        Some("STRING_VALUE can not be converted to an Integer")
    );
}

#[test]
fn unknown_members_are_passed_over_and_null_is_absent_and_the_last_of_two_counts() {
    let order =
        parse(r#"{"What":[{"is":"this"}],"Id":"one","id":"no","Count":null,"Age":1,"Age":2,"Flag":true,"Flag":null}"#);
    assert_eq!(order.unwrap(), Order { id: "one".to_owned(), age: Some(2), ..Order::default() });
    let order = parse(r#"{"Id":"one","WordsById":{"k1":["ab"],"k2":["cd"],"k1":null,"k2":["ef"]}}"#);
    assert_eq!(order.unwrap().words_by_id.unwrap(), [("k2".to_owned(), vec!["ef".to_owned()])].into());
    let order = parse(r#"{"\u0049d":"one"}"#);
    assert_eq!(order.unwrap().id, "one", "a name may hold escapes");
}

#[test]
fn a_fraction_is_cut_and_words_stand_for_truth() {
    let order = parse(r#"{"Id":"one","Count":9.99,"Age":-1.9,"Flag":"YES"}"#).unwrap();
    assert_eq!((order.count, order.age, order.flag), (Some(9), Some(-1), Some(true)));
    assert_eq!(parse(r#"{"Id":"one","Flag":"f"}"#).unwrap().flag, Some(false));
}

#[test]
fn what_is_unknown_may_nest_as_deep_as_the_body_is_long() {
    let deep = format!(r#"{{"Id":"one","X":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(parse(&deep).unwrap().id, "one");
    let deep = format!(r#"{{"Id":"one","Phrase":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(refused_with(&deep), Some("Start of list found where not expected"));
}

#[test]
fn a_required_member_must_not_be_null() {
    let message =
        "1 validation error detected: Value null at 'id' failed to satisfy constraint: Member must not be null";
    assert_eq!(violations("{}"), message);
    assert_eq!(violations(r#"{"Id":null}"#), message);
}

#[test]
fn one_violation_of_each_rule_is_told_in_its_words() {
    for (body, told) in [
        (
            r#"{"Id":"x"}"#,
            "Value 'x' at 'id' failed to satisfy constraint: Member must have length greater than or equal to 2",
        ),
        (
            r#"{"Id":"one two"}"#,
            "Value 'one two' at 'id' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        (
            r#"{"Id":"ok","Count":0}"#,
            "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            r#"{"Id":"ok","Count":11}"#,
            "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10",
        ),
        (
            r#"{"Id":"ok","Words":[]}"#,
            "Value '[]' at 'words' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            r#"{"Id":"ok","Words":["aa","bb","cc","dd"]}"#,
            "Value '[aa, bb, cc, dd]' at 'words' failed to satisfy constraint: Member must have length less than or equal to 3",
        ),
        (
            r#"{"Id":"ok","Words":["aa","B"]}"#,
            "Value '[aa, B]' at 'words' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: ^[a-z]+$]",
        ),
        (
            r#"{"Id":"ok","Words":["aa",null]}"#,
            "Value '[aa, null]' at 'words' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: ^[a-z]+$, Member must not be null]",
        ),
        (
            r#"{"Id":"ok","Parts":[{},{"Key":"blue"}]}"#,
            "Value 'blue' at 'parts.2.member.key' failed to satisfy constraint: Member must satisfy enum value set: [red, green]",
        ),
        (
            r#"{"Id":"ok","Parts":[null]}"#,
            "Value null at 'parts.1.member' failed to satisfy constraint: Member must not be null",
        ),
        (
            r#"{"Id":"ok","Parts":[{},{"Key":"red","Values":["aa"]},{}]}"#,
            "Value '[{}, {key=red, values=[aa]}, {}]' at 'parts' failed to satisfy constraint: Member must have length less than or equal to 2",
        ),
        (
            r#"{"Id":"ok","OnePart":{"Values":[]}}"#,
            "Value '[]' at 'onePart.values' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            r#"{"Id":"ok","Phrase":""}"#,
            "Value at 'phrase' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            r#"{"Id":"ok","Phrase":"123456789"}"#,
            "Value at 'phrase' failed to satisfy constraint: Member must have length less than or equal to 8",
        ),
        (
            r#"{"Id":"ok","KeyBytes":"AQIDBAU="}"#,
            "Value at 'keyBytes' failed to satisfy constraint: Member must have length less than or equal to 4",
        ),
        (
            r#"{"Id":"ok","LambdaARN":"x"}"#,
            "Value 'x' at 'lambdaARN' failed to satisfy constraint: Member must have length greater than or equal to 2",
        ),
    ] {
        assert_eq!(violations(body), format!("1 validation error detected: {told}"));
    }
}

#[test]
fn all_violations_stand_in_one_message_in_the_order_of_the_statement() {
    assert_eq!(
        violations(r#"{"OnePart":{"Values":["Q"]},"Phrase":"","Count":0}"#),
        "4 validation errors detected: \
         Value null at 'id' failed to satisfy constraint: Member must not be null; \
         Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1; \
         Value '[Q]' at 'onePart.values' failed to satisfy constraint: Member must satisfy constraint: \
         [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, \
         Member must satisfy regular expression pattern: ^[a-z]+$]; \
         Value at 'phrase' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn length_counts_characters_but_bytes_where_the_statement_says_so() {
    assert_eq!(parse(r#"{"Id":"ééééé"}"#).unwrap().id, "ééééé");
    assert!(parse(r#"{"Id":"ok","Phrase":"éééé"}"#).is_ok());
    assert!(violations(r#"{"Id":"ok","Phrase":"ééééé"}"#).contains("less than or equal to 8"));
    assert!(parse(r#"{"Id":"ok","KeyBytes":"AQIDBA=="}"#).is_ok(), "a blob counts decoded bytes");
}

#[test]
fn a_large_value_does_not_come_back_whole() {
    let message = violations(&format!(r#"{{"Id":"{}"}}"#, "x".repeat(1_000_000)));
    assert!(message.len() < 1_200, "{}", message.len());
    let words = vec!["\"B\""; 300_000].join(",");
    let message = violations(&format!(r#"{{"Id":"ok","Words":[{words}]}}"#));
    assert!(message.len() < 3_000, "{}", message.len());
}

#[test]
fn absent_members_are_left_out_of_what_is_written() {
    assert_eq!(written(&Order { id: "one".to_owned(), ..Order::default() }), r#"{"Id":"one"}"#);
    assert_eq!(
        written(&full()),
        r#"{"Id":"one","Count":3,"Age":-7,"Flag":true,"Words":["ab","cd"],"Parts":[{"Key":"green","Values":["xy"]},{}],"OnePart":{"Key":"red"},"Phrase":"can\"ary","KeyBytes":"AQL/","Moment":1671028960.515,"WordsById":{"k1":["ab"],"k2":[]},"LambdaARN":"la","ARN":"arn"}"#
    );
}

#[test]
fn a_record_has_lower_camel_names_and_nothing_sensitive() {
    assert_eq!(
        recorded(&full()),
        r#"{"id":"one","count":3,"age":-7,"flag":true,"words":["ab","cd"],"parts":[{"key":"green","values":["xy"]},{}],"onePart":{"key":"red"},"moment":1671028960.515,"wordsById":{"k1":["ab"],"k2":[]},"lambdaARN":"la","arn":"arn"}"#
    );
    assert_eq!(recorded(&Order::default()), r#"{"id":""}"#);
}

#[test]
fn debug_shows_nothing_of_a_secret() {
    let printed = format!("{:?}", full());
    assert!(printed.contains("SecretBytes(..)") && !printed.contains("ary"), "{printed}");
}

#[test]
fn writing_behind_other_bytes_keeps_them() {
    let mut out = Zeroizing::new(b"before ".to_vec());
    Order { id: "one".to_owned(), ..Order::default() }.write_json(&mut out);
    assert_eq!(*out, br#"before {"Id":"one"}"#);
    ().write_json(&mut out);
    assert_eq!(*out, br#"before {"Id":"one"}"#);
}

#[test]
fn the_description_states_every_rule() {
    let described = serde_json::to_value(<Order as Structure>::description()).unwrap();
    let members = &described["members"];
    let plain = |kind: &str| serde_json::json!({"type": kind, "required": false, "min": null, "max": null, "pattern": null, "enum": null, "sensitive": false});
    let with = |mut description: serde_json::Value, more: &[(&str, serde_json::Value)]| {
        for (name, value) in more {
            description[*name] = value.clone();
        }
        description
    };
    assert_eq!(described["type"], "structure");
    assert_eq!(
        members["Id"],
        with(plain("string"), &[("required", true.into()), ("min", 2.into()), ("max", 5.into())])
    );
    assert_eq!(members["Age"], plain("long"));
    assert_eq!(members["Flag"], plain("boolean"));
    assert_eq!(members["Moment"], plain("timestamp"));
    assert_eq!(members["Count"], with(plain("integer"), &[("min", 1.into()), ("max", 10.into())]));
    let word = with(plain("string"), &[("min", 2.into()), ("max", 4.into()), ("pattern", "^[a-z]+$".into())]);
    let words = with(plain("list"), &[("min", 1.into()), ("max", 3.into()), ("member", word)]);
    assert_eq!(members["Words"], words);
    let key = with(plain("string"), &[("enum", serde_json::json!(["red", "green"]))]);
    let part = with(plain("structure"), &[("members", serde_json::json!({"Key": key, "Values": words}))]);
    assert_eq!(members["OnePart"], part);
    assert_eq!(members["Parts"], with(plain("list"), &[("max", 2.into()), ("member", part)]));
    assert_eq!(
        members["Phrase"],
        with(plain("string"), &[("min", 1.into()), ("max", 8.into()), ("sensitive", true.into())])
    );
    assert_eq!(
        members["KeyBytes"],
        with(plain("blob"), &[("min", 1.into()), ("max", 4.into()), ("sensitive", true.into())])
    );
    let id = with(plain("string"), &[("min", 2.into()), ("max", 5.into())]);
    assert_eq!(members["WordsById"], with(plain("map"), &[("key", id), ("value", words)]));
}

/// Text that looks enough like an order for the parser to go deep.
fn nearly_json() -> impl Strategy<Value = String> {
    let names = [
        "Id",
        "Count",
        "Age",
        "Flag",
        "Words",
        "Parts",
        "OnePart",
        "Phrase",
        "KeyBytes",
        "WordsById",
        "Key",
        "Values",
        "X",
    ];
    let name = prop::sample::select(names.to_vec());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,20}(\\.[0-9]{1,3})?([eE][0-9]{1,3})?",
        "[a-z]{0,6}".prop_map(|text| format!("\"{text}\"")),
        "\"(\\\\[\"/bfnrtu0-9a-f]{1,5}|.){0,6}\"",
        "[A-Za-z0-9+/]{0,8}={0,2}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|elements| format!("[{}]", elements.join(","))),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz::<Order>(&bytes);
    }

    #[test]
    fn anything_that_looks_like_json_gets_an_answer(body in nearly_json()) {
        fuzz::<Order>(body.as_bytes());
        fuzz::<Order>(format!("{{\"Id\":\"abc\",\"OnePart\":{body}}}").as_bytes());
    }

    #[test]
    fn an_order_reads_back_as_it_was_written(order in orders()) {
        prop_assert_eq!(parse(&written(&order)).unwrap(), order);
    }

    #[test]
    fn a_type_error_never_quotes_the_request(body in nearly_json()) {
        if let Err(error @ ParseError::Serialization(_)) = parse(&body) {
            let known = error.message().is_none_or(|text| {
                text.starts_with("Start of ") || text.starts_with("Expected ") || text.contains("_VALUE can not be converted to a")
            });
            prop_assert!(known, "{error}");
        }
    }
}
