//! The REST protocol with JSON: answers, and errors that a header names.

use bytes::Bytes;
use gate::AuthenticationError;
use http::{HeaderName, HeaderValue, Response, StatusCode, request::Parts};
use serde_json::Value;
use service::{Outcome, RestError};
use shape::Rendered;
use sigv4::ErrorKind;
use terms::RequestId;
use trail::Recorded;

use super::response;
use crate::{
    rest,
    server::{Body, Refusal},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const XML: HeaderValue = HeaderValue::from_static("application/xml");
const ERROR_TYPE: &str = "x-amzn-errortype";

/// An answer that the trail has released.
pub(crate) fn answer<E: RestError>(request_id: RequestId, recorded: Recorded<Outcome<E>>) -> Response<Body> {
    match recorded.into_answer() {
        Outcome::Success(rendered) => success(request_id, rendered),
        Outcome::Refused(error) => refused(request_id, &error),
    }
}

fn refused(request_id: RequestId, error: &impl RestError) -> Response<Body> {
    let member = if error.has_capital_message() { "Message" } else { "message" };
    let members = [
        ("Reason", error.reason().map(str::to_owned)),
        ("Type", error.blame().map(str::to_owned)),
        (member, error.message()),
    ];
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    fault(status, request_id, error.code(), members)
}

fn success(request_id: RequestId, rendered: Rendered) -> Response<Body> {
    let status = StatusCode::from_u16(rendered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A status that has no body must have none, whatever was rendered.
    let body = if status == StatusCode::NO_CONTENT { Bytes::new() } else { rendered.body };
    let mut response = response(status, request_id, JSON, body);
    for (name, value) in rendered.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The signature was not believed.
pub(crate) fn unauthenticated(request_id: RequestId, error: &AuthenticationError) -> Response<Body> {
    let (code, text) = match error {
        AuthenticationError::Signature(signature) => match signature.kind() {
            ErrorKind::MissingAuthenticationToken => return missing_token(request_id),
            ErrorKind::IncompleteSignature => ("IncompleteSignatureException", error.to_string()),
            ErrorKind::InvalidSignature => ("InvalidSignatureException", error.to_string()),
        },
        AuthenticationError::UnknownKey => ("UnrecognizedClientException", error.to_string()),
        AuthenticationError::ExpiredToken => ("ExpiredTokenException", error.to_string()),
        AuthenticationError::Store(_) => return unavailable(request_id),
    };
    told(StatusCode::FORBIDDEN, request_id, code, text)
}

fn missing_token(request_id: RequestId) -> Response<Body> {
    let text = "Missing Authentication Token".to_owned();
    told(StatusCode::FORBIDDEN, request_id, "MissingAuthenticationTokenException", text)
}

/// No operation has this method and path. Who has not signed is told of that first; to others AWS says it in XML.
pub(crate) fn unknown_operation(request_id: RequestId, head: &Parts) -> Response<Body> {
    if !rest::is_signed(head) {
        return missing_token(request_id);
    }
    let body = Bytes::from_static(b"<UnknownOperationException/>\n");
    named(response(StatusCode::NOT_FOUND, request_id, XML, body), "UnknownOperationException")
}

/// Nothing can be recorded, or nothing can be read: SDKs try again on a 503.
pub(crate) fn unavailable(request_id: RequestId) -> Response<Body> {
    unavailable_because(request_id, "Service is unable to handle request.".to_owned())
}

pub(crate) fn unavailable_because(request_id: RequestId, text: String) -> Response<Body> {
    told(StatusCode::SERVICE_UNAVAILABLE, request_id, "ServiceUnavailableException", text)
}

/// There is no whole request to answer.
pub(crate) fn refusal(request_id: RequestId, head: &Parts, refusal: Refusal) -> Response<Body> {
    let (code, text) = match refusal {
        Refusal::BodyTooLarge => ("RequestEntityTooLargeException", rest::too_large(head)),
        Refusal::BodyTooSlow => ("RequestTimeoutException", None),
        Refusal::BodyBroken => ("SerializationException", None),
        Refusal::Busy => ("ServiceUnavailableException", Some("Service is unable to handle request.".to_owned())),
        Refusal::Tunnel => ("UnknownOperationException", None),
        Refusal::Internal => ("ServiceException", None),
    };
    let blame = if refusal.status().is_server_error() { "Service" } else { "User" };
    fault(refusal.status(), request_id, code, [("Type", Some(blame.to_owned())), ("message", text)])
}

fn told(status: StatusCode, request_id: RequestId, code: &str, text: String) -> Response<Body> {
    fault(status, request_id, code, [("message", Some(text))])
}

fn fault<const N: usize>(
    status: StatusCode,
    request_id: RequestId,
    code: &str,
    members: [(&str, Option<String>); N],
) -> Response<Body> {
    // In this order, as AWS writes them.
    let present = members.into_iter().filter_map(|(name, text)| Some(format!("\"{name}\":{}", Value::String(text?))));
    let body = format!("{{{}}}", present.collect::<Vec<_>>().join(","));
    named(response(status, request_id, JSON, body.into()), code)
}

fn named(mut response: Response<Body>, code: &str) -> Response<Body> {
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR_TYPE, code);
    }
    response
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Request};
    use http_body_util::BodyExt;
    use sigv4::SignatureError;

    use super::*;

    struct Throttled;

    impl RestError for Throttled {
        fn code(&self) -> &'static str {
            "TooManyRequestsException"
        }

        fn status(&self) -> u16 {
            429
        }

        fn message(&self) -> Option<String> {
            Some("Rate \"Exceeded\".".to_owned())
        }

        fn has_capital_message(&self) -> bool {
            true
        }

        fn blame(&self) -> Option<&'static str> {
            Some("User")
        }

        fn reason(&self) -> Option<&'static str> {
            Some("ReservedFunctionConcurrentInvocationLimitExceeded")
        }
    }

    fn id() -> RequestId {
        struct Ones;

        impl terms::Entropy for Ones {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(1);
            }
        }

        RequestId::random(&Ones)
    }

    async fn parts(response: Response<Body>) -> (u16, HeaderMap, String) {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    fn named(headers: &HeaderMap) -> &str {
        headers[ERROR_TYPE].to_str().unwrap()
    }

    #[tokio::test]
    async fn an_error_is_named_in_a_header_and_says_whose_fault_it_is() {
        let (status, headers, body) = parts(refused(id(), &Throttled)).await;
        assert_eq!((status, named(&headers)), (429, "TooManyRequestsException"));
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["x-amzn-requestid"].len(), 36);
        assert_eq!(
            body,
            r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","Message":"Rate \"Exceeded\"."}"#
        );
    }

    #[tokio::test]
    async fn an_answer_has_its_own_headers_and_no_body_where_the_status_has_none() {
        let headers = vec![("X-Amz-Function-Error", "Unhandled".to_owned()), ("X-Amz-Log-Result", "a\nb".to_owned())];
        let rendered = Rendered { status: 200, headers, body: Bytes::from_static(b"null") };
        let (status, headers, body) = parts(success(id(), rendered.clone())).await;
        assert_eq!(
            (status, &*body, &headers["x-amz-function-error"]),
            (200, "null", &HeaderValue::from_static("Unhandled"))
        );
        // What can be no header is left out.
        assert!(!headers.contains_key("x-amz-log-result"));
        let (status, _, body) = parts(success(id(), Rendered { status: 204, ..rendered })).await;
        assert_eq!((status, &*body), (204, ""));
    }

    #[tokio::test]
    async fn who_has_not_signed_is_told_so_and_who_has_that_there_is_no_such_operation() {
        let head = |signed: bool| {
            let request = Request::builder().uri("/2015-03-31/nothing");
            let request = if signed { request.header("authorization", "AWS4-HMAC-SHA256 ...") } else { request };
            request.body(()).unwrap().into_parts().0
        };
        let (status, headers, body) = parts(unknown_operation(id(), &head(false))).await;
        assert_eq!((status, &*body), (403, r#"{"message":"Missing Authentication Token"}"#));
        assert_eq!(headers[ERROR_TYPE], "MissingAuthenticationTokenException");
        let (status, headers, body) = parts(unknown_operation(id(), &head(true))).await;
        assert_eq!((status, &*body), (404, "<UnknownOperationException/>\n"));
        assert_eq!(headers[ERROR_TYPE], "UnknownOperationException");
    }

    #[tokio::test]
    async fn signatures_that_are_not_believed_are_refused_with_403() {
        for (error, code) in [
            (AuthenticationError::UnknownKey, "UnrecognizedClientException"),
            (AuthenticationError::ExpiredToken, "ExpiredTokenException"),
            (SignatureError::SignatureDoesNotMatch.into(), "InvalidSignatureException"),
        ] {
            let (status, headers, body) = parts(unauthenticated(id(), &error)).await;
            assert_eq!((status, named(&headers)), (403, code));
            assert_eq!(body, format!(r#"{{"message":"{error}"}}"#));
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused_in_the_words_of_the_operation() {
        let head = Request::builder().method("POST").uri("/2015-03-31/functions").body(()).unwrap().into_parts().0;
        let (status, headers, body) = parts(refusal(id(), &head, Refusal::BodyTooLarge)).await;
        assert_eq!((status, named(&headers)), (413, "RequestEntityTooLargeException"));
        let text = "Request must be smaller than 70167211 bytes for the CreateFunction operation";
        assert_eq!(body, format!(r#"{{"Type":"User","message":"{text}"}}"#));
        let (status, headers, _) = parts(refusal(id(), &head, Refusal::Busy)).await;
        assert_eq!((status, named(&headers)), (503, "ServiceUnavailableException"));
    }
}
