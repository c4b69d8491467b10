use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use shape::{ParseError, RestRequest, Structure, parse_rest};

use super::*;

fn request(labels: &[(&'static str, &str)], query: &str, body: &str) -> RestRequest {
    RestRequest {
        labels: labels.iter().map(|(name, text)| (*name, (*text).to_owned())).collect(),
        query: query.to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn recorded(structure: &impl Structure) -> String {
    let mut record = Vec::new();
    structure.record(&mut record);
    String::from_utf8(record).unwrap()
}

#[test]
fn a_function_is_made_of_a_body_and_the_trail_sees_neither_its_code_nor_its_variables() {
    let body = r#"{"FunctionName":"rotate","Role":"arn:aws:iam::111122223333:role/rotates","Runtime":"python3.12",
        "Handler":"index.handler","Code":{"ZipFile":"Y2FuYXJ5"},"Environment":{"Variables":{"canary_name":"canary"}},
        "Tags":{"a":"b"}}"#;
    let request: CreateFunctionRequest = parse_rest(&request(&[], "", body)).unwrap();
    assert_eq!(request.code.zip_file.as_ref().unwrap().share(), b"canary".as_slice());
    assert_eq!(request.environment.as_ref().unwrap().variables.as_ref().unwrap().0.len(), 1);
    assert_eq!(
        recorded(&request),
        r#"{"functionName":"rotate","runtime":"python3.12","role":"arn:aws:iam::111122223333:role/rotates","handler":"index.handler","code":{},"environment":{},"tags":{"a":"b"}}"#
    );
    assert!(!format!("{request:?}").contains("canary"));
}

#[test]
fn what_is_missing_and_what_is_wrong_is_told_at_once() {
    let body = r#"{"FunctionName":"not a name","Code":{"S3Bucket":"a"},"Timeout":0,
        "Environment":{"Variables":{"canary-name":"x"}},"Layers":["no arn"]}"#;
    let text = match parse_rest::<CreateFunctionRequest>(&request(&[], "", body)) {
        Err(ParseError::Validation(text)) => text,
        other => panic!("{other:?}"),
    };
    for part in [
        "6 validation errors detected: Value 'not a name' at 'functionName' failed to satisfy constraint: Member must \
         satisfy regular expression pattern: (arn:",
        "Value null at 'role' failed to satisfy constraint: Member must not be null",
        "Value 'a' at 'code.s3Bucket' failed to satisfy constraint: Member must have length greater than or equal to 3",
        "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
        "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must \
         satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        "Value '[no arn]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_runtime_is_judged_by_the_service_itself() {
    let body = r#"{"Runtime":"cobol"}"#;
    let request: UpdateFunctionConfigurationRequest =
        parse_rest(&request(&[("FunctionName", "rotate")], "", body)).unwrap();
    assert_eq!(request.runtime.as_deref(), Some("cobol"));
}

#[test]
fn weights_are_fractions() {
    let alias = |weights: &str| {
        let body = format!(r#"{{"RoutingConfig":{{"AdditionalVersionWeights":{weights}}}}}"#);
        let labels = [("FunctionName", "rotate"), ("Name", "live")];
        parse_rest::<UpdateAliasRequest>(&request(&labels, "", &body))
    };
    let weights = alias(r#"{"2":0.25}"#).unwrap().routing_config.unwrap().additional_version_weights.unwrap();
    assert_eq!(weights.get("2").map(|weight| weight.get()), Some(0.25));
    let start = "1 validation error detected: Value '{1=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: ";
    let rule = "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]";
    assert_eq!(alias(r#"{"1":1.5}"#), Err(ParseError::Validation(format!("{start}{rule}"))));
}

#[test]
fn tag_keys_come_one_by_one() {
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let request: UntagResourceRequest =
        parse_rest(&request(&[("Resource", &arn.replace(':', "%3A"))], "tagKeys=a&tagKeys=b%20c", "")).unwrap();
    assert_eq!((request.resource.as_str(), request.tag_keys), (arn, vec!["a".to_owned(), "b c".to_owned()]));
}

#[test]
fn every_declared_error_of_an_operation_has_a_form() {
    for operation in OPERATIONS {
        for error in operation.errors {
            assert!(error_shape(error).is_some(), "{}: {error}", operation.name);
        }
    }
    assert_eq!(error_shape("RequestEntityTooLargeException").map(|shape| shape.status), Some(413));
    assert_eq!(error_shape("ValidationException"), None);
}

#[test]
fn no_two_operations_are_asked_for_alike() {
    for operation in OPERATIONS {
        let http = operation.http.unwrap();
        let (found, _) = shape::route(OPERATIONS, http.method, http.path).unwrap();
        assert_eq!(found.name, operation.name);
    }
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz_all(&bytes);
    }

    #[test]
    fn anything_that_looks_like_a_request_gets_an_answer(
        label in "(rotate|live|arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Arotate|[!-~]{0,6})",
        query in "((Qualifier|Marker|MaxItems|tagKeys|RevisionId)=[0-9a-z$%]{0,4}&?){0,4}",
        header in "(Event|Tail|None|DryRun|[ -~]{0,4})",
        members in prop::collection::vec(
            "\"(Role|Code|Timeout|Environment|Tags|Layers|Name|FunctionVersion|RoutingConfig|Action|Publish)\":\
             (1|0\\.5|true|null|\"[ -!#-\\[\\]-~]{0,6}\"|\\[\"x\"\\]|\\{\\}|\\{\"Variables\":\\{\"AB\":\"x\"\\}\\})",
            0..5,
        ),
    ) {
        fuzz_all(format!("{label}\n{query}\n{header}\n{{{}}}", members.join(",")).as_bytes());
    }
}
