//! The statement in the query protocol.

use keepwell_shape::{
    Fault, ParseError, QueryParameters, Reply, Structure, fuzz, parse_query, parse_query_unquoted, xml_answer,
    xml_error,
};
use proptest::prelude::*;
use terms::{SecretBytes, Timestamp};
use zeroize::Zeroizing;

use crate::order::{Book, ColorType, Nothing, Order, Part, full, orders};

const NAMESPACE: &str = "https://orders.example/doc/2020-01-01/";

fn parse(form: &str) -> Result<Order, ParseError> {
    parse_query(&QueryParameters::parse(form.as_bytes()).unwrap())
}

fn refused_with(form: &str) -> Option<&'static str> {
    match parse(form) {
        Err(error @ ParseError::Serialization(text)) => {
            assert_eq!(error.query_code(), "MalformedInput");
            text
        }
        other => panic!("{form}: {other:?}"),
    }
}

fn violations(form: &str) -> String {
    match parse(form) {
        Err(error @ ParseError::Validation(_)) => {
            assert_eq!(error.query_code(), "ValidationError");
            error.message().unwrap().to_owned()
        }
        other => panic!("{form}: {other:?}"),
    }
}

fn written(structure: &impl Structure) -> String {
    let mut out = Vec::new();
    structure.write_xml_members(&mut out);
    assert!(out.len() <= structure.xml_size_bound());
    String::from_utf8(out).unwrap()
}

fn answered(reply: &impl Reply) -> String {
    let mut out = Zeroizing::new(Vec::new());
    xml_answer(NAMESPACE, "id-1", "GetOrder", reply, &mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

#[test]
fn every_member_is_read_from_the_parameters_that_botocore_sends() {
    let order = parse(
        "Action=GetOrder&Version=2020-01-01&Id=one&Count=3&Age=-7&Flag=true&Words.member.1=ab&Words.member.2=cd\
         &Parts.member.1.Key=green&Parts.member.1.Values.member.1=xy&Parts.member.2.Values.member.1=zz&OnePart.Key=red\
         &Phrase=a%22%C3%A9&KeyBytes=AQL%2F&Moment=2022-12-14T14%3A56%3A00.515000Z\
         &WordsById.entry.1.key=k1&WordsById.entry.1.value.member.1=ab&WordsById.entry.2.key=k2&WordsById.entry.2.value.member.1=cd\
         &LambdaARN=la&ARN=arn",
    )
    .unwrap();
    let values = |word: &str| Some(vec![word.to_owned()]);
    assert_eq!(
        order,
        Order {
            id: "one".to_owned(),
            count: Some(3),
            age: Some(-7),
            flag: Some(true),
            words: Some(vec!["ab".to_owned(), "cd".to_owned()]),
            parts: Some(vec![
                Part { key: Some(ColorType::Green), values: values("xy") },
                Part { key: None, values: values("zz") },
            ]),
            part: Some(Part { key: Some(ColorType::Red), values: None }),
            phrase: Some(SecretBytes::copy_of("a\"é".as_bytes())),
            key_bytes: Some(SecretBytes::copy_of(&[1, 2, 255])),
            moment: Some(Timestamp::from_millis(1_671_029_760_515)),
            words_by_id: Some(
                [("k1".to_owned(), vec!["ab".to_owned()]), ("k2".to_owned(), vec!["cd".to_owned()])].into()
            ),
            lambda_arn: Some("la".to_owned()),
            arn: Some("arn".to_owned()),
        }
    );
}

#[test]
fn unknown_parameters_are_passed_over_and_the_last_of_two_counts() {
    let order = parse("Id=no&What.is.1.this=x&id=no&OnePart.Colour=x&OnePart.Key=red&Id=one&Idx=y&I=z&Nothing");
    let part = Some(Part { key: Some(ColorType::Red), values: None });
    assert_eq!(order.unwrap(), Order { id: "one".to_owned(), part, ..Order::default() });
}

#[test]
fn a_structure_may_have_no_members_at_all() {
    let parse = |form: &[u8]| parse_query::<Nothing>(&QueryParameters::parse(form).unwrap());
    assert_eq!(parse(b""), Ok(Nothing {}));
    assert_eq!(parse(b"Action=GetOrder&X.member.1=y"), Ok(Nothing {}));
    assert_eq!(keepwell_shape::parse_json::<Nothing>(b"{\"X\":1}"), Ok(Nothing {}));
}

#[test]
fn a_value_of_the_wrong_type_is_malformed_input() {
    let list = Some("Unexpected list element termination");
    let complex = Some("Unexpected complex element termination");
    let single = Some("Start of list found where not expected");
    for (form, text) in [
        ("Flag=yes", Some("boolean must follow xsd1.1 definition")),
        ("Flag=True", Some("boolean must follow xsd1.1 definition")),
        ("Flag=", Some("missing value for boolean type")),
        ("Count=abc", Some("integer must follow xsd1.1 definition")),
        ("Count=1.5", Some("integer must follow xsd1.1 definition")),
        ("Count=+1", Some("integer must follow xsd1.1 definition")),
        ("Count=2147483648", Some("integer must follow xsd1.1 definition")),
        ("Count=", Some("missing value for integer type")),
        ("Age=9223372036854775808", Some("long must follow xsd1.1 definition")),
        ("Moment=yesterday", Some("timestamp must follow ISO8601")),
        ("Moment=", Some("timestamp must follow ISO8601")),
        ("KeyBytes=Zm9-", None),
        ("Id.member.1=one", single),
        ("Id=one&Id.Key=x", single),
        ("Phrase.x=one", single),
        ("Count.1=1", single),
        ("Words=ab", list),
        ("Words.1=ab", list),
        ("Words.Member.1=ab", list),
        ("Words.member=ab", list),
        ("Words.member.0=ab", list),
        ("Words.member.1=ab&Words.member.01=cd", list),
        ("Words.member.1=ab&Words.2=cd", list),
        ("Words.member.1.x=ab", single),
        ("OnePart=red", complex),
        ("Parts.member.1=red", complex),
        ("Parts.member.1.Key.1=red", single),
        ("WordsById=x", list),
        ("WordsById.k1=x", list),
        ("WordsById.entry.1=x", complex),
        ("WordsById.entry.1.key=x", complex),
        ("WordsById.entry.1.value.member.1=x", complex),
        ("WordsById.entry.1.key.x=k1&WordsById.entry.1.value=", single),
    ] {
        assert_eq!(refused_with(&format!("Id=one&{form}").replace("Id=one&Id.", "Id.")), text, "{form}");
    }
}

#[test]
fn constraints_are_told_in_the_words_of_json() {
    for (form, told) in [
        ("", "Value null at 'id' failed to satisfy constraint: Member must not be null"),
        (
            "Id=one+two",
            "Value 'one two' at 'id' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        (
            "Id=ok&Count=11",
            "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10",
        ),
        (
            "Id=ok&Words=",
            "Value '[]' at 'words' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "Id=ok&Parts.member.3.Key=red&Parts.member.7.Key=blue",
            "Value 'blue' at 'parts.2.member.key' failed to satisfy constraint: Member must satisfy enum value set: [red, green]",
        ),
        (
            "Id=ok&Phrase=canary+canary",
            "Value at 'phrase' failed to satisfy constraint: Member must have length less than or equal to 8",
        ),
        (
            "Id=ok&KeyBytes=AQIDBAU%3D",
            "Value at 'keyBytes' failed to satisfy constraint: Member must have length less than or equal to 4",
        ),
    ] {
        assert_eq!(violations(form), format!("1 validation error detected: {told}"));
    }
}

#[test]
fn a_service_may_tell_of_constraints_without_the_values() {
    let parameters = QueryParameters::parse(b"Count=11&Words.member.1=B&Phrase=").unwrap();
    assert_eq!(
        parse_query_unquoted::<Order>(&parameters).unwrap_err().message().unwrap(),
        "4 validation errors detected: \
         Value null at 'id' failed to satisfy constraint: Member must not be null; \
         Value at 'count' failed to satisfy constraint: Member must have value less than or equal to 10; \
         Value at 'words' failed to satisfy constraint: Member must satisfy constraint: \
         [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, \
         Member must satisfy regular expression pattern: ^[a-z]+$]; \
         Value at 'phrase' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn a_pattern_may_be_told_in_a_sentence_where_nothing_else_is_broken() {
    let refused = |form: &str| {
        let parameters = QueryParameters::parse(form.as_bytes()).unwrap();
        parse_query::<Book>(&parameters).unwrap_err().message().unwrap().to_owned()
    };
    let sentence = "The specified value for title is invalid. It must contain only small letters.";
    assert_eq!(refused("Title=B"), sentence);
    assert_eq!(refused("Title=&Id=ok"), sentence);
    assert!(
        refused("OtherTitles.member.1=X").contains("Value '[X]' at 'otherTitles' failed"),
        "a list tells its rules"
    );
    let length = "Member must have length";
    assert_eq!(
        refused("Title=TITLES&Id=x"),
        format!(
            "2 validation errors detected: \
             Value 'TITLES' at 'title' failed to satisfy constraint: {length} less than or equal to 5; \
             Value 'x' at 'id' failed to satisfy constraint: {length} greater than or equal to 2"
        )
    );
}

#[test]
fn no_refusal_quotes_what_sensitive_members_hold() {
    for form in [
        "Phrase=canary+canary",
        "Phrase.member.1=canary",
        "Phrase=canary&Phrase.canary=canary",
        "KeyBytes=canary",
        "KeyBytes=Y2FuYXJ5",
        "Id=ok&Words=canary",
    ] {
        let error = parse(form).unwrap_err();
        assert!(!format!("{error} {error:?}").to_lowercase().contains("canary"), "{form}: {error}");
    }
}

#[test]
fn hostile_requests_are_answered_within_bounds() {
    let many: String = (1..=9_999).map(|index| format!("Words.member.{index}=B&")).collect();
    let message = violations(&format!("Id=ok&{many}"));
    assert!(message.len() < 3_000, "{}", message.len());
    let many: String = (1..=9_999).map(|index| format!("Parts.member.{index}.Key=blue&")).collect();
    let message = violations(&format!("Id=ok&{many}"));
    assert!(message.starts_with("10000 validation errors detected: "), "{message}");
    assert!(message.len() < 10_000, "{}", message.len());

    let deep = ".member.1".repeat(100_000);
    assert_eq!(refused_with(&format!("Id=ok&Words{deep}=x")), Some("Start of list found where not expected"));
    assert_eq!(parse(&format!("Id=ok&X{deep}=x&OnePart.X{deep}=x")).unwrap().id, "ok");
    assert_eq!(
        refused_with(&format!("Id=ok&Words.member.{}=x", "9".repeat(100_000))),
        Some("Unexpected list element termination")
    );
    assert!(parse("Id=ok&Words.member.4294967295=ab").is_ok());
}

#[test]
fn members_are_written_as_elements_and_lists_and_maps_with_their_own() {
    assert_eq!(
        written(&full()),
        "<Id>one</Id><Count>3</Count><Age>-7</Age><Flag>true</Flag>\
         <Words><member>ab</member><member>cd</member></Words>\
         <Parts><member><Key>green</Key><Values><member>xy</member></Values></member><member></member></Parts>\
         <OnePart><Key>red</Key></OnePart><Phrase>can\"ary</Phrase><KeyBytes>AQL/</KeyBytes>\
         <Moment>2022-12-14T14:42:40Z</Moment>\
         <WordsById><entry><key>k1</key><value><member>ab</member></value></entry>\
         <entry><key>k2</key><value></value></entry></WordsById>\
         <LambdaARN>la</LambdaARN><ARN>arn</ARN>"
    );
    assert_eq!(written(&Order { id: "<&>\r\0".to_owned(), ..Order::default() }), "<Id>&lt;&amp;&gt;&#xD;\u{fffd}</Id>");
}

#[test]
fn moments_are_written_without_a_fraction_whatever_the_year() {
    let moment = |millis| {
        written(&Order { moment: Some(Timestamp::from_millis(millis)), ..Order::default() })
            .replace("<Id></Id><Moment>", "")
            .replace("</Moment>", "")
    };
    assert_eq!(moment(1_741_263_906_999), "2025-03-06T12:25:06Z");
    assert_eq!(moment(0), "1970-01-01T00:00:00Z");
    assert_eq!(moment(-1), "1969-12-31T23:59:59Z");
    assert_eq!(moment(i64::MAX), "9999-12-30T22:00:00Z");
    assert_eq!(moment(i64::MIN), "-9999-01-02T01:59:59Z");
}

#[test]
fn an_answer_stands_in_an_envelope_with_the_id_of_the_request() {
    assert_eq!(
        answered(&Part { key: Some(ColorType::Red), values: None }),
        "<GetOrderResponse xmlns=\"https://orders.example/doc/2020-01-01/\">\
         <GetOrderResult><Key>red</Key></GetOrderResult>\
         <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetOrderResponse>"
    );
}

#[test]
fn an_operation_without_output_has_no_result_and_one_with_empty_output_has() {
    let envelope = |result: &str| {
        format!(
            "<GetOrderResponse xmlns=\"{NAMESPACE}\">{result}\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetOrderResponse>"
        )
    };
    assert_eq!(answered(&()), envelope(""));
    assert_eq!(answered(&Nothing {}), envelope("<GetOrderResult></GetOrderResult>"));
}

#[test]
fn room_for_the_whole_answer_is_made_at_once() {
    let phrase = Some(SecretBytes::copy_of("&".repeat(10_000).as_bytes()));
    let order = Order { phrase, ..full() };
    let mut out = Zeroizing::new(Vec::new());
    xml_answer(NAMESPACE, "id-1", "GetOrder", &order, &mut out);
    let written = out.len();
    let bound = out.capacity();
    assert!(written <= bound && bound < written + 600, "{written} {bound}");

    let mut roomy = Zeroizing::new(Vec::with_capacity(bound));
    let start = roomy.as_ptr();
    xml_answer(NAMESPACE, "id-1", "GetOrder", &order, &mut roomy);
    assert_eq!(roomy.as_ptr(), start, "the bytes never moved");
}

#[test]
fn an_error_names_whose_fault_it_is_and_escapes_its_message() {
    assert_eq!(
        String::from_utf8(xml_error(NAMESPACE, "id-1", Fault::Sender, "NoSuchEntity", "No <user> \"a&b\"\u{1}"))
            .unwrap(),
        "<ErrorResponse xmlns=\"https://orders.example/doc/2020-01-01/\"><Error><Type>Sender</Type>\
         <Code>NoSuchEntity</Code><Message>No &lt;user&gt; \"a&amp;b\"\u{fffd}</Message></Error>\
         <RequestId>id-1</RequestId></ErrorResponse>"
    );
    let error = String::from_utf8(xml_error(NAMESPACE, "id-1", Fault::Receiver, "ServiceFailure", "")).unwrap();
    assert!(error.contains("<Type>Receiver</Type><Code>ServiceFailure</Code><Message></Message>"), "{error}");
}

/// Parameters that look enough like an order for the parser to go deep.
fn nearly_an_order() -> impl Strategy<Value = String> {
    let step = prop::sample::select(vec![
        "Id",
        "Count",
        "Age",
        "Flag",
        "Words",
        "Parts",
        "OnePart",
        "Phrase",
        "KeyBytes",
        "Moment",
        "WordsById",
        "Key",
        "Values",
        "member",
        "entry",
        "key",
        "value",
        "1",
        "2",
        "10",
        "1-x",
        "",
        "X",
    ]);
    let value = prop_oneof!["[a-z]{0,6}", "-?[0-9]{1,20}", "true", "red", "AQID", "2020-01-01T00:00:00Z", "[!-~]{0,8}"];
    let shaped = prop::sample::select(vec![
        "Words.member.1",
        "Words.member.2",
        "Parts.member.1.Key",
        "Parts.member.2.Values.member.1",
        "OnePart.Key",
        "WordsById.entry.1.key",
        "WordsById.entry.1.value.member.1",
        "WordsById.entry.1.value",
        "Phrase",
        "Count",
        "Moment",
        "Flag",
        "OnePart",
        "Words",
    ]);
    let name = prop_oneof![
        prop::collection::vec(step, 1..5).prop_map(|steps| steps.join(".")),
        shaped.prop_map(str::to_owned),
    ];
    prop::collection::vec((name, value), 0..6)
        .prop_map(|parameters| parameters.iter().map(|(name, value)| format!("&{name}={value}")).collect())
}

proptest! {
    #[test]
    fn any_parameters_get_an_answer(form in nearly_an_order()) {
        fuzz::<Order>(form.as_bytes());
        fuzz::<Order>(format!("Id=abc{form}").as_bytes());
    }

    #[test]
    fn what_is_written_says_the_same_to_whoever_sends_it_back(order in orders()) {
        let mut form = String::new();
        push(&mut form, "Id", &order.id);
        push_some(&mut form, "Count", order.count.map(|count| count.to_string()));
        push_some(&mut form, "Age", order.age.map(|age| age.to_string()));
        push_some(&mut form, "Flag", order.flag.map(|flag| flag.to_string()));
        for (index, word) in order.words.iter().flatten().enumerate() {
            push(&mut form, &format!("Words.member.{}", index + 1), word);
            push(&mut form, &format!("Parts.member.1.Values.member.{}", index + 1), word);
        }
        let key = order.parts.iter().flatten().find_map(|part| part.key);
        push_some(&mut form, "Parts.member.1.Key", key.map(|key| keepwell_shape::Enumeration::as_str(key).to_owned()));
        let phrase = order.phrase.as_ref().map(|phrase| String::from_utf8(phrase.expose().to_vec()).unwrap());
        push_some(&mut form, "Phrase", phrase);
        let expected = Order { key_bytes: None, moment: None, ..order };
        prop_assert_eq!(parse(&form).unwrap(), expected);
        fuzz::<Order>(form.as_bytes());
    }

    #[test]
    fn a_malformed_request_is_never_quoted(form in nearly_an_order()) {
        match QueryParameters::parse(format!("{form}&Phrase=canary&Count=canary").as_bytes()) {
            Err(error) => prop_assert!(!error.to_string().contains("canary"), "{error}"),
            Ok(parameters) => {
                if let Err(error @ ParseError::Serialization(_)) = parse_query::<Order>(&parameters) {
                    prop_assert!(!error.to_string().contains("canary"), "{error}");
                }
            }
        }
    }
}

fn push(form: &mut String, name: &str, value: &str) {
    let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    form.push_str(&format!("{name}={escaped}&"));
}

fn push_some(form: &mut String, name: &str, value: Option<String>) {
    if let Some(value) = value {
        push(form, name, &value);
    }
}
