//! awsJson 1.1: answers and errors as JSON.

use bytes::Bytes;
use deployment::shapes::UnsealResponse;
use gate::AuthenticationError;
use http::{HeaderValue, Response, StatusCode};
use service::{Fault, JsonError, Outcome};
use shape::Reply;
use sigv4::ErrorKind;
use terms::RequestId;
use trail::Recorded;
use zeroize::Zeroizing;

use super::response;
use crate::server::{Body, Refusal};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An answer that the trail has released.
pub(crate) fn answer<E: JsonError>(request_id: RequestId, recorded: Recorded<Outcome<E>>) -> Response<Body> {
    match recorded.into_answer() {
        Outcome::Success(rendered) => success(request_id, rendered.body),
        Outcome::Refused(error) => {
            let status = match error.fault() {
                Fault::Caller => StatusCode::BAD_REQUEST,
                Fault::Service => StatusCode::INTERNAL_SERVER_ERROR,
                Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            };
            let member = if error.has_capital_message() { "Message" } else { "message" };
            let message = error.message().map(|text| (member, text));
            fault(status, request_id, error.code(), message)
        }
    }
}

fn success(request_id: RequestId, body: Bytes) -> Response<Body> {
    // The buffer wipes itself once hyper has let go of it.
    response(StatusCode::OK, request_id, JSON, body)
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

/// A share was taken.
pub(crate) fn unsealed(request_id: RequestId, answer: &UnsealResponse) -> Response<Body> {
    let mut body = Zeroizing::new(Vec::new());
    answer.write_json(&mut body);
    success(request_id, Bytes::from_owner(body))
}

/// Before any service has seen it.
pub(crate) fn refused(request_id: RequestId, code: &str, text: String) -> Response<Body> {
    fault(StatusCode::BAD_REQUEST, request_id, code, Some(("message", text)))
}

/// The fault is ours.
pub(crate) fn failed(request_id: RequestId, text: String) -> Response<Body> {
    fault(StatusCode::INTERNAL_SERVER_ERROR, request_id, "InternalFailure", Some(("message", text)))
}

/// Nothing can be recorded, or nothing can be read: SDKs try again on a 503.
pub(crate) fn unavailable(request_id: RequestId) -> Response<Body> {
    unavailable_because(request_id, "Service is unable to handle request.".to_owned())
}

pub(crate) fn unavailable_because(request_id: RequestId, text: String) -> Response<Body> {
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
    response(status, request_id, JSON, body.into())
}
