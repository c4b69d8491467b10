//! From outcomes to bytes. The one place where errors become bytes.

pub(crate) mod json;
pub(crate) mod rest;
pub(crate) mod xml;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use terms::RequestId;

use crate::server::Body;

fn response(status: StatusCode, request_id: RequestId, content_type: HeaderValue, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    if let Ok(id) = HeaderValue::try_from(request_id.to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
