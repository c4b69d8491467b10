//! What the AWS SDK for Rust signs, we accept.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use crate::example::{Request, Server};

/// The least a client must encode in a query. A plus stays out: the SDK never sends one, and where it reads one back
/// it takes it for a space.
const QUERY_MINIMUM: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'&').add(b'=').add(b'%').add(b'+');

proptest! {
    #[test]
    fn what_the_sdk_signs_is_accepted(
        method in prop_oneof![Just("GET"), Just("POST"), Just("PUT"), Just("DELETE"), Just("PATCH")],
        path in path(),
        query in query(),
        headers in vec((header_name(), header_value()), 0..6),
        repeated in option::of(header_value()),
        body in vec(any::<u8>(), 0..200),
        session_token in option::of("[A-Za-z0-9+/]{20,80}={0,2}"),
        presigned in any::<bool>(),
        states_body_hash in any::<bool>(),
    ) {
        let server = Server::example();
        let mut request = Request::new(method, &path, &query, &body).with("host", "localhost:8443");
        for (name, value) in &headers {
            request = request.with(name, value);
        }
        if let (Some(value), Some((name, _))) = (&repeated, headers.first()) {
            request = request.with(name, value);
        }

        sign_with_sdk(&server, &mut request, session_token.as_deref(), presigned, states_body_hash);

        assert_eq!(server.judge(&request), Ok(()), "{request:?}");
        request.body.push(0);
        assert!(server.judge(&request).is_err());
    }
}

fn sign_with_sdk(
    server: &Server,
    request: &mut Request,
    session_token: Option<&str>,
    presigned: bool,
    states_body_hash: bool,
) {
    let credentials = Credentials::new(
        &server.access_key_id,
        &server.secret_access_key,
        session_token.map(str::to_owned),
        None,
        "test",
    );
    let mut settings = SigningSettings::default();
    if presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(60));
    }
    if states_body_hash {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&server.region)
        .name(&server.service)
        .time(server.system_time())
        .settings(settings)
        .build()
        .unwrap();

    let question_mark = if request.query.is_empty() { "" } else { "?" };
    let uri = format!("https://localhost:8443{}{question_mark}{}", request.path, request.query);
    let headers =
        request.headers.iter().map(|(name, value)| (name.as_str(), std::str::from_utf8(value.as_bytes()).unwrap()));
    let signable = SignableRequest::new(&request.method, uri, headers, SignableBody::Bytes(&request.body)).unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();

    let (headers, parameters) = instructions.into_parts();
    for header in headers {
        request.set(header.name(), header.value());
    }
    for (name, value) in parameters {
        let ampersand = if request.query.is_empty() { "" } else { "&" };
        request.query = format!("{}{ampersand}{name}={}", request.query, utf8_percent_encode(&value, NON_ALPHANUMERIC));
    }
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        Just(String::new()),
        Just(".".to_owned()),
        Just("..".to_owned()),
        "[A-Za-z0-9._~-]{1,8}",
        "[!\"$&'()*+,:;=@_{}|~.a-c-]{1,8}",
        "[a-cäß€𝄞]{1,4}",
        "\\PC{1,6}".prop_map(|text| utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()),
    ];
    vec(segment, 0..6).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn query() -> impl Strategy<Value = String> {
    let text = || {
        prop_oneof![
            "[A-Za-z0-9._~-]{0,8}",
            "\\PC{0,6}".prop_map(|text| utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()),
            "[!-~]{0,8}".prop_map(|text| utf8_percent_encode(&text, QUERY_MINIMUM).to_string()),
        ]
    };
    let parameter = (text(), option::of(text())).prop_map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    });
    vec(parameter, 0..6).prop_map(|parameters| parameters.join("&"))
}

fn header_name() -> impl Strategy<Value = String> {
    prop_oneof!["x-amz-[a-z]{1,3}", "my-[a-z0-9]{1,8}", Just("content-type".to_owned()), Just("te".to_owned())]
}

/// Spaces anywhere, bytes outside ASCII, but no tabs: the SDK leaves them, other signers fold them into spaces.
fn header_value() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "[ a-c]{0,12}", "[ a-cäß€]{0,8}"]
}
