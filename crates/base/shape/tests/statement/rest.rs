//! The statement in the REST protocol.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use keepwell_shape as shape;
use keepwell_shape::{
    Bulk, BulkBytes, Integer, List, Operation, OperationShape, Optional, ParseError, Pattern, Required, RestRequest,
    Sensitive, Structure, Text, fuzz, parse_json, parse_rest, rest_answer, route,
};
use proptest::prelude::*;

const NAME: Pattern = Pattern {
    text: "[a-z:]+",
    holds: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b':'),
};

shape::forms! {
    NameType: Text { max: 8, pattern: NAME }
    CountType: Integer { min: 1, max: 10 }
    NoteType: Text { max: 4 }
    NoteListType: List<NoteType> {}
    PayloadType: Bulk {}
}

shape::structure! {
    struct PutParcelRequest {
        name: Required<NameType> = "Name" in label,
        count: Optional<CountType> = "Count" in query "max-count",
        notes: Optional<NoteListType> = "Notes" in query,
        sender: Optional<NoteType> = "Sender" in header "X-Sender",
        weight: Optional<CountType> = "Weight",
        size: Required<CountType> = "Size",
    }
}

shape::structure! {
    struct SendRequest {
        name: Required<NameType> = "Name" in label,
        payload: Sensitive<PayloadType> = "Payload" in payload,
    }
}

shape::structure! {
    struct SendResponse {
        status: Optional<CountType> = "StatusCode" in status,
        sender: Optional<NoteType> = "Sender" in header "X-Sender",
        payload: Sensitive<PayloadType> = "Payload" in payload,
    }
}

shape::structure! {
    struct Parcel {
        weight: Optional<CountType> = "Weight",
    }
}

shape::operation! {
    PutParcel(PutParcelRequest) -> Parcel,
    at PUT "/2020-01-01/parcels/{Name}" 201,
    errors [TooHeavyException]
}

shape::operation! {
    Send(SendRequest) -> SendResponse,
    at POST "/2020-01-01/parcels/{Name}/send" 200,
    errors []
}

const OPERATIONS: &[OperationShape] = &[OperationShape::of::<PutParcel>(), OperationShape::of::<Send>()];

fn request(name: &str, query: &str, headers: &[(&str, &str)], body: &'static str) -> RestRequest {
    let headers = headers.iter().map(|(name, value)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    RestRequest {
        labels: vec![("Name", name.to_owned())],
        query: query.to_owned(),
        headers: headers.collect::<HeaderMap>(),
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn put(name: &str, query: &str, body: &'static str) -> Result<PutParcelRequest, ParseError> {
    parse_rest(&request(name, query, &[], body))
}

fn violations(parsed: Result<PutParcelRequest, ParseError>) -> String {
    match parsed {
        Err(ParseError::Validation(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_member_is_read_from_its_place_and_decoded() {
    let given = request(
        "a%3Ab",
        "max-count=%33&Notes=x&other=&Notes=y%20z&Notes",
        &[("x-sender", "me")],
        r#"{"Size":2,"Weight":3}"#,
    );
    assert_eq!(
        parse_rest::<PutParcelRequest>(&given).unwrap(),
        PutParcelRequest {
            name: "a:b".to_owned(),
            count: Some(3),
            notes: Some(vec!["x".to_owned(), "y z".to_owned(), String::new()]),
            sender: Some("me".to_owned()),
            weight: Some(3),
            size: 2,
        }
    );
}

#[test]
fn a_member_is_not_read_from_the_place_of_another() {
    // A body cannot say what the path says, whatever stands in it.
    let parsed = put("a", "Size=1&Weight=1&Count=1", r#"{"Size":2,"Name":{},"Count":"x","max-count":[]}"#).unwrap();
    assert_eq!(parsed, PutParcelRequest { name: "a".to_owned(), size: 2, ..PutParcelRequest::default() });
}

#[test]
fn every_broken_constraint_is_told_in_one_error_under_the_members_own_names() {
    assert_eq!(
        violations(put("A", "max-count=11&Notes=long%20note", "")),
        "4 validation errors detected: Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: [a-z:]+; Value '11' at 'count' failed to satisfy constraint: Member must have value less \
         than or equal to 10; Value '[long note]' at 'notes' failed to satisfy constraint: Member must satisfy \
         constraint: [Member must have length less than or equal to 4]; Value null at 'size' failed to satisfy \
         constraint: Member must not be null"
    );
}

#[test]
fn types_are_complained_of_before_constraints() {
    let text = Some("STRING_VALUE can not be converted to an Integer");
    assert_eq!(put("A", "max-count=x", r#"{"Size":1}"#), Err(ParseError::Serialization(text)));
    assert_eq!(put("A", "", r#"{"Size":"x"}"#), Err(ParseError::Serialization(text)));
    assert_eq!(put("A", "max-count=99999999999", r#"{"Size":1}"#), Err(ParseError::Serialization(text)));
    for (name, query, body) in
        [("a", "", "no json"), ("a", "", "\"\""), ("%ff", "", "{}"), ("a", "Notes=%c3", "{}"), ("a", "%ff=x", "{}")]
    {
        assert_eq!(put(name, query, body), Err(ParseError::Serialization(None)), "{name} {query} {body}");
    }
    let given = request("a", "", &[("x-sender", "ü")], r#"{"Size":1}"#);
    assert_eq!(parse_rest::<PutParcelRequest>(&given), Err(ParseError::Serialization(None)));
}

#[test]
fn a_plus_sign_is_none_but_a_plus_sign_and_a_lonely_percent_sign_stands_for_itself() {
    let notes = |query| put("a", query, r#"{"Size":1}"#).unwrap().notes.unwrap();
    assert_eq!(notes("Notes=a+b"), ["a+b"]);
    assert_eq!(notes("Notes=5%&&Notes=%2"), ["5%", "%2"]);
}

#[test]
fn too_many_parameters_are_refused() {
    let query = |count| vec!["a=b"; count].join("&");
    assert!(put("a", &query(1000), r#"{"Size":1}"#).is_ok());
    assert_eq!(put("a", &query(1001), r#"{"Size":1}"#), Err(ParseError::Serialization(None)));
}

#[test]
fn a_payload_is_the_body_itself_and_shown_nowhere() {
    let given = request("a", "", &[], "no json: canary");
    let parsed: SendRequest = parse_rest(&given).unwrap();
    let payload = parsed.payload.as_ref().unwrap().share();
    assert_eq!(payload, given.body);
    assert_eq!(payload.as_ptr(), given.body.as_ptr(), "nothing was copied");
    assert!(!format!("{parsed:?}").contains("canary"));
    let mut record = Vec::new();
    parsed.record(&mut record);
    assert_eq!(record, br#"{"name":"a"}"#);

    let empty: SendRequest = parse_rest(&request("a", "", &[], "")).unwrap();
    assert_eq!(empty.payload, None);
}

#[test]
fn an_answer_has_the_status_of_its_operation_unless_it_says_another() {
    let parcel = rest_answer(PutParcel::HTTP.unwrap().status, &Parcel { weight: Some(3) });
    assert_eq!((parcel.status, parcel.headers.len(), &*parcel.body), (201, 0, br#"{"Weight":3}"#.as_slice()));

    let payload = Bytes::from_static(b"[1]");
    let response = SendResponse {
        status: Some(202),
        sender: Some("me".to_owned()),
        payload: Some(BulkBytes::new(payload.clone())),
    };
    let sent = rest_answer(200, &response);
    assert_eq!((sent.status, sent.headers), (202, vec![("X-Sender", "me".to_owned())]));
    assert_eq!(sent.body.as_ptr(), payload.as_ptr(), "nothing was copied");

    let nothing = rest_answer(204, &());
    assert_eq!((nothing.status, nothing.body.len()), (204, 0));
    assert!(rest_answer(200, &SendResponse::default()).body.is_empty());
}

#[test]
fn operations_are_found_by_method_and_path() {
    let found = |method, path| route(OPERATIONS, method, path).map(|(operation, labels)| (operation.name, labels));
    let labels = |name: &str| vec![("Name", name.to_owned())];
    assert_eq!(found("PUT", "/2020-01-01/parcels/a%2Fb"), Some(("PutParcel", labels("a%2Fb"))));
    assert_eq!(found("POST", "/2020-01-01/parcels/a/send/"), Some(("Send", labels("a"))));
    for (method, path) in [
        ("PUT", "/2020-01-01/parcels"),
        ("PUT", "/2020-01-01/parcels//"),
        ("POST", "/2020-01-01/parcels/a"),
        ("PUT", ""),
    ] {
        assert!(found(method, path).is_none(), "{method} {path}");
    }
}

#[test]
fn where_a_member_travels_is_part_of_the_description() {
    let description = serde_json::to_value(PutParcelRequest::description()).unwrap();
    let told = |member: &str| {
        let member = &description["members"][member];
        (member["location"].as_str().map(str::to_owned), member["locationName"].as_str().map(str::to_owned))
    };
    let at = |location: &str, name: &str| (Some(location.to_owned()), Some(name.to_owned()));
    assert_eq!(told("Name"), at("uri", "Name"));
    assert_eq!(told("Count"), at("querystring", "max-count"));
    assert_eq!(told("Sender"), at("header", "X-Sender"));
    assert_eq!(told("Size"), (None, None));
}

#[test]
fn members_outside_of_the_body_are_not_read_from_json() {
    let parsed: Result<Parcel, _> = parse_json(br#"{"Weight":1}"#);
    assert_eq!(parsed.unwrap().weight, Some(1));
    assert!(parse_json::<SendRequest>(br#"{"Name":"a"}"#).is_err());
}

proptest! {
    #[test]
    fn any_request_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz::<PutParcelRequest>(&bytes);
        fuzz::<SendRequest>(&bytes);
        fuzz::<SendResponse>(&bytes);
    }

    #[test]
    fn anything_that_looks_like_a_request_gets_an_answer(
        name in "[a-z%:/3A+]{0,6}",
        query in "((Notes|max-count|%[0-9a-f]{2}|[=&+])=?[a-z0-9%]{0,3}&?){0,6}",
        header in "[ -~]{0,6}",
        body in r#"\{("(Size|Weight|Name)":(1|"x"|null|\[\]),){0,2}"Size":[0-9]\}"#,
    ) {
        fuzz::<PutParcelRequest>(format!("{name}\n{query}\n{header}\n{body}").as_bytes());
        fuzz::<SendRequest>(format!("{name}\n{query}\n{header}\n{body}").as_bytes());
    }

    #[test]
    fn any_path_is_routed_or_not(method in "(PUT|POST|.{0,4})", path in "(/|%|[a-z]|\\PC|/2020-01-01/parcels){0,8}") {
        let _ = route(OPERATIONS, &method, &path);
    }
}
