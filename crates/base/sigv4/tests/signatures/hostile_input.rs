//! Input that nobody would send in good faith.

use keepwell_sigv4::fuzz::{fuzz_authorization, fuzz_presigned};
use keepwell_sigv4::{PresentedSignature, Scratch, SignatureError, SigningKey};
use proptest::collection::vec;
use proptest::prelude::{any, proptest};

use crate::example::{Refusal, Server, signed_call, unsigned_call};

proptest! {
    #[test]
    fn any_bytes_as_a_header_are_read_without_panic(data in vec(any::<u8>(), 0..300)) {
        fuzz_authorization(&data);
    }

    #[test]
    fn any_bytes_as_a_query_are_read_without_panic(data in vec(any::<u8>(), 0..300)) {
        fuzz_presigned(&data);
    }

    #[test]
    fn headers_that_are_nearly_right_are_read_without_panic(
        data in "AWS4-(HMAC-SHA256)? ?((Credential|SignedHeaders|Signature|x)=?(a/?){0,6}[a-z;/=%€]{0,9},? ?){0,5}\
                 \n[0-9TZ]{14,17}\n?(token)?\n?(UNSIGNED-PAYLOAD|[0-9a-f]{64})?\n?([a-z]{1,3})?\n?[/.%a-c]{0,20}\n?b?"
    ) {
        fuzz_authorization(data.as_bytes());
    }

    #[test]
    fn queries_that_are_nearly_right_are_read_without_panic(
        data in "(X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token|Signature)\
                 =(AWS4-HMAC-SHA256|a%2F20150830/r/s/aws4_request|20150830T123600Z|[0-9]{1,12}|host|%[0-9a-f]{0,2}|é){0,2}&?){0,9}"
    ) {
        fuzz_presigned(data.as_bytes());
    }
}

#[test]
fn a_hundred_signed_headers_are_the_most() {
    let mut request = signed_call();
    let list = |count: usize| vec!["host"; count].join(";");
    Server::example().sign_oddly(&mut request, &format!("{};x-amz-date;x-amz-target", list(98)));
    assert_eq!(Server::example().judge(&request), Ok(()));

    let authorization =
        request.headers["authorization"].to_str().unwrap().replace("SignedHeaders=", "SignedHeaders=host;");
    request.set("authorization", &authorization);
    assert_eq!(
        Server::example().judge(&request),
        Err(Refusal::Signature(SignatureError::TooManySignedHeaders { limit: 100 }))
    );
}

#[test]
fn a_thousand_query_parameters_are_the_most() {
    let mut request = unsigned_call();
    request.query = "a=1&".repeat(1000);
    Server::example().sign_oddly(&mut request, "host;x-amz-date;x-amz-target");
    assert_eq!(Server::example().judge(&request), Ok(()));

    request.query.push_str("a=1");
    assert_eq!(
        Server::example().judge(&request),
        Err(Refusal::Signature(SignatureError::TooManyQueryParameters { limit: 1000 }))
    );
}

/// With work that grew by the square this would run for minutes.
#[test]
fn a_megabyte_of_dot_segments_is_normalised() {
    let mut request = unsigned_call();
    request.path = format!("{}{}x", "/a".repeat(200_000), "/..".repeat(200_000));
    request.path.push_str(&"/b/..".repeat(100_000));
    Server::example().sign_oddly(&mut request, "host;x-amz-date;x-amz-target");
    assert_eq!(Server::example().judge(&request), Ok(()));
}

#[test]
fn one_request_leaves_nothing_in_the_scratch_for_the_next() {
    let server = Server::example();
    let mut long = unsigned_call();
    long.path = "/long".repeat(100_000);
    long.query = "b=2&a=1".to_owned();
    server.sign_oddly(&mut long, "host;x-amz-date;x-amz-target");
    let short = signed_call();
    let key = SigningKey::derive(server.secret_access_key.as_bytes(), "20150830", "us-east-1", "service");
    let mut scratch = Scratch::default();
    for request in [&long, &short, &long, &short] {
        let received = request.received();
        let presented = PresentedSignature::parse(&received).unwrap();
        assert_eq!(presented.verify(&received, &request.body, &key, &mut scratch), Ok(()));
    }
}
