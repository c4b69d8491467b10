//! The query protocol: answers and errors as XML.

use bytes::Bytes;
use gate::AuthenticationError;
use http::{HeaderValue, Response, StatusCode};
use shape::{Fault, xml_error};
use sigv4::ErrorKind;
use terms::RequestId;
use trail::Recorded;

use super::response;
use crate::server::Body;

const XML: HeaderValue = HeaderValue::from_static("text/xml");

/// An error as a query service tells it.
pub(crate) struct QueryError<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) status: u16,
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
}

/// An answer that the trail has released.
pub(crate) fn iam(request_id: RequestId, recorded: Recorded<iam::Outcome>) -> Response<Body> {
    match recorded.into_answer() {
        iam::Outcome::Success(rendered) => success(request_id, rendered.body),
        iam::Outcome::Refused(refusal) => {
            let (status, code, message) = (refusal.status(), refusal.code(), &*refusal.message());
            error(request_id, &QueryError { namespace: iam::NAMESPACE, status, code, message })
        }
    }
}

/// The same, of STS.
pub(crate) fn sts(request_id: RequestId, recorded: Recorded<sts::Outcome>) -> Response<Body> {
    match recorded.into_answer() {
        sts::Outcome::Success(rendered) => success(request_id, rendered.body),
        sts::Outcome::Refused(refusal) => {
            let (status, code, message) = (refusal.status(), refusal.code(), &*refusal.message());
            error(request_id, &QueryError { namespace: sts::NAMESPACE, status, code, message })
        }
    }
}

fn success(request_id: RequestId, body: Bytes) -> Response<Body> {
    // The buffer wipes itself once hyper has let go of it.
    response(StatusCode::OK, request_id, XML, body)
}

pub(crate) fn error(request_id: RequestId, error: &QueryError<'_>) -> Response<Body> {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let fault = if status.is_server_error() { Fault::Receiver } else { Fault::Sender };
    let body = xml_error(error.namespace, &request_id.to_string(), fault, error.code, error.message);
    response(status, request_id, XML, body.into())
}

/// The signature was not believed.
pub(crate) fn unauthenticated(namespace: &str, request_id: RequestId, refusal: &AuthenticationError) -> Response<Body> {
    let text = refusal.to_string();
    let (status, code, message) = match refusal {
        AuthenticationError::Signature(signature) => match signature.kind() {
            ErrorKind::MissingAuthenticationToken => {
                (403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            }
            ErrorKind::IncompleteSignature => (400, "IncompleteSignature", &*text),
            ErrorKind::InvalidSignature => (403, "SignatureDoesNotMatch", &*text),
        },
        AuthenticationError::UnknownKey => {
            (403, "InvalidClientTokenId", "The security token included in the request is invalid")
        }
        AuthenticationError::ExpiredToken => (403, "ExpiredToken", &*text),
        AuthenticationError::Store(_) => return unavailable(namespace, request_id),
    };
    error(request_id, &QueryError { namespace, status, code, message })
}

/// Nothing can be recorded, or nothing can be read: SDKs try again on a 503.
pub(crate) fn unavailable(namespace: &str, request_id: RequestId) -> Response<Body> {
    let message = "Service is unable to handle request.";
    error(request_id, &QueryError { namespace, status: 503, code: "ServiceUnavailable", message })
}
