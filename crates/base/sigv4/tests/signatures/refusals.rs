//! Every refusal, in AWS's words, and which of several comes first.

use jiff::Timestamp;
use keepwell_sigv4::{ErrorKind, PresentedSignature};

use crate::example::{Refusal, Request, Server, WINDOW, signed_call, unsigned_call};

const CREDENTIAL: &str = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
const SIGNATURE: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

#[test]
fn a_request_without_a_signature_lacks_a_token() {
    let mut request = unsigned_call();
    assert_refused(&request, ErrorKind::MissingAuthenticationToken, "Missing Authentication Token");
    request.query = "X-Amz-Credential=a&X-Amz-Date=b".to_owned();
    assert_refused(&request, ErrorKind::MissingAuthenticationToken, "Missing Authentication Token");
}

#[test]
fn another_scheme_is_no_token() {
    for authorization in ["Basic dXNlcjpwYXNz", "Bearer token", "AWS AKIDEXAMPLE:signature", "", "aws4-hmac-sha256"] {
        let request = authorized(authorization);
        assert_refused(&request, ErrorKind::MissingAuthenticationToken, "Missing Authentication Token");
    }
}

#[test]
fn each_missing_parameter_is_a_sentence() {
    let mut request = authorized("AWS4-HMAC-SHA256");
    request.headers.remove("x-amz-date");
    assert_refused(
        &request,
        ErrorKind::IncompleteSignature,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
         'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
    );
    assert_refused(
        &authorized("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=, Signature=c"),
        ErrorKind::IncompleteSignature,
        "Authorization header requires 'SignedHeaders' parameter. \
         Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=, Signature=c",
    );
    assert_refused(
        &authorized("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b"),
        ErrorKind::IncompleteSignature,
        "Authorization header requires 'Signature' parameter. \
         Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b",
    );
}

#[test]
fn a_part_without_an_equal_sign_is_named() {
    assert_refused(
        &authorized("AWS4-HMAC-SHA256 Credential=a, Signature"),
        ErrorKind::IncompleteSignature,
        "'Signature' not a valid key=value pair (missing equal-sign) in Authorization header: \
         'AWS4-HMAC-SHA256 Credential=a, Signature'.",
    );
    assert_refused(
        &authorized("AWS4-HMAC-SHA256 Credential=a,"),
        ErrorKind::IncompleteSignature,
        "'' not a valid key=value pair (missing equal-sign) in Authorization header: \
         'AWS4-HMAC-SHA256 Credential=a,'.",
    );
}

#[test]
fn a_header_that_is_not_text_is_refused() {
    let request = unsigned_call().with("authorization", b"AWS4-HMAC-SHA256 Credential=\xff".as_slice());
    assert_refused(
        &request,
        ErrorKind::IncompleteSignature,
        "'AWS4-HMAC-SHA256 Credential=\u{fffd}' not a valid key=value pair (missing equal-sign) in Authorization \
         header: 'AWS4-HMAC-SHA256 Credential=\u{fffd}'.",
    );
    let request = unsigned_call().with("authorization", b"\xff".as_slice());
    assert_refused(&request, ErrorKind::MissingAuthenticationToken, "Missing Authentication Token");
}

#[test]
fn a_credential_needs_five_elements() {
    for credential in ["AKIDEXAMPLE", "AKIDEXAMPLE/20150830/us-east-1/service", "a/b/c/d/e/f", "a/b/c/d//"] {
        assert_refused(
            &authorized(&authorization(credential, "host")),
            ErrorKind::IncompleteSignature,
            &format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                 '{credential}'"
            ),
        );
    }
}

#[test]
fn a_date_in_another_format_is_named() {
    let text = |got: &str| {
        format!("Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601")
    };
    let mut request = authorized(&authorization(CREDENTIAL, "host"));
    request.set("x-amz-date", "201");
    assert_refused(&request, ErrorKind::IncompleteSignature, &text("201"));
    request.set("x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT");
    assert_refused(&request, ErrorKind::IncompleteSignature, &text("Sun, 30 Aug 2015 12:36:00 GMT"));
    request.headers.remove("x-amz-date");
    request.set("date", "yesterday");
    assert_refused(&request, ErrorKind::IncompleteSignature, &text("yesterday"));
}

#[test]
fn two_dates_are_none() {
    let request = signed_call().with("x-amz-date", "20150830T123600Z");
    assert_refused(
        &request,
        ErrorKind::IncompleteSignature,
        "Date must be in ISO-8601 'basic format'. Got '20150830T123600Z,20150830T123600Z'. \
         See http://en.wikipedia.org/wiki/ISO_8601",
    );
}

#[test]
fn an_old_signature_is_expired() {
    assert_refused_at(
        "2015-08-30T12:41:01.5Z",
        &signed_call(),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)",
    );
}

#[test]
fn a_signature_from_the_future_is_not_yet_current() {
    assert_refused_at(
        "2015-08-30T12:30:59Z",
        &signed_call(),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
         (20150830T123059Z + 5 min.)",
    );
}

#[test]
fn an_expired_presigned_request_speaks_of_its_own_life() {
    let mut request = presigned();
    assert_refused_at(
        "2015-08-30T12:51:01Z",
        &request,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)",
    );
    request.query = request.query.replace("Expires=3600", "Expires=90");
    assert_refused_at(
        "2015-08-30T12:37:31Z",
        &request,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123731Z - 90 sec.)",
    );
}

#[test]
fn the_host_must_be_signed() {
    assert_refused(
        &authorized(&authorization(CREDENTIAL, "x-amz-date;x-amz-target")),
        ErrorKind::InvalidSignature,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
}

#[test]
fn every_x_amz_header_must_be_signed() {
    let mut request = unsigned_call();
    Server::example().sign_oddly(&mut request, "host;x-amz-date");
    assert_refused(
        &request,
        ErrorKind::InvalidSignature,
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    );
    let request = signed_call().with("x-amz-security-token", "token");
    assert_refused(
        &request,
        ErrorKind::InvalidSignature,
        "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
    );
}

#[test]
fn another_algorithm_is_not_supported() {
    for algorithm in ["AWS4-HMAC-SHA25", "AWS4-ECDSA-P256-SHA256", "AWS4-"] {
        let authorization = authorization(CREDENTIAL, "host").replace("AWS4-HMAC-SHA256", algorithm);
        assert_refused(
            &authorized(&authorization),
            ErrorKind::IncompleteSignature,
            &format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). "),
        );
    }
}

#[test]
fn each_part_of_a_wrong_scope_is_a_sentence() {
    let refused = |credential: &str, text: &str| {
        assert_refused(&authorized(&authorization(credential, "host")), ErrorKind::InvalidSignature, text);
    };
    refused("AKIDEXAMPLE/20150830/us-east-2/service/aws4_request", "Credential should be scoped to a valid region. ");
    refused(
        "AKIDEXAMPLE/20150830/us-east-1/other/aws4_request",
        "Credential should be scoped to correct service: 'service'. ",
    );
    refused(
        "AKIDEXAMPLE/20150830/us-east-1/service/aws5_request",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    );
    refused(
        "AKIDEXAMPLE/foobar/us-east-1/service/aws4_request",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'foobar' != \
         '20150830', from '20150830T123600Z'.",
    );
}

#[test]
fn all_that_is_wrong_with_a_scope_is_said_at_once() {
    assert_refused(
        &authorized(&authorization("AKIDEXAMPLE/20150831/us-east-2/other/aws5_request", "host")),
        ErrorKind::InvalidSignature,
        "Credential should be scoped to a valid region. Credential should be scoped to correct \
         service: 'service'. Credential should be scoped with a valid terminator: 'aws4_request', not \
         'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '20150831' != '20150830', from '20150830T123600Z'.",
    );
}

#[test]
fn a_wrong_signature_does_not_match() {
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.";
    let mut request = signed_call();
    request.body = b"{}".to_vec();
    assert_refused(&request, ErrorKind::InvalidSignature, text);

    let genuine = signed_call().headers["authorization"].to_str().unwrap().to_owned();
    let (unsigned, signature) = genuine.split_once("Signature=").unwrap();
    for wrong in
        [&signature.to_uppercase(), &format!("{signature}0"), &signature.replace(char::is_alphanumeric, "0"), "x"]
    {
        request = signed_call();
        request.set("authorization", &format!("{unsigned}Signature={wrong}"));
        assert_refused(&request, ErrorKind::InvalidSignature, text);
    }
}

#[test]
fn a_listed_header_that_did_not_come_does_not_match() {
    let mut request = unsigned_call();
    request.authority = Some("localhost:8443".to_owned());
    for list in
        ["host;my-header;x-amz-date;x-amz-target", "host;;x-amz-date;x-amz-target", "host;a b;x-amz-date;x-amz-target"]
    {
        Server::example().sign_oddly(&mut request, list);
        assert_refused(
            &request,
            ErrorKind::InvalidSignature,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        );
    }
}

#[test]
fn a_stated_body_hash_must_be_the_bodys() {
    let list = "host;x-amz-content-sha256;x-amz-date;x-amz-target";
    let mut request = unsigned_call().with("x-amz-content-sha256", SIGNATURE);
    Server::example().sign_oddly(&mut request, list);
    assert_refused(
        &request,
        ErrorKind::InvalidSignature,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    for got in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"] {
        let mut request = unsigned_call().with("x-amz-content-sha256", got);
        Server::example().sign_oddly(&mut request, list);
        assert_refused(
            &request,
            ErrorKind::InvalidSignature,
            &format!("x-amz-content-sha256 must be the SHA-256 of the body, got '{got}'."),
        );
    }
}

#[test]
fn a_header_and_a_query_signature_together_are_refused() {
    for query in ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "a=b&X-Amz-Signature=00", "X%2DAmz%2DSignature"] {
        let request = Request { query: query.to_owned(), ..signed_call() };
        assert_refused(
            &request,
            ErrorKind::InvalidSignature,
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        );
    }
}

#[test]
fn two_authorization_headers_are_refused() {
    let genuine = signed_call();
    let request = genuine.clone().with("authorization", &genuine.headers["authorization"]);
    assert_refused(&request, ErrorKind::IncompleteSignature, "Authorization header must be given exactly once.");
}

#[test]
fn each_missing_query_parameter_is_a_sentence() {
    let mut request = presigned();
    request.query = "X-Amz-Algorithm=".to_owned();
    assert_refused(
        &request,
        ErrorKind::IncompleteSignature,
        "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include \
         'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters \
         must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the \
         query-string parameters.",
    );
    request.query = presigned().query.replace("X-Amz-Date", "X-Amz-Dat");
    assert_refused(
        &request,
        ErrorKind::IncompleteSignature,
        "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    );
}

#[test]
fn a_query_parameter_of_the_signature_given_twice_is_refused() {
    let names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"];
    for name in names {
        let mut request = presigned();
        request.query.push_str(&format!("&X-Amz-{name}=a&X-Amz%2D{name}=b"));
        assert_refused(
            &request,
            ErrorKind::IncompleteSignature,
            &format!("AWS query-string parameters must include 'X-Amz-{name}' exactly once."),
        );
    }
}

#[test]
fn a_presigned_life_is_from_a_second_to_a_week() {
    for got in ["0", "604801", "-1", "+60", "1.5", "", "abc", "99999999999"] {
        let mut request = presigned();
        request.query = request.query.replace("Expires=3600", &format!("Expires={got}"));
        assert_refused(
            &request,
            ErrorKind::IncompleteSignature,
            &format!("X-Amz-Expires must be a whole number of seconds from 1 to 604800. Got '{got}'."),
        );
    }
}

/// Each step mends the first problem of a request that has them all.
#[test]
fn problems_are_reported_in_the_order_of_aws() {
    let first_words = |request: &Request| refusal(&Server::example(), request).1;
    let mut request = Request::new("POST", "/", "", b"");
    assert!(first_words(&request).starts_with("Missing Authentication Token"));
    request.set("authorization", "AWS4-X Credential");
    assert!(first_words(&request).starts_with("'Credential' not a valid"));
    request.set("authorization", "AWS4-X Credential=a");
    request.set("x-amz-date", "201");
    assert!(first_words(&request).starts_with("Authorization header requires 'Signature'"));
    request.set("authorization", "AWS4-X Credential=a, SignedHeaders=b, Signature=c");
    assert!(first_words(&request).starts_with("Date must be in ISO-8601"));
    request.set("x-amz-date", "20150829T123600Z");
    assert!(first_words(&request).starts_with("Signature expired"));
    request.set("x-amz-date", "20150830T123600Z");
    assert!(first_words(&request).starts_with("'Host' or ':authority'"));
    request.set("authorization", "AWS4-X Credential=a, SignedHeaders=host, Signature=c");
    assert!(first_words(&request).starts_with("Unsupported AWS 'algorithm'"));
    request.set("authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=c");
    assert!(first_words(&request).starts_with("Credential must have exactly 5"));
    request.set("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=c");
    assert!(first_words(&request).starts_with("Credential should be scoped to a valid region"));
    let credential = CREDENTIAL.replace("AKIDEXAMPLE", "AKIDOTHER");
    request.set("authorization", &authorization(&credential, "host"));
    assert_eq!(Server::example().judge(&request), Err(Refusal::UnknownAccessKey));
    request.set("authorization", &authorization(CREDENTIAL, "host"));
    assert!(first_words(&request).starts_with("'x-amz-date' must be a 'SignedHeader'"));
    request.set("authorization", &authorization(CREDENTIAL, "host;x-amz-date"));
    assert!(first_words(&request).starts_with("The request signature we calculated"));
}

#[test]
fn what_waits_for_the_clock_is_never_verified() {
    use keepwell_sigv4::{Scratch, SignatureError, SigningKey};

    let server = Server::example();
    let mut request = unsigned_call();
    server.sign_oddly(&mut request, "content-type;x-amz-date;x-amz-target");
    let received = request.received();
    let presented = PresentedSignature::parse(&received).unwrap();
    let key = SigningKey::derive(server.secret_access_key.as_bytes(), "20150830", "us-east-1", "service");
    assert_eq!(presented.check_time(server.now, WINDOW), Ok(()));
    assert_eq!(
        presented.verify(&received, &request.body, &key, &mut Scratch::default()),
        Err(SignatureError::HostNotSigned)
    );
}

fn authorization(credential: &str, signed_headers: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed_headers}, Signature={SIGNATURE}")
}

fn authorized(authorization: &str) -> Request {
    unsigned_call().with("authorization", authorization)
}

fn presigned() -> Request {
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={CREDENTIAL}&X-Amz-Date=20150830T123600Z&\
         X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={SIGNATURE}"
    );
    Request::new("GET", "/", &query, b"").with("host", "localhost:8443")
}

fn assert_refused(request: &Request, kind: ErrorKind, text: &str) {
    assert_eq!(refusal(&Server::example(), request), (kind, text.to_owned()));
}

fn assert_refused_at(now: &str, request: &Request, text: &str) {
    let now: Timestamp = now.parse().unwrap();
    let server = Server { now, ..Server::example() };
    assert_eq!(refusal(&server, request), (ErrorKind::InvalidSignature, text.to_owned()));
}

fn refusal(server: &Server, request: &Request) -> (ErrorKind, String) {
    match server.judge(request) {
        Err(Refusal::Signature(error)) => (error.kind(), error.to_string()),
        other => panic!("{other:?}"),
    }
}
