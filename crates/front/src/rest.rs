//! Requests of the REST protocol: what they are for, and how long they may be.

use http::{HeaderMap, Uri, header::CONTENT_LENGTH, request::Parts};
use lambda::{Operation, shapes::OPERATIONS};
use shape::Labels;

/// Archives come as base64 within JSON.
const ARCHIVE_BYTES_MAX: u32 = 70_167_211;
const PAYLOAD_BYTES_MAX: u32 = 6 * 1024 * 1024;
/// Of calls that nobody waits for.
const EVENT_BYTES_MAX: u32 = 1024 * 1024;

/// What a request is for, before anybody believes it.
pub(crate) struct RestRoute {
    pub(crate) operation: Operation,
    pub(crate) labels: Labels,
}

/// Does the path begin with the date of an API, as `/2015-03-31/functions` does? No other protocol has such paths.
pub(crate) fn is_rest(uri: &Uri) -> bool {
    let first = uri.path().strip_prefix('/').and_then(|path| path.split('/').next()).unwrap_or_default();
    let is_date = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    first.len() == 10 && first.bytes().enumerate().all(is_date)
}

pub(crate) fn route(head: &Parts) -> Option<RestRoute> {
    let (shape, labels) = shape::route(OPERATIONS, head.method.as_str(), head.uri.path())?;
    Some(RestRoute { operation: Operation::parse(shape.name)?, labels })
}

/// Has the request any signature, right or wrong?
pub(crate) fn is_signed(head: &Parts) -> bool {
    head.headers.contains_key("authorization")
        || head.uri.query().is_some_and(|query| query.contains("X-Amz-Signature="))
}

/// How long the body may be, where that is another length than all requests have.
pub(crate) fn body_bytes_max(head: &Parts) -> Option<u32> {
    if !is_rest(&head.uri) {
        return None;
    }
    match route(head)?.operation {
        Operation::CreateFunction | Operation::UpdateFunctionCode => Some(ARCHIVE_BYTES_MAX),
        Operation::Invoke if is_event(&head.headers) => Some(EVENT_BYTES_MAX),
        Operation::Invoke => Some(PAYLOAD_BYTES_MAX),
        _ => None,
    }
}

/// What is said of a body that is longer. Recorded; of the two sentences about payloads AWS has the first where it knows
/// the length.
pub(crate) fn too_large(head: &Parts) -> Option<String> {
    let max = body_bytes_max(head)?;
    let operation = route(head)?.operation;
    if operation != Operation::Invoke {
        let name = operation.action().operation();
        return Some(format!("Request must be smaller than {max} bytes for the {name} operation"));
    }
    let length = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let kind = if is_event(&head.headers) { "Event" } else { "RequestResponse" };
    Some(match length {
        Some(length) => {
            format!("{length} byte payload is too large for the {kind} invocation type (limit {max} bytes)")
        }
        None => format!("Request must be smaller than {max} bytes for the InvokeFunction operation"),
    })
}

fn is_event(headers: &HeaderMap) -> bool {
    headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let request = Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    fn routed(method: &str, uri: &str) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        route(&head(method, uri, &[])).map(|route| (route.operation.action().operation(), route.labels))
    }

    #[test]
    fn every_operation_is_routed_by_its_own_method_and_path() {
        for operation in OPERATIONS {
            let http = operation.http.unwrap();
            let path = http.path.replace(['{', '}'], "");
            assert_eq!(routed(http.method, &path).unwrap().0, operation.name, "{path}");
            assert_eq!(routed(http.method, &format!("{path}/?x=y")).unwrap().0, operation.name, "{path}");
            assert!(is_rest(&path.parse().unwrap()), "{path}");
        }
    }

    #[test]
    fn labels_are_what_stands_in_their_places_as_it_came() {
        let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Arotate";
        let (name, labels) = routed("PUT", &format!("/2015-03-31/functions/{arn}/aliases/live")).unwrap();
        assert_eq!(name, "UpdateAlias");
        assert_eq!(labels, [("FunctionName", arn.to_owned()), ("Name", "live".to_owned())]);
    }

    #[test]
    fn other_methods_and_paths_are_not_routed() {
        for (method, path) in [
            ("PATCH", "/2015-03-31/functions"),
            ("get", "/2015-03-31/functions"),
            ("GET", "/2015-03-31/functions/a/b"),
            ("GET", "/2015-03-31/functions//code"),
            ("GET", "/2015-03-31/functions/a//"),
            ("GET", "/2015-03-31/Functions"),
            ("GET", "/2015-03-32/functions"),
            ("POST", "/2015-03-31/functions/a/b/code"),
        ] {
            assert_eq!(routed(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn only_dated_paths_are_of_this_protocol() {
        for (path, is) in [
            ("/2015-03-31/functions", true),
            ("/2015-03-31", true),
            ("/", false),
            ("/2015-03-3/functions", false),
            ("/2015x03-31/", false),
            ("/functions/2015-03-31", false),
            ("//2015-03-31", false),
        ] {
            assert_eq!(is_rest(&path.parse().unwrap()), is, "{path}");
        }
    }

    #[test]
    fn archives_and_payloads_may_be_longer_than_other_bodies_and_events_are_short() {
        let limit = |method, uri, headers: &[(&str, &str)]| {
            let head = head(method, uri, headers);
            (body_bytes_max(&head), too_large(&head).unwrap_or_default())
        };
        assert_eq!(
            limit("POST", "/2015-03-31/functions", &[]),
            (
                Some(70_167_211),
                "Request must be smaller than 70167211 bytes for the CreateFunction operation".to_owned()
            )
        );
        let path = "/2015-03-31/functions/rotate/invocations";
        assert_eq!(
            limit("POST", path, &[("content-length", "6291457")]),
            (
                Some(6_291_456),
                "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"
                    .to_owned()
            )
        );
        assert_eq!(
            limit("POST", path, &[("content-length", "1048577"), ("X-Amz-Invocation-Type", "Event")]),
            (
                Some(1_048_576),
                "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)".to_owned()
            )
        );
        let text = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
        assert_eq!(limit("POST", path, &[]).1, text);
        assert_eq!(limit("GET", "/2015-03-31/functions", &[]).0, None);
        assert_eq!(limit("POST", "/", &[]).0, None);
    }
}
