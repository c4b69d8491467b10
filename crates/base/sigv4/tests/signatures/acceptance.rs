//! The many shapes of a good signature.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keepwell_sigv4::sign::{RequestToSign, Signer, SigningError};
use keepwell_sigv4::{PresentedSignature, SignatureError};

use crate::example::{Refusal, Request, Server, WINDOW, signed_call, unsigned_call};

const ORDERLY: &str = "content-type;host;x-amz-date;x-amz-target";

#[test]
fn a_plain_signed_call_is_accepted_and_says_who_and_what_for() {
    let request = signed_call();
    assert_eq!(Server::example().judge(&request), Ok(()));

    let received = request.received();
    let presented = PresentedSignature::parse(&received).unwrap();
    assert_eq!(presented.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(presented.scope().date, "20150830");
    assert_eq!(presented.scope().region, "us-east-1");
    assert_eq!(presented.scope().service, "service");
    assert_eq!(presented.signed_at(), Server::example().now);
    assert_eq!(presented.session_token(), None);
    assert!(!presented.is_presigned());
}

#[test]
fn parameters_may_come_in_any_order_and_without_spaces() {
    let mut request = signed_call();
    let authorization = request.headers["authorization"].to_str().unwrap();
    let (algorithm, parameters) = authorization.split_once(' ').unwrap();
    let backwards: Vec<&str> = parameters.split(", ").collect::<Vec<_>>().into_iter().rev().collect();
    let backwards = format!("{algorithm} {}", backwards.join(","));
    request.set("authorization", &backwards);
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn slashes_after_the_credential_do_not_count() {
    let mut request = signed_call();
    let authorization = request.headers["authorization"].to_str().unwrap().replace("aws4_request", "aws4_request//");
    request.set("authorization", &authorization);
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn the_authority_stands_in_for_an_absent_host_header() {
    let mut request = signed_call();
    request.headers.remove("host");
    request.authority = Some("localhost:8443".to_owned());
    assert_eq!(Server::example().judge(&request), Ok(()));
    request.authority = Some("localhost:8444".to_owned());
    assert_mismatch(&request);
    request.authority = None;
    assert_mismatch(&request);
}

#[test]
fn the_authority_may_be_signed_under_its_own_name() {
    let mut request = unsigned_call();
    request.headers.remove("host");
    request.authority = Some("localhost:8443".to_owned());
    Server::example().sign_oddly(&mut request, ":authority;x-amz-date;x-amz-target");
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn a_host_header_goes_before_the_authority() {
    let mut request = signed_call();
    request.authority = Some("elsewhere".to_owned());
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn a_date_header_is_enough_in_either_format() {
    for date in ["Sun, 30 Aug 2015 12:36:00 GMT", "20150830T123600Z"] {
        let mut request = unsigned_call().with("date", date);
        request.headers.remove("x-amz-date");
        Server::example().sign_oddly(&mut request, "date;host;x-amz-target");
        assert_eq!(Server::example().judge(&request), Ok(()), "{date}");
    }
}

#[test]
fn x_amz_date_wins_over_date() {
    let mut request = unsigned_call().with("date", "yesterday");
    Server::example().sign_oddly(&mut request, ORDERLY);
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn blanks_in_header_values_are_folded_and_other_bytes_pass() {
    let mut request = unsigned_call().with("my-header", b"  a \t b\xff\xc3\xa4  c\t".as_slice()).with("my-header", "");
    Server::example().sign_oddly(&mut request, "host;my-header;x-amz-date;x-amz-target");
    request.headers.remove("my-header");
    let mut refolded = request.clone().with("my-header", b"a b\xff\xc3\xa4 c".as_slice()).with("my-header", " ");
    assert_eq!(Server::example().judge(&refolded), Ok(()));
    refolded.headers.remove("my-header");
    assert_mismatch(&refolded.clone().with("my-header", b"a b\xfe\xc3\xa4 c".as_slice()).with("my-header", ""));
    assert_mismatch(&refolded.with("my-header", b"ab\xff\xc3\xa4 c".as_slice()).with("my-header", ""));
}

#[test]
fn repeated_headers_are_signed_in_the_order_received() {
    let mut request = unsigned_call().with("my-header", "b").with("my-header", "a");
    Server::example().sign_oddly(&mut request, "host;my-header;x-amz-date;x-amz-target");
    request.headers.remove("my-header");
    assert_eq!(Server::example().judge(&request.clone().with("my-header", "b,a")), Ok(()));
    assert_mismatch(&request.with("my-header", "a").with("my-header", "b"));
}

#[test]
fn a_plus_in_the_query_is_a_plus() {
    let mut request = unsigned_call();
    request.query = "a=1+1".to_owned();
    Server::example().sign_oddly(&mut request, ORDERLY);
    request.query = "a=1%2B1".to_owned();
    assert_eq!(Server::example().judge(&request), Ok(()));
    request.query = "a=1%201".to_owned();
    assert_mismatch(&request);
}

#[test]
fn all_spellings_of_a_query_are_one() {
    let mut request = unsigned_call();
    request.query = "b=%7e&a&a=%2f&c=%ff%&=".to_owned();
    Server::example().sign_oddly(&mut request, ORDERLY);
    request.query = "&=&a=/&a=&b=~&&%63=%FF%25".to_owned();
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn an_unsigned_content_type_is_let_through() {
    let mut request = unsigned_call();
    Server::example().sign_oddly(&mut request, "host;x-amz-date;x-amz-target");
    request.set("content-type", "application/x-amz-json-1.0");
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn a_signed_session_token_is_handed_out() {
    let mut request = unsigned_call().with("x-amz-security-token", "token+/=");
    Server::example().sign_oddly(&mut request, "host;x-amz-date;x-amz-security-token;x-amz-target");
    assert_eq!(Server::example().judge(&request), Ok(()));
    let received = request.received();
    assert_eq!(PresentedSignature::parse(&received).unwrap().session_token(), Some("token+/="));
}

#[test]
fn a_signature_is_current_from_window_before_to_window_after_its_time() {
    let request = signed_call();
    let judged_at = |seconds: i64| {
        let now = Server::example().now + SignedDuration::from_secs(seconds);
        Server { now, ..Server::example() }.judge(&request).is_ok()
    };
    assert!(judged_at(-300));
    assert!(judged_at(300));
    assert!(!judged_at(-301));
    assert!(!judged_at(301));
}

#[test]
fn the_clock_is_read_in_whole_seconds() {
    let request = signed_call();
    let received = request.received();
    let presented = PresentedSignature::parse(&received).unwrap();
    let now: Timestamp = "2015-08-30T12:41:00.999Z".parse().unwrap();
    assert_eq!(presented.check_time(now, WINDOW), Ok(()));
}

#[test]
fn a_presigned_request_lives_as_long_as_it_asks_for_but_not_beyond_the_services_limit() {
    let lives = |expires: u64, window: u64, age: i64| {
        let request = presigned_call(expires);
        let received = request.received();
        let presented = PresentedSignature::parse(&received).unwrap();
        let now = Server::example().now + SignedDuration::from_secs(age);
        presented.check_time(now, Duration::from_secs(window)).is_ok()
    };
    assert!(lives(60, 300, 60) && !lives(60, 300, 61));
    assert!(lives(604_800, 300, 900) && !lives(604_800, 300, 901));
    assert!(lives(604_800, 1200, 1200) && !lives(604_800, 1200, 1201));
    assert!(lives(60, 300, -300) && !lives(60, 300, -301));
}

#[test]
fn a_presigned_request_that_asks_for_no_life_gets_the_services_limit() {
    let mut request = presigned_call(60);
    request.query = request.query.replace("X-Amz-Expires=60&", "");
    let received = request.received();
    let presented = PresentedSignature::parse(&received).unwrap();
    assert_eq!(presented.check_time(Server::example().now + SignedDuration::from_secs(900), WINDOW), Ok(()));
    assert!(presented.check_time(Server::example().now + SignedDuration::from_secs(901), WINDOW).is_err());
}

#[test]
fn a_presigned_call_is_accepted_and_carries_its_token() {
    let request = presigned_call(60);
    assert_eq!(Server::example().judge(&request), Ok(()));
    let received = request.received();
    let presented = PresentedSignature::parse(&received).unwrap();
    assert!(presented.is_presigned());
    assert_eq!(presented.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(presented.session_token(), Some("token+/="));
}

#[test]
fn a_presigned_call_may_carry_its_token_as_a_signed_header() {
    let mut request =
        Request::new("GET", "/", "", b"").with("host", "localhost:8443").with("x-amz-security-token", "token");
    let to_sign = RequestToSign { method: "GET", path: "/", query: "", body: b"" };
    let tokenless = Signer { session_token: None, ..signer() };
    let expires = Duration::from_secs(60);
    request.query = tokenless.presign(&to_sign, &request.headers, Server::example().now, expires).unwrap();
    assert_eq!(Server::example().judge(&request), Ok(()));
    let received = request.received();
    assert_eq!(PresentedSignature::parse(&received).unwrap().session_token(), Some("token"));
}

#[test]
fn only_the_signature_is_left_out_of_a_presigned_query() {
    let mut request = presigned_call(60);
    request.query.push_str("&X-Amz-Signatur=1");
    assert_mismatch(&request);
}

#[test]
fn a_user_agent_shown_with_a_presigned_request_need_not_be_signed() {
    let request = presigned_call(60);
    assert_eq!(Server::example().judge(&request.clone().with("x-amz-user-agent", "aws-sdk-js")), Ok(()));
    assert_eq!(
        Server::example().judge(&request.with("x-amz-target", "secretsmanager.DeleteSecret")),
        Err(Refusal::Signature(SignatureError::HeaderNotSigned { name: "x-amz-target".to_owned() }))
    );
}

#[test]
fn our_signer_replaces_older_signatures_and_hides_the_token() {
    let mut request = signed_call();
    let Request { method, path, query, headers, body, .. } = &mut request;
    let to_sign = RequestToSign { method, path, query, body };
    signer().sign_headers(&to_sign, headers, Server::example().now).unwrap();
    assert!(headers["x-amz-security-token"].is_sensitive());
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn our_signer_says_what_it_cannot_sign() {
    let to_sign = RequestToSign { method: "GET", path: "/", query: "", body: b"" };
    let sign = |signer: Signer<'_>, mut request: Request, now| signer.sign_headers(&to_sign, &mut request.headers, now);
    let now = Server::example().now;
    let hostless = Request::new("GET", "/", "", b"");
    assert_eq!(sign(signer(), hostless, now), Err(SigningError::NoHost));
    assert_eq!(sign(signer(), unsigned_call(), Timestamp::MIN), Err(SigningError::TimeOutOfRange));
    let bad_token = Signer { session_token: Some("a\nb"), ..signer() };
    assert_eq!(sign(bad_token, unsigned_call(), now), Err(SigningError::NotAHeaderValue));
    let swapped = unsigned_call().with("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(
        sign(signer(), swapped, now),
        Err(SigningError::Refused(SignatureError::PayloadNotSigned { got: "UNSIGNED-PAYLOAD".to_owned() }))
    );
}

fn presigned_call(expires_seconds: u64) -> Request {
    let mut request = Request::new("GET", "/", "", b"").with("host", "localhost:8443");
    let to_sign =
        RequestToSign { method: "GET", path: "/", query: "Action=GetCallerIdentity&Version=2011-06-15", body: b"" };
    let expires = Duration::from_secs(expires_seconds);
    request.query = signer().presign(&to_sign, &request.headers, Server::example().now, expires).unwrap();
    request
}

fn signer() -> Signer<'static> {
    Signer {
        access_key_id: "AKIDEXAMPLE",
        secret_access_key: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token: Some("token+/="),
        region: "us-east-1",
        service: "service",
    }
}

fn assert_mismatch(request: &Request) {
    assert_eq!(
        Server::example().judge(request),
        Err(Refusal::Signature(SignatureError::SignatureDoesNotMatch)),
        "{request:?}"
    );
}
