//! From outcomes to bytes: awsJson 1.1. The one place where errors become bytes.

use bytes::Bytes;
use gate::AuthenticationError;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use secretsmanager::{Error, Fault, Outcome};
use sigv4::ErrorKind;
use terms::RequestId;
use trail::Recorded;

use crate::server::{Body, Refusal};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An answer that the trail has released.
pub(crate) fn outcome(request_id: RequestId, recorded: Recorded<Outcome>) -> Response<Body> {
    match recorded.into_answer() {
        // The buffer wipes itself once hyper has let go of it.
        Outcome::Success(body) => response(StatusCode::OK, request_id, Bytes::from_owner(body)),
        Outcome::Refused(error) => refused(request_id, &error),
    }
}

fn refused(request_id: RequestId, error: &Error) -> Response<Body> {
    let status = match error.fault() {
        Fault::Caller => StatusCode::BAD_REQUEST,
        Fault::Service => StatusCode::INTERNAL_SERVER_ERROR,
        Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let member = if error.has_capital_message() { "Message" } else { "message" };
    fault(status, request_id, error.code(), error.message().map(|text| (member, text)))
}

/// The signature was not believed. AWS answers 400 with a lower-case `message`.
pub(crate) fn unauthenticated(request_id: RequestId, error: &AuthenticationError) -> Response<Body> {
    let code = match error {
        AuthenticationError::Signature(error) => match error.kind() {
            ErrorKind::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            ErrorKind::IncompleteSignature => "IncompleteSignatureException",
            ErrorKind::InvalidSignature => "InvalidSignatureException",
        },
        AuthenticationError::UnknownKey => "UnrecognizedClientException",
        AuthenticationError::ExpiredToken => "ExpiredTokenException",
        AuthenticationError::Store(_) => return unavailable(request_id),
    };
    fault(StatusCode::BAD_REQUEST, request_id, code, Some(("message", error.to_string())))
}

/// No such target.
pub(crate) fn unknown_operation(request_id: RequestId) -> Response<Body> {
    fault(StatusCode::BAD_REQUEST, request_id, "UnknownOperationException", None)
}

/// Nothing can be recorded, or nothing can be read: SDKs try again on a 503.
pub(crate) fn unavailable(request_id: RequestId) -> Response<Body> {
    let text = "Service is unable to handle request.".to_owned();
    fault(StatusCode::SERVICE_UNAVAILABLE, request_id, "ServiceUnavailable", Some(("message", text)))
}

/// There is no whole request to answer.
pub(crate) fn refusal(request_id: RequestId, refusal: Refusal) -> Response<Body> {
    let code = match refusal {
        Refusal::BodyTooLarge => "RequestEntityTooLargeException",
        Refusal::BodyTooSlow => "RequestTimeoutException",
        Refusal::BodyBroken => "SerializationException",
        Refusal::Busy => "ServiceUnavailable",
        Refusal::Tunnel => "UnknownOperationException",
        Refusal::Internal => "InternalFailure",
    };
    fault(refusal.status(), request_id, code, None)
}

fn fault(status: StatusCode, request_id: RequestId, code: &str, message: Option<(&str, String)>) -> Response<Body> {
    // The type first, as AWS writes it.
    let body = match message {
        Some((member, text)) => {
            format!(r#"{{"__type":"{code}","{member}":{}}}"#, serde_json::Value::String(text))
        }
        None => format!(r#"{{"__type":"{code}"}}"#),
    };
    response(status, request_id, body.into())
}

fn response(status: StatusCode, request_id: RequestId, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::try_from(request_id.to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
