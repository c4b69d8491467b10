//! Entrances for fuzzing: every parser of attacker-supplied text, fed with any bytes at all. They return nothing; the
//! finding is a panic or a hang.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use crate::{PresentedSignature, ReceivedRequest, Scratch, SigningKey};

/// The lines of `data` become the Authorization header, the date, the session token, the content hash, another
/// header's value and the path of a request; what is left is its body.
pub fn fuzz_authorization(data: &[u8]) {
    let mut lines = data.splitn(7, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "host"] {
        if let Some(value) = lines.next().and_then(|line| HeaderValue::from_bytes(line).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let path = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let body = lines.next().unwrap_or_default();
    verify(&ReceivedRequest { method: "POST", path: &path, query: "", headers: &headers, authority: None }, body);
}

/// `data` becomes the query string of a request.
pub fn fuzz_presigned(data: &[u8]) {
    let query = String::from_utf8_lossy(data);
    let headers = HeaderMap::new();
    let authority = Some("localhost:8443");
    verify(&ReceivedRequest { method: "GET", path: "/", query: &query, headers: &headers, authority }, b"");
}

/// Goes all the way whatever is found wrong, as a caller never would.
fn verify(request: &ReceivedRequest<'_>, body: &[u8]) {
    let Ok(presented) = PresentedSignature::parse(request) else { return };
    let scope = presented.scope();
    let key = SigningKey::derive(b"secret", &scope.date, &scope.region, &scope.service);
    let outcomes = [
        presented.check_time(Timestamp::UNIX_EPOCH, Duration::from_secs(300)),
        presented.check_scope(|region| region == "us-east-1", "secretsmanager"),
        presented.verify(request, body, &key, &mut Scratch::default()),
        presented.expected(request, body, &mut Scratch::default()).map(|_| ()),
    ];
    for problem in outcomes.into_iter().filter_map(Result::err) {
        std::hint::black_box((problem.kind(), problem.to_string()));
    }
}
